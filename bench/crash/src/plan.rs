//! What is killed, and at which moment.

use std::time::Duration;

use junjo_test_support::{Fault, FileOperation, Operation, StoreFile};
use rand::Rng as _;
use rand::rngs::StdRng;

use crate::cli::Mode;
use FileOperation::{Create, Rename, Sync, Truncate, Unlink, Write};
use StoreFile::{AppLog, Archive, Index, IndexLog, Wal, WalLog};

/// Longest time that a program runs before a kill at a random time.
const RUN_MILLIS_MAX: u64 = 1_200;
/// Longest wait of a kill at the very start.
const START_MILLIS_MAX: u64 = 400;
/// Longest wait between SIGTERM and SIGKILL.
const STOP_MILLIS_MAX: u64 = 150;

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Victim {
    Server,
    Ingestion,
    Both,
}

/// What the server is doing when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Phase {
    Append,
    LogCheckpoint,
    Index,
    IndexCheckpoint,
    Seal,
    Manifest,
    Merge,
}

const PHASES: [Phase; 7] = [
    Phase::Append,
    Phase::LogCheckpoint,
    Phase::Index,
    Phase::IndexCheckpoint,
    Phase::Seal,
    Phase::Manifest,
    Phase::Merge,
];

impl Phase {
    /// The file operations that make the phase.
    pub(crate) fn operations(self) -> &'static [Operation] {
        match self {
            Self::Append => &[(WalLog, Write), (WalLog, Sync)],
            Self::LogCheckpoint => &[(Wal, Write), (Wal, Sync), (WalLog, Truncate)],
            Self::Index => &[(IndexLog, Write), (IndexLog, Sync), (IndexLog, Create)],
            Self::IndexCheckpoint => &[
                (Index, Write),
                (Index, Sync),
                (Index, Truncate),
                (IndexLog, Unlink),
                (IndexLog, Rename),
                (IndexLog, Truncate),
            ],
            Self::Seal => &[(Archive, Create), (Archive, Write), (Archive, Sync), (Archive, Rename)],
            Self::Manifest => &[(AppLog, Write), (AppLog, Sync)],
            // the files that a merge has replaced; its output is written like a seal's
            Self::Merge => &[(Archive, Unlink)],
        }
    }

    /// About how many of them one run does, so that every one of them has its turn.
    fn skip_max(self) -> u64 {
        match self {
            Self::Append => 400,
            Self::Index => 100,
            Self::LogCheckpoint | Self::IndexCheckpoint => 24,
            Self::Seal => 16,
            Self::Manifest => 6,
            Self::Merge => 7,
        }
    }

    /// Those of every phase.
    pub(crate) fn all_operations() -> Vec<Operation> {
        PHASES.iter().flat_map(|phase| phase.operations()).copied().collect()
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::LogCheckpoint => "checkpoint of the log",
            Self::Index => "index commit",
            Self::IndexCheckpoint => "checkpoint of the index",
            Self::Seal => "seal",
            Self::Manifest => "manifest",
            Self::Merge => "merge",
        }
    }

    /// The phase that an operation belongs to.
    pub(crate) fn of(operation: Operation) -> Option<Self> {
        PHASES.into_iter().find(|phase| phase.operations().contains(&operation))
    }
}

/// When the server dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// At the next operation of a phase but `skip`, from so long after it is ready.
    InPhase { phase: Phase, skip: u64, fault: Fault, after: Duration },
    /// The same, counted from its first breath.
    InPhaseOfStart { phase: Phase, skip: u64, fault: Fault },
    /// The same, counted from SIGTERM.
    InPhaseOfStop { phase: Phase, skip: u64, fault: Fault, after: Duration },
    /// So long after it is ready.
    Running(Duration),
    /// So long after its first breath.
    Starting(Duration),
    /// So long after SIGTERM, which comes so long after it is ready.
    Stopping { after: Duration, wait: Duration },
}

/// The next victim of a mode.
pub(crate) fn victim(mode: Mode, random: &mut StdRng) -> Victim {
    match mode {
        Mode::Embedded => Victim::Server,
        Mode::Split => Victim::Ingestion,
        Mode::Both => match random.random_range(0..3) {
            0 => Victim::Server,
            1 => Victim::Ingestion,
            _ => Victim::Both,
        },
    }
}

/// The next moment for the server: most of them in a named phase.
pub(crate) fn moment(random: &mut StdRng, power_cut: bool) -> Moment {
    let after = millis(random, 300);
    let phase = PHASES[random.random_range(0..PHASES.len())];
    let skip = random.random_range(0..=phase.skip_max());
    let kill = [Fault::KillBefore, Fault::KillInside, Fault::KillAfter][random.random_range(0..3)];
    let fault = if power_cut { Fault::PowerCut { seed: random.random() } } else { kill };
    let choice = random.random_range(0..20);
    // a checkpoint of the index comes with a start or a stop, one of the log mostly with a stop
    let choice = match phase {
        Phase::IndexCheckpoint if choice < 15 => 10 + choice % 5,
        Phase::LogCheckpoint if choice < 8 => 13,
        _ => choice,
    };
    match choice {
        0..10 => Moment::InPhase { phase, skip, fault, after },
        10..13 => Moment::InPhaseOfStart { phase, skip: skip / 4, fault },
        13..15 => Moment::InPhaseOfStop { phase, skip: skip / 8, fault, after },
        15..17 => Moment::Running(millis(random, RUN_MILLIS_MAX)),
        17 => Moment::Starting(millis(random, START_MILLIS_MAX)),
        _ => Moment::Stopping { after, wait: millis(random, STOP_MILLIS_MAX) },
    }
}

/// The next moment for a program whose file operations are not watched.
pub(crate) fn moment_unwatched(random: &mut StdRng) -> Moment {
    match random.random_range(0..10) {
        0..6 => Moment::Running(millis(random, RUN_MILLIS_MAX)),
        6..8 => Moment::Starting(millis(random, START_MILLIS_MAX)),
        _ => Moment::Stopping { after: millis(random, 300), wait: millis(random, STOP_MILLIS_MAX) },
    }
}

fn millis(random: &mut StdRng, max: u64) -> Duration {
    Duration::from_millis(random.random_range(0..=max))
}
