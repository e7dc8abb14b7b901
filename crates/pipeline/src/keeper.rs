//! The keeper: on a timer, has the store merge archive files, drop what is too old, and finish deletions.

use std::time::Duration;

use junjo_span_store::{Moment, SpanStore};
use junjo_web::{SharedClock, logged};
use tokio_util::sync::CancellationToken;

/// Between two rounds; what is due is decided by the store.
const INTERVAL: Duration = Duration::from_secs(2);
/// Pause after a failure: what failed may read the whole archive.
const RETRY_PAUSE: Duration = Duration::from_secs(30);

/// Keeps the store in order.
pub struct Keeper {
    store: SpanStore,
    clock: SharedClock,
}

impl Keeper {
    /// A keeper of `store`.
    pub fn new(store: SpanStore, clock: SharedClock) -> Self {
        Self { store, clock }
    }

    /// Runs until `stop` is cancelled; a round that is interrupted is done again at the next start.
    pub async fn run(self, stop: CancellationToken) {
        if stop.run_until_cancelled(self.store.reconciled()).await.is_none() {
            return;
        }
        loop {
            let now = Moment { unix_nano: self.clock.now_unix_nano(), monotonic: self.clock.monotonic() };
            let round = self.store.upkeep(now);
            let pause = match stop.run_until_cancelled(round).await {
                None => return,
                Some(Ok(true)) => Duration::ZERO,
                Some(Ok(false)) => INTERVAL,
                Some(Err(error)) => {
                    tracing::warn!(
                        error = logged(&error),
                        "upkeep of the store did not get through, will be tried again"
                    );
                    metrics::counter!("junjo_upkeep_failures_total").increment(1);
                    RETRY_PAUSE
                }
            };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }
}
