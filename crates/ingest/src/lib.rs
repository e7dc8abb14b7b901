//! The OTLP receivers, gRPC and HTTP: authenticate, bound, check, store, acknowledge. In this order, and nothing else.
//!
//! A request is acknowledged only after [`junjo_wal::Wal::append`] returned, so after an fsync. Nothing is decoded
//! here beyond one allocation-free walk of the wire format (JSON becomes protobuf before it), and no input may panic.
//! Both transports share [`Receiver`]; what differs between them is framing and how a refusal is spelled.

mod admission;
mod answer;
mod cors;
mod decompress;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod grpc;
mod json;
mod keys;
mod limits;
mod otlp_http;
mod receiver;
mod refusal;
mod stats;
mod submit;
mod upload;

pub use cors::{CorsPolicy, InvalidOrigin};
pub use grpc::{METHODS as GRPC_METHODS, router as grpc_router};
pub use junjo_span_model::{ScanLimits, Signal};
pub use junjo_wal::Sender;
pub use keys::{ForeignKey, ImportedKeys, Importing, KeyCheck, KeyImport, KeyOutcome};
pub use limits::IngestLimits;
pub use otlp_http::{panic_answer, router as http_router};
pub use receiver::{Outcome, Receiver};
pub use refusal::Refusal;
pub use stats::{IngestStats, KeyTotals, Rejection, SignalTotals};
pub use submit::Submission;
