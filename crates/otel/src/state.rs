//! What the routes of this feature work with.

use axum::extract::FromRef;
use junjo_auth::AuditLog;
use junjo_ingest::Receiver;
use junjo_memory::Memory;
use junjo_pipeline::{Pipeline, Sources};
use junjo_telemetry::Telemetry;
use junjo_wal::Wal;
use junjo_web::Lifecycle;
use tokio_util::sync::CancellationToken;

use crate::endpoints::Addresses;
use crate::streams::{EXPORTS, Streams, TAILS};

/// The feature's state. Cheap to clone.
#[derive(Clone, FromRef)]
pub struct OtelState {
    pub(crate) telemetry: Telemetry,
    pub(crate) way_in: WayIn,
    pub(crate) addresses: Addresses,
    pub(crate) audit: AuditLog,
    #[from_ref(skip)]
    pub(crate) tails: Streams,
    #[from_ref(skip)]
    pub(crate) exports: Streams,
    /// Ends answers that have no end of their own.
    #[from_ref(skip)]
    stop: CancellationToken,
}

/// The parts that telemetry passes before it is in the store, and the memory that all share. Cheap to clone.
#[derive(Clone)]
pub struct WayIn {
    /// The write-ahead log.
    pub(crate) wal: Wal,
    /// The receivers.
    pub(crate) receiver: Receiver,
    /// The ingestion services of split mode.
    pub(crate) sources: Sources,
    /// The account of the process's memory.
    pub(crate) memory: Memory,
}

impl WayIn {
    /// The way through `receiver` and `pipeline`, with the account that they take memory from.
    pub fn new(pipeline: &Pipeline, receiver: &Receiver, memory: &Memory) -> Self {
        Self {
            wal: pipeline.wal().clone(),
            receiver: receiver.clone(),
            sources: pipeline.sources().clone(),
            memory: memory.clone(),
        }
    }
}

impl OtelState {
    /// Answers from `telemetry`; the status is that of `way_in`, senders are told `addresses`, and deletions are written down
    /// in `audit`.
    pub fn new(telemetry: &Telemetry, way_in: WayIn, addresses: Addresses, audit: AuditLog) -> Self {
        let stop = CancellationToken::new();
        let telemetry = telemetry.clone();
        let (tails, exports) = (Streams::new(&TAILS, stop.clone()), Streams::new(&EXPORTS, stop.clone()));
        Self { telemetry, way_in, addresses, audit, tails, exports, stop }
    }
}

/// Ends live tails and exports when the process is asked to stop.
pub fn spawn(state: &OtelState, lifecycle: &Lifecycle) {
    let (streams, stop) = (state.stop.clone(), lifecycle.soft());
    lifecycle.spawn("streams", async move {
        stop.cancelled().await;
        streams.cancel();
    });
}
