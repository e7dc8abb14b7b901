//! The OTLP receivers: authenticate, bound, check, store, acknowledge. In this order, and nothing else.
//!
//! A request is acknowledged only after [`junjo_wal::Wal::append`] returned, so after an fsync. Nothing is decoded
//! here beyond one allocation-free walk of the wire format, and no input may panic.

mod admission;
mod body;
mod decompress;
mod grpc;
mod keys;
mod limits;
mod receiver;
mod refusal;
mod stats;

pub use grpc::router as grpc_router;
pub use keys::{KeyCheck, KeyOutcome};
pub use limits::IngestLimits;
pub use receiver::{Outcome, Receiver};
pub use refusal::Refusal;
pub use stats::{IngestStats, Rejection, SignalTotals};
