//! Who goes first: sealing and merging work in small steps, and give way between them while somebody indexes, so that what
//! arrives is seen soon. They wait no longer than they worked, so that they get on also where indexing never ends: the log must
//! not fill up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::room::Room;

/// Longest wait between two steps.
const WAIT_MAX: Duration = Duration::from_millis(25);

/// Whether somebody indexes; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Turns {
    state: Arc<(Mutex<usize>, Condvar)>,
    /// What those who give way may take.
    pub(crate) room: Room,
}

/// Somebody indexes as long as this is there.
pub(crate) struct Busy {
    turns: Turns,
}

impl Turns {
    /// Says that somebody indexes.
    pub(crate) fn busy(&self) -> Busy {
        *self.state.0.lock() += 1;
        Busy { turns: self.clone() }
    }

    /// The steps of somebody who gives way.
    pub(crate) fn steps(&self) -> Steps {
        Steps { turns: self.clone(), since: Instant::now() }
    }

    fn wait(&self, wait: Duration) {
        let (busy, is_free) = &*self.state;
        let mut busy = busy.lock();
        if *busy > 0 {
            let _ = is_free.wait_for(&mut busy, wait);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let (busy, is_free) = &*self.turns.state;
        let mut busy = busy.lock();
        *busy = busy.saturating_sub(1);
        if *busy == 0 {
            is_free.notify_all();
        }
    }
}

/// Work in steps.
pub(crate) struct Steps {
    turns: Turns,
    /// When the step began.
    since: Instant,
}

impl Steps {
    /// Ends a step: waits while somebody indexes, but no longer than the step took. Blocking.
    pub(crate) fn give_way(&mut self) {
        self.turns.wait(self.since.elapsed().min(WAIT_MAX));
        self.since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: somebody indexes while others work in steps, and ends. Guarantee: a step waits, and not for ever; the end
    /// wakes whoever waits.
    #[test]
    fn steps_give_way_and_go_on() {
        let turns = Turns::default();
        turns.steps().give_way();
        let (one, other) = (turns.busy(), turns.busy());
        let mut steps = turns.steps();
        steps.give_way();
        drop(one);
        steps.give_way();
        let waiting = std::thread::spawn({
            let turns = turns.clone();
            move || turns.wait(Duration::MAX)
        });
        drop(other);
        waiting.join().unwrap();
    }
}
