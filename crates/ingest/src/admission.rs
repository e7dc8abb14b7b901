//! The memory budget of messages being received. A share is reserved before a message is buffered or grows, and given
//! back when its request ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;

/// One permit stands for this many bytes.
const UNIT_BYTES: usize = 1024;

/// The budget that all requests share.
#[derive(Clone)]
pub(crate) struct Admission {
    units: Arc<Semaphore>,
    units_max: usize,
    wait: Duration,
}

/// A reserved share; dropping it gives the memory back.
#[derive(Default)]
pub(crate) struct Share {
    held: Option<OwnedSemaphorePermit>,
}

impl Admission {
    pub(crate) fn new(bytes_max: usize, wait: Duration) -> Self {
        let units_max = (bytes_max / UNIT_BYTES).min(Semaphore::MAX_PERMITS);
        Self { units: Arc::new(Semaphore::new(units_max)), units_max, wait }
    }

    /// Reserves `bytes` more for `share`, waiting a little when there is no room. What can never fit is refused for good.
    pub(crate) async fn reserve(&self, share: &mut Share, bytes: usize) -> Result<(), Refusal> {
        let units = bytes.div_ceil(UNIT_BYTES);
        if share.units() + units > self.units_max {
            return Err(self.over_budget());
        }
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let acquire = Arc::clone(&self.units).acquire_many_owned(units);
        match tokio::time::timeout(self.wait, acquire).await {
            Ok(Ok(permit)) => {
                match &mut share.held {
                    Some(held) => held.merge(permit),
                    held => *held = Some(permit),
                }
                Ok(())
            }
            _ => Err(Refusal::Unavailable("too many bytes are being received at once: try again".to_owned())),
        }
    }

    /// What `share` could grow by if there were no other.
    pub(crate) fn left_for(&self, share: &Share) -> usize {
        self.units_max.saturating_sub(share.units()) * UNIT_BYTES
    }

    pub(crate) fn over_budget(&self) -> Refusal {
        Refusal::OverBudget { bytes_max: self.units_max * UNIT_BYTES }
    }
}

impl Share {
    fn units(&self) -> usize {
        self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }

    /// Gives back what is held beyond `bytes`.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let surplus = self.units().saturating_sub(bytes.div_ceil(UNIT_BYTES));
        if let Some(held) = &mut self.held {
            drop(held.split(surplus));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free_bytes(admission: &Admission) -> usize {
        admission.units.available_permits() * UNIT_BYTES
    }

    /// Scenario: a share grows, shrinks and ends. Guarantee: the budget follows, rounded up to whole units.
    #[tokio::test]
    async fn reserve_and_shrink_keep_the_budget() {
        let admission = Admission::new(10 * UNIT_BYTES, Duration::ZERO);
        let mut share = Share::default();
        share.shrink_to(0);
        admission.reserve(&mut share, UNIT_BYTES + 1).await.unwrap();
        admission.reserve(&mut share, 3 * UNIT_BYTES).await.unwrap();
        assert_eq!(free_bytes(&admission), 5 * UNIT_BYTES);
        share.shrink_to(2 * UNIT_BYTES);
        share.shrink_to(9 * UNIT_BYTES);
        assert_eq!(free_bytes(&admission), 8 * UNIT_BYTES);
        drop(share);
        assert_eq!(free_bytes(&admission), 10 * UNIT_BYTES);
    }

    /// Scenario: too much for now, and too much for ever. Guarantee: only the former is worth a retry.
    #[tokio::test(start_paused = true)]
    async fn reserve_beyond_the_budget_tells_now_from_never() {
        let admission = Admission::new(10 * UNIT_BYTES, Duration::from_secs(2));
        let mut first = Share::default();
        admission.reserve(&mut first, 8 * UNIT_BYTES).await.unwrap();
        let before = tokio::time::Instant::now();
        let refused = admission.reserve(&mut Share::default(), 3 * UNIT_BYTES).await;
        assert!(matches!(refused, Err(Refusal::Unavailable(_))));
        assert_eq!(before.elapsed(), Duration::from_secs(2), "it waits before it refuses");
        let refused = admission.reserve(&mut first, 3 * UNIT_BYTES).await;
        assert_eq!(refused, Err(Refusal::OverBudget { bytes_max: 10 * UNIT_BYTES }));
        assert_eq!(before.elapsed(), Duration::from_secs(2), "waiting would not help");
    }
}
