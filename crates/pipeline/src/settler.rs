//! The settler: computes rows of large traces that commits could not compute, one at a time with a rest after each.

use std::time::Duration;

use junjo_memory::Memory;
use junjo_span_store::{IndexState, SpanStore, StoreError};
use junjo_web::logged;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// Between two looks, and after each trace: reading one of millions of spans takes seconds, and so often its row may be behind.
const INTERVAL: Duration = Duration::from_secs(2);

/// Computes rows of large traces.
pub struct Settler {
    store: SpanStore,
    memory: Memory,
    /// Whose threads compute.
    patient: Handle,
}

impl Settler {
    /// A settler of `store` that reads on the threads of `patient`.
    pub fn new(store: SpanStore, memory: Memory, patient: Handle) -> Self {
        Self { store, memory, patient }
    }

    /// Runs until `stop` is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            if self.store.index_state() != IndexState::Ok {
                continue;
            }
            match self.settle().await {
                Ok(()) | Err(StoreError::Interrupted | StoreError::NotReady(_)) => {}
                Err(error) => {
                    tracing::warn!(error = logged(&error), "the row of a large trace cannot be computed yet");
                }
            }
        }
    }

    async fn settle(&self) -> Result<(), StoreError> {
        let (store, memory) = (self.store.clone(), self.memory.clone());
        let computing = self.patient.spawn_blocking(move || store.compute_unsettled(&memory));
        let Some(settled) = computing.await.map_err(StoreError::Worker)?? else { return Ok(()) };
        let store = self.store.clone();
        // not there: commits wait for the lock that it holds
        tokio::task::spawn_blocking(move || store.settle(&settled)).await.map_err(StoreError::Worker)?
    }
}
