//! How many exports there may be, what ends them, and how many run.

use std::sync::Arc;

use junjo_web::{ApiError, ApiResult};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Exports at once: each keeps a thread, and the disk, busy for as long as its client reads.
const EXPORTS_MAX: usize = 2;
/// Seconds after which one too many exports should be tried again.
const RETRY_SECONDS: u64 = 30;

/// The exports that run, and what ends them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Exports {
    permits: Arc<Semaphore>,
    pub(super) stop: CancellationToken,
}

impl Exports {
    /// None runs; all break off when `stop` is cancelled.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self { permits: Arc::new(Semaphore::new(EXPORTS_MAX)), stop }
    }

    /// The right to one more.
    pub(super) fn permit(&self) -> ApiResult<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().map_err(|_| {
            ApiError::unavailable("too many exports are running").with_retry_after_seconds(RETRY_SECONDS)
        })
    }
}

/// Counts an export in `junjo_exports_running` from its answer's first byte until its thread has ended, however it ends.
pub(super) struct Running(metrics::Gauge);

impl Running {
    pub(super) fn begun() -> Self {
        let gauge = metrics::gauge!("junjo_exports_running");
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
