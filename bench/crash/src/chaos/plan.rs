//! Which faults come next: one, or one that lasts and one that ends the server in it. Chosen from a seed; it does nothing.

use std::fmt;
use std::time::Duration;

use junjo_test_support::Fault;
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

/// Out of 100 rounds, how many have two faults together, when both kinds can be made.
const TOGETHER_PERCENT: u32 = 30;
/// Answers that a plain kill waits for at most, so that it comes anywhere.
const ANSWERS_MAX: u64 = 150;
/// Operations of a deletion that go by before a kill.
const DELETION_SKIP_MAX: u64 = 24;
/// Of a seal: its file, and its row.
const SEAL_SKIP_MAX: u64 = 20;
/// Files that a merge removes.
const MERGE_SKIP_MAX: u64 = 7;

/// A fault that goes on until it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lasting {
    Clock,
    DiskFull,
    SlowDisk,
    FewFiles,
}

/// A fault that ends the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Ending {
    Kill,
    Terminate,
    KillInDeletion,
    KillInSeal,
    KillInMerge,
    OutOfMemory,
}

impl Lasting {
    pub(crate) const ALL: [Self; 4] = [Self::Clock, Self::DiskFull, Self::SlowDisk, Self::FewFiles];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock jumps",
            Self::DiskFull => "disk full",
            Self::SlowDisk => "slow disk",
            Self::FewFiles => "out of files",
        }
    }
}

impl Ending {
    /// Nothing is merged while no file can be made.
    fn goes_with(self, lasting: Lasting) -> bool {
        self != Self::KillInMerge || !matches!(lasting, Lasting::DiskFull | Lasting::FewFiles)
    }

    pub(crate) const ALL: [Self; 6] = [
        Self::Kill,
        Self::Terminate,
        Self::KillInDeletion,
        Self::KillInSeal,
        Self::KillInMerge,
        Self::OutOfMemory,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::Terminate => "SIGTERM",
            Self::KillInDeletion => "kill -9 in a deletion",
            Self::KillInSeal => "kill -9 in a seal",
            Self::KillInMerge => "kill -9 in a merge",
            Self::OutOfMemory => "out of memory",
        }
    }
}

/// What can be made on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Possible {
    pub(crate) lasting: Vec<Lasting>,
    pub(crate) ending: Vec<Ending>,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Round {
    pub(crate) lasting: Option<Lasting>,
    pub(crate) ending: Option<Ending>,
    pub(crate) details: Details,
}

/// What is random about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Details {
    /// Answers to wait for before the end.
    pub(crate) answers: u64,
    /// Operations of the phase that go by.
    pub(crate) skip: u64,
    pub(crate) fault: Fault,
    /// Arm before the deletion is asked for, so that the request itself may be hit.
    pub(crate) in_request: bool,
    /// In days, one after the other; the last step is always back to the truth.
    pub(crate) clock: Vec<i64>,
    /// How long each write and sync takes.
    pub(crate) delay: Duration,
}

impl Round {
    /// The next one; there is always an ending to choose, because a kill needs nothing.
    pub(crate) fn next(random: &mut StdRng, possible: &Possible) -> Self {
        let lasting = possible.lasting.choose(random).copied();
        let ending = possible.ending.choose(random).copied();
        let total = possible.lasting.len() + possible.ending.len();
        let (lasting, ending) = if lasting.is_some() && random.random_ratio(TOGETHER_PERCENT, 100) {
            (lasting, ending.filter(|ending| lasting.is_some_and(|lasting| ending.goes_with(lasting))))
        } else if random.random_range(0..total.max(1)) < possible.lasting.len() {
            (lasting, None)
        } else {
            (None, ending)
        };
        Self { lasting, ending, details: Details::of(random, ending) }
    }
}

impl Details {
    fn of(random: &mut StdRng, ending: Option<Ending>) -> Self {
        let skip_max = match ending {
            Some(Ending::KillInDeletion) => DELETION_SKIP_MAX,
            Some(Ending::KillInMerge) => MERGE_SKIP_MAX,
            _ => SEAL_SKIP_MAX,
        };
        let clocks: [&[i64]; 4] = [&[2], &[-2], &[2, -2], &[-2, 2]];
        Self {
            answers: random.random_range(0..=ANSWERS_MAX),
            skip: random.random_range(0..=skip_max),
            fault: [Fault::KillBefore, Fault::KillInside, Fault::KillAfter][random.random_range(0..3)],
            in_request: random.random_ratio(1, 4),
            clock: clocks[random.random_range(0..clocks.len())].to_vec(),
            delay: Duration::from_millis(random.random_range(20..=400)),
        }
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [self.lasting.map(Lasting::name), self.ending.map(Ending::name)];
        let names: Vec<_> = names.into_iter().flatten().collect();
        f.write_str(&names.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng as _;

    use super::*;

    fn rounds(seed: u64, possible: &Possible, count: usize) -> Vec<Round> {
        let mut random = StdRng::seed_from_u64(seed);
        (0..count).map(|_| Round::next(&mut random, possible)).collect()
    }

    fn everything() -> Possible {
        Possible { lasting: Lasting::ALL.to_vec(), ending: Ending::ALL.to_vec() }
    }

    /// Scenario: the rounds of a seed, twice, and of another seed. Guarantee: the same, and others.
    #[test]
    fn rounds_follow_from_the_seed() {
        assert_eq!(rounds(7, &everything(), 50), rounds(7, &everything(), 50));
        assert_ne!(rounds(7, &everything(), 50), rounds(8, &everything(), 50));
    }

    /// Scenario: many rounds on a machine that can do everything. Guarantee: each fault comes alone, each that lasts comes
    /// together with each that ends the server and can go with it, and none is without a fault.
    #[test]
    fn every_fault_comes_alone_and_together() {
        let seen: BTreeSet<_> =
            rounds(7, &everything(), 5_000).iter().map(|round| (round.lasting, round.ending)).collect();
        let (lasting, ending) = (Lasting::ALL.len(), Ending::ALL.len());
        // a merge finds no room on a full disk, and no file where there are none
        assert_eq!(seen.len(), lasting + ending + lasting * ending - 2);
        assert!(!seen.contains(&(None, None)));
    }

    /// Scenario: a machine on which nothing but kills can be made. Guarantee: every round has one of them.
    #[test]
    fn what_cannot_be_made_is_left_out() {
        let possible = Possible { lasting: Vec::new(), ending: vec![Ending::Kill, Ending::Terminate] };
        for round in rounds(7, &possible, 200) {
            assert!(
                round.lasting.is_none()
                    && round.ending.is_some_and(|ending| possible.ending.contains(&ending))
            );
        }
    }
}
