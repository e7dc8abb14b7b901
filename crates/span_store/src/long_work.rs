//! Blocking work that takes long, on threads that yield to others.

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::error::StoreError;

/// Where such work runs; cheap to clone.
#[derive(Clone)]
pub(crate) struct LongWork {
    /// The caller's threads when `None`.
    runtime: Option<Handle>,
}

impl LongWork {
    pub(crate) fn on(runtime: Option<Handle>) -> Self {
        Self { runtime }
    }

    /// Starts `work`.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        match &self.runtime {
            Some(runtime) => runtime.spawn_blocking(work),
            None => tokio::task::spawn_blocking(work),
        }
    }

    /// Waits for what comes of `work`.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.spawn(work).await.map_err(StoreError::Worker)?
    }
}
