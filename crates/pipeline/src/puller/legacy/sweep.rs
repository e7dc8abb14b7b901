//! When which keys are read again, because keys that were given out later may lie below what was read. It does no IO.
//!
//! A sweep reads from where its predecessor left a gap up to the newest key that was known when it began. What is written
//! after it began has a key of at least the service's time at that moment, less the overlap: there the next one begins. So
//! every key that is at most the overlap too low is found by the next sweep that begins after it was written, however
//! seldom there is one.

use std::time::Duration;

use super::key::Key;

/// One kind of sweep, by how far it looks back.
pub(super) struct Sweep {
    overlap: Duration,
    every: Duration,
    from: Key,
    began: Option<Duration>,
    under_way: Option<UnderWay>,
}

struct UnderWay {
    /// What was read last.
    at: Key,
    end: Key,
    next_from: Key,
}

/// The keys that one page of a sweep asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Excluded.
    pub(super) after: Key,
    /// Included.
    pub(super) end: Key,
}

impl Sweep {
    /// A sweep that first looks at `from`, then always `overlap` back, at most once in `every`.
    pub(super) fn new(overlap: Duration, every: Duration, from: Key) -> Self {
        Self { overlap, every, from, began: None, under_way: None }
    }

    /// Nothing below this is read by this sweep or a later one of its kind.
    pub(super) fn from(&self) -> Key {
        self.from
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// What to read next; begins a sweep if one is due. `now` is monotonic, `service_millis` at most the service's time.
    pub(super) fn next(&mut self, now: Duration, newest: Key, service_millis: u64) -> Option<Stretch> {
        if self.under_way.is_none() {
            let is_early = self.began.is_some_and(|began| now.saturating_sub(began) < self.every);
            // a clock that is ahead by more than the overlap can no longer give out a key below the newest one
            if is_early || self.from >= newest {
                return None;
            }
            self.began = Some(now);
            let next_from = Key::first_of(service_millis.saturating_sub(self.overlap.as_millis() as u64));
            self.under_way = Some(UnderWay { at: self.from.before(), end: newest, next_from });
        }
        self.under_way.as_ref().map(|sweep| Stretch { after: sweep.at, end: sweep.end })
    }

    /// Says how far the stretch was read: up to a key, or to its end (`None`).
    pub(super) fn read_to(&mut self, last: Option<Key>) {
        let Some(sweep) = &mut self.under_way else { return };
        match last {
            Some(last) if last < sweep.end => sweep.at = last,
            _ => {
                self.from = self.from.max(sweep.next_from);
                self.under_way = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn sweep() -> Sweep {
        Sweep::new(300 * SECOND, 30 * SECOND, Key::default())
    }

    /// Scenario: sweeps of several pages while new keys come. Guarantee: each goes up to what was newest when it began, and
    /// the next one begins the overlap before the moment at which it began, not at which it ended.
    #[test]
    fn next_begins_where_the_last_one_left_a_gap() {
        let mut sweep = sweep();
        let (first, newest) = (Key::first_of(1_000_000), Key::first_of(1_000_500));
        let stretch = sweep.next(SECOND, newest, 1_001_000).unwrap();
        assert_eq!(stretch, Stretch { after: Key::default(), end: newest });
        sweep.read_to(Some(first));
        assert!(sweep.is_under_way());
        let later = Key::first_of(1_090_000);
        assert_eq!(sweep.next(90 * SECOND, later, 1_090_000), Some(Stretch { after: first, end: newest }));
        assert_eq!(sweep.from(), Key::default(), "what it has yet to read must stay known");
        sweep.read_to(Some(newest));
        assert_eq!((sweep.is_under_way(), sweep.from()), (false, Key::first_of(701_000)));
        let stretch = sweep.next(91 * SECOND, later, 1_091_000).unwrap();
        assert_eq!(stretch, Stretch { after: Key::first_of(701_000).before(), end: later });
        sweep.read_to(None);
        assert_eq!(sweep.next(92 * SECOND, later, 1_092_000), None, "it is too early");
    }

    /// Scenario: nothing new for longer than the overlap. Guarantee: one sweep after it, then none before something new comes.
    #[test]
    fn next_is_needless_after_a_long_silence() {
        let mut sweep = sweep();
        let newest = Key::first_of(1_000_000);
        assert!(sweep.next(SECOND, newest, 1_000_000).is_some());
        sweep.read_to(None);
        assert!(sweep.next(302 * SECOND, newest, 1_301_000).is_some());
        sweep.read_to(None);
        assert_eq!(sweep.next(600 * SECOND, newest, 1_600_000), None);
        let next = Key::first_of(1_600_001);
        assert_eq!(
            sweep.next(601 * SECOND, next, 1_601_000).unwrap().after,
            Key::first_of(1_001_000).before()
        );
    }
}
