//! The sealer: on a timer, turns the oldest records into archive files and lets the wal forget them.

use std::time::Duration;

use junjo_span_store::{ArchiveFile, SpanStore};
use junjo_web::{SharedClock, logged};
use tokio_util::sync::CancellationToken;

/// Between two looks at the wal; the policy decides what is due.
const INTERVAL: Duration = Duration::from_secs(1);
/// Pause after a failure.
const RETRY_PAUSE: Duration = Duration::from_secs(3);

/// Seals what is due.
pub struct Sealer {
    store: SpanStore,
    clock: SharedClock,
}

impl Sealer {
    /// A sealer of `store`'s wal.
    pub fn new(store: SpanStore, clock: SharedClock) -> Self {
        Self { store, clock }
    }

    /// Runs until `stop` is cancelled; a seal that has begun is finished.
    pub async fn run(self, stop: CancellationToken) {
        while let Err(error) = self.store.reconcile(self.clock.now_unix_nano()).await {
            tracing::error!(error = logged(&error), "archive folder cannot be checked, will be tried again");
            if stop.run_until_cancelled(tokio::time::sleep(RETRY_PAUSE)).await.is_none() {
                return;
            }
        }
        loop {
            let sealed = self.seal_all(&stop).await;
            // also after a failure: it wakes the wal, which then looks whether the disk works again
            self.store.trim();
            let pause = if sealed.is_ok() { INTERVAL } else { RETRY_PAUSE };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    async fn seal_all(&self, stop: &CancellationToken) -> Result<(), ()> {
        while !stop.is_cancelled() {
            let now = self.clock.now_unix_nano();
            match self.store.seal_due(now).await {
                Ok(files) if files.is_empty() => break,
                Ok(files) => files.iter().for_each(report),
                Err(error) => {
                    tracing::error!(error = logged(&error), "sealing failed, will be tried again");
                    metrics::counter!("junjo_seal_failures_total").increment(1);
                    return Err(());
                }
            }
        }
        Ok(())
    }
}

fn report(file: &ArchiveFile) {
    tracing::info!(path = file.path, rows = file.row_count, bytes = file.file_bytes, "sealed");
    metrics::counter!("junjo_sealed_rows_total", "dataset" => file.dataset.as_str())
        .increment(file.row_count);
}
