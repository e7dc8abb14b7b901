//! Blocking work that takes long, on threads that yield to others.

use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::error::StoreError;

/// Where such work runs; cheap to clone.
#[derive(Clone)]
pub(crate) struct LongWork {
    /// The caller's threads while there is none.
    runtime: Arc<OnceLock<Handle>>,
}

impl LongWork {
    pub(crate) fn on(runtime: Option<Handle>) -> Self {
        let known = Arc::<OnceLock<Handle>>::default();
        if let Some(runtime) = runtime {
            let _ = known.set(runtime);
        }
        Self { runtime: known }
    }

    /// Says whose threads it runs on, once.
    pub(crate) fn move_to(&self, runtime: Handle) {
        let _ = self.runtime.set(runtime);
    }

    /// Starts `work`.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        match self.runtime.get() {
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
