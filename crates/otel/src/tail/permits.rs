//! How many live tails there may be, and what ends them.

use std::sync::Arc;

use junjo_web::{ApiError, ApiResult};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Live tails at once: each asks the index after every commit.
const TAILS_MAX: usize = 32;
/// Seconds after which one too many readers should ask again.
const RETRY_SECONDS: u64 = 10;

/// The live tails that are open, and what ends them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tails {
    permits: Arc<Semaphore>,
    pub(super) stop: CancellationToken,
}

impl Tails {
    /// None is open; all end when `stop` is cancelled.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self { permits: Arc::new(Semaphore::new(TAILS_MAX)), stop }
    }

    /// The right to one more.
    pub(super) fn permit(&self) -> ApiResult<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().map_err(|_| {
            ApiError::unavailable("too many live tails are open").with_retry_after_seconds(RETRY_SECONDS)
        })
    }
}
