//! One store as a view shows it.

use std::collections::HashSet;

use super::warnings::warnings_of;
use crate::history::{History, Replayed, same_state};
use crate::state_view::{SequenceRange, StoreItem, StoreRole};
use crate::trace::JunjoTrace;
use crate::warning::Warning;

/// The run that stores are looked at from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Viewpoint<'t> {
    pub(super) trace: &'t JunjoTrace,
    /// Place of the run.
    pub(super) root: usize,
    /// Places of its spans and of all below.
    pub(super) inside: &'t HashSet<usize>,
}

impl Viewpoint<'_> {
    /// What the store is to the run.
    fn role(&self, history: &History<'_>) -> StoreRole {
        match history.first_owner() {
            Some((run, claim)) if run == self.root && claim.is_application_store => StoreRole::Application,
            Some((run, _)) if run == self.root => StoreRole::Own,
            Some((run, _)) if self.inside.contains(&run) => StoreRole::Nested,
            Some(_) => StoreRole::Outer,
            None => StoreRole::Unclaimed,
        }
    }

    /// The store of `history`, and what a person must know about it.
    pub(super) fn describe(&self, history: &History<'_>, replayed: &Replayed) -> (StoreItem, Vec<Warning>) {
        let spans = self.trace.spans();
        let owner = history.first_owner().map(|(run, _)| &spans[run]);
        let end = history.state_end();
        let matches =
            end.as_ref().filter(|_| replayed.started).map(|end| same_state(&replayed.after.state, end));
        let names = history.events.iter().find_map(|(_, event)| event.store_name.clone());
        let gaps = &history.gaps;
        let expected = gaps.missing.map(|missing| missing.saturating_add(numbered(history)));
        let reconstructable: Vec<bool> =
            history.owners.iter().filter_map(|(_, claim)| claim.reconstructable).collect();
        let item = StoreItem {
            id: history.store_id.to_owned(),
            name: names,
            role: self.role(history),
            owner_span_id: owner.map(|span| span.span_id.to_string()),
            owner_name: owner.map(|span| span.name.clone()),
            owner_count: history.owners.len(),
            event_count: history.events.len(),
            expected_event_count: expected,
            missing_event_count: gaps.missing,
            missing_sequences: gaps
                .ranges
                .iter()
                .map(|(from, to)| SequenceRange { from: *from, to: *to })
                .collect(),
            dropped_events_count: gaps.dropped,
            complete: gaps.is_complete(),
            has_start_state: replayed.started,
            has_end_state: end.is_some(),
            replay_matches_end: matches,
            failed_patch_count: replayed.failures.len(),
            late_event_count: history.events.len() - history.in_time,
            reconstructable: (!reconstructable.is_empty())
                .then(|| reconstructable.iter().all(|could| *could)),
        };
        let warnings = warnings_of(&item, gaps.repeated);
        (item, warnings)
    }
}

/// Changes with numbers of their own.
fn numbered(history: &History<'_>) -> i64 {
    i64::try_from(history.in_time.saturating_sub(history.gaps.repeated)).unwrap_or(i64::MAX)
}
