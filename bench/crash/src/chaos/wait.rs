//! Waiting for a condition, never for a time: the limits are only there so that a run ends.

use std::time::{Duration, Instant};

/// For what happens at once unless something is wrong with the machine.
pub(crate) const SHORT: Duration = Duration::from_secs(10);
/// For a fault to have its effect. None within it is no violation: the fault is counted as one without effect.
pub(crate) const EFFECT: Duration = Duration::from_mins(1);
/// For the server to be well again, however slow the machine is.
pub(crate) const RECOVERY: Duration = Duration::from_mins(5);

const POLL: Duration = Duration::from_millis(25);

/// What `look` finds, `None` when it found nothing for so long.
pub(crate) async fn until<T>(limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let since = Instant::now();
    loop {
        if let Some(found) = look().await {
            return Some(found);
        }
        if since.elapsed() > limit {
            return None;
        }
        tokio::time::sleep(POLL).await;
    }
}
