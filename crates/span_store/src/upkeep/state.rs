//! What upkeep knows from round to round, and what it shows of itself.

use std::collections::HashSet;

use super::trust::{Begun, Trust};

/// How upkeep went, for a status route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// When the last round ended, unix nanoseconds; `None` before the first.
    pub last_at_unix_nano: Option<i64>,
    /// Why the last round did not get through, if so; it is tried again.
    pub last_error: Option<String>,
    /// What it waits for, in a sentence, where somebody should know.
    pub note: Option<String>,
    /// Archive files that were written again since start: merged, or without what was deleted.
    pub rewritten_files: u64,
    /// Deletions that are not finished.
    pub pending_deletions: usize,
}

/// What upkeep knows from round to round. Losing it costs time, no more.
#[derive(Debug, Default)]
pub(super) struct UpkeepState {
    /// The day for which the ages of services have been looked at.
    pub(super) aged_on: Option<String>,
    /// Files that cannot be read, so that they are not tried again and again.
    pub(super) damaged: HashSet<String>,
    /// Deletions of which no listed file holds anything.
    pub(super) out_of_archive: HashSet<i64>,
    pub(super) trust: Trust,
    /// `None` before the first round.
    pub(super) begun: Option<Begun>,
    pub(super) shown: Upkeep,
}
