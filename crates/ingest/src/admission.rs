//! The memory of messages being received. It is reserved before a message is buffered or grows, and given back when its
//! request ends. One key has at most half of it, so that a sender that holds its half for long does not stop the others.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use junjo_memory::{Loan, Memory, NoMemory, Part};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;

/// One permit of a key stands for this many bytes.
pub(crate) const UNIT_BYTES: usize = 1024;

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Admission {
    memory: Memory,
    keys: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
    key_units_max: usize,
    wait: Duration,
}

/// Reserved memory of one request; dropping it gives it back.
pub(crate) struct Share {
    loan: Loan,
    of_key: Arc<Semaphore>,
    held_of_key: Option<OwnedSemaphorePermit>,
}

impl Admission {
    pub(crate) fn new(memory: Memory, wait: Duration) -> Self {
        let half = usize::try_from(memory.bytes_max(Part::Receive) / 2).unwrap_or(usize::MAX);
        let key_units_max = (half / UNIT_BYTES).min(Semaphore::MAX_PERMITS);
        Self { memory, keys: Arc::default(), key_units_max, wait }
    }

    /// A share of nothing yet, for a request of this key.
    pub(crate) fn share(&self, key_id: &str) -> Share {
        let mut keys = self.keys.lock();
        let known = keys.get(key_id).and_then(Weak::upgrade);
        let of_key = known.unwrap_or_else(|| {
            keys.retain(|_, others| others.strong_count() > 0);
            let of_key = Arc::new(Semaphore::new(self.key_units_max));
            keys.insert(key_id.to_owned(), Arc::downgrade(&of_key));
            of_key
        });
        Share { loan: self.memory.empty(Part::Receive), of_key, held_of_key: None }
    }

    /// Reserves `bytes` more for `share`, waiting a little when there is no room. What can never fit is refused for good.
    pub(crate) async fn reserve(&self, share: &mut Share, bytes: usize) -> Result<(), Refusal> {
        let units = bytes.div_ceil(UNIT_BYTES);
        if share.units() + units > self.key_units_max {
            return Err(self.over_budget());
        }
        let acquire = Arc::clone(&share.of_key).acquire_many_owned(u32::try_from(units).unwrap_or(u32::MAX));
        let Ok(Ok(permit)) = tokio::time::timeout(self.wait, acquire).await else {
            let text = "too many bytes are being received of this API key at once: try again";
            return Err(Refusal::Unavailable(text.to_owned()));
        };
        match share.loan.grow_within((units * UNIT_BYTES) as u64, self.wait).await {
            Ok(()) => share.put(permit),
            Err(NoMemory::Ever { .. }) => return Err(self.over_budget()),
            Err(NoMemory::Now(_)) => {
                let text = "too many bytes are being received at once: try again";
                return Err(Refusal::Unavailable(text.to_owned()));
            }
        }
        Ok(())
    }

    /// What `share` could grow by if there were no other.
    pub(crate) fn left_for(&self, share: &Share) -> usize {
        self.key_units_max.saturating_sub(share.units()) * UNIT_BYTES
    }

    pub(crate) fn over_budget(&self) -> Refusal {
        Refusal::OverBudget { bytes_max: self.key_units_max * UNIT_BYTES }
    }
}

impl Share {
    fn units(&self) -> usize {
        self.held_of_key.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }

    fn put(&mut self, permit: OwnedSemaphorePermit) {
        match &mut self.held_of_key {
            Some(held) => held.merge(permit),
            held => *held = Some(permit),
        }
    }

    /// Gives back what is held beyond `bytes`.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let surplus = self.units().saturating_sub(bytes.div_ceil(UNIT_BYTES));
        if let Some(held) = &mut self.held_of_key {
            drop(held.split(surplus));
        }
        self.loan.shrink_to(bytes as u64);
    }
}

#[cfg(test)]
mod tests {
    use junjo_memory::Shares;

    use super::*;

    const WAIT: Duration = Duration::from_secs(2);

    /// An account with twice `bytes` for receiving: one key has them all.
    fn memory(bytes: usize) -> Memory {
        Memory::new(&Shares::of(0).receiving(2 * bytes as u64))
    }

    fn used(memory: &Memory) -> u64 {
        memory.usage()[Part::Receive as usize].used_bytes
    }

    /// Scenario: a share grows, shrinks and ends. Guarantee: the account follows, rounded up to whole units, and a key that
    /// nobody uses any more is forgotten.
    #[tokio::test]
    async fn reserve_and_shrink_keep_the_account() {
        let memory = memory(10 * UNIT_BYTES);
        let admission = Admission::new(memory.clone(), Duration::ZERO);
        let mut share = admission.share("k");
        share.shrink_to(0);
        admission.reserve(&mut share, UNIT_BYTES + 1).await.unwrap();
        admission.reserve(&mut share, 3 * UNIT_BYTES).await.unwrap();
        assert_eq!((used(&memory), admission.left_for(&share)), (5 << 10, 5 << 10));
        share.shrink_to(2 * UNIT_BYTES);
        share.shrink_to(9 * UNIT_BYTES);
        assert_eq!(used(&memory), 2 << 10);
        drop(share);
        assert_eq!(used(&memory), 0);
        drop(admission.share("other"));
        assert_eq!(admission.keys.lock().len(), 1);
    }

    /// Scenario: too much for now, and too much for ever. Guarantee: only the former is worth a retry.
    #[tokio::test(start_paused = true)]
    async fn reserve_beyond_the_share_tells_now_from_never() {
        let admission = Admission::new(memory(10 * UNIT_BYTES), WAIT);
        let mut first = admission.share("k");
        admission.reserve(&mut first, 8 * UNIT_BYTES).await.unwrap();
        let before = tokio::time::Instant::now();
        let refused = admission.reserve(&mut admission.share("k"), 3 * UNIT_BYTES).await;
        assert!(matches!(refused, Err(Refusal::Unavailable(_))));
        assert_eq!(before.elapsed(), WAIT, "it waits before it refuses");
        let refused = admission.reserve(&mut first, 3 * UNIT_BYTES).await;
        assert_eq!(refused, Err(Refusal::OverBudget { bytes_max: 10 * UNIT_BYTES }));
        assert_eq!(before.elapsed(), WAIT, "waiting would not help");
    }

    /// Scenario: one key holds all that it may, then a second one does. Guarantee: the first leaves the others half; a third
    /// waits for either.
    #[tokio::test(start_paused = true)]
    async fn a_key_has_at_most_half() {
        let admission = Admission::new(memory(10 * UNIT_BYTES), WAIT);
        let (mut first, mut second) = (admission.share("a"), admission.share("b"));
        admission.reserve(&mut first, 10 * UNIT_BYTES).await.unwrap();
        assert!(admission.reserve(&mut admission.share("a"), 1).await.is_err());
        admission.reserve(&mut second, 10 * UNIT_BYTES).await.unwrap();
        let mut third = admission.share("c");
        assert!(admission.reserve(&mut third, 1).await.is_err());
        drop(first);
        admission.reserve(&mut third, 1).await.unwrap();
    }
}
