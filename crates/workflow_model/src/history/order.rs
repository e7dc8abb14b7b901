//! A store's changes in order, and the runs that own it.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::gaps::Gaps;
use crate::store::{StateEvent, StoreClaim, parse};
use crate::trace::JunjoTrace;

/// A store's changes in order, with the run that owns it.
#[derive(Debug)]
pub(crate) struct History<'t> {
    pub(crate) store_id: &'t str,
    /// Runs of the view that own or borrow the store, the earliest first; runs around the view when it has none.
    pub(crate) owners: Vec<(usize, &'t StoreClaim)>,
    /// In order; place of the span beside each.
    pub(crate) events: Vec<(usize, &'t StateEvent)>,
    /// Changes up to here were made before the run took its last state; legacy siblings of a failed node go on after it.
    pub(crate) in_time: usize,
    pub(crate) gaps: Gaps,
}

impl<'t> History<'t> {
    /// The history of `store_id` as seen from the spans of `subtree`.
    pub(crate) fn of(trace: &'t JunjoTrace, store_id: &'t str, subtree: &HashSet<usize>) -> Self {
        let mut owners: Vec<(usize, &StoreClaim)> =
            trace.claims().filter(|(_, claim)| claim.store_id == store_id).collect();
        if owners.iter().any(|(run, _)| subtree.contains(run)) {
            owners.retain(|(run, _)| subtree.contains(run));
        }
        owners.sort_by_key(|(run, claim)| (claim.interval().map(|(start, _)| start), *run));
        let mut events: Vec<(usize, &StateEvent)> = trace
            .spans()
            .iter()
            .enumerate()
            .flat_map(|(place, span)| span.state_events.iter().map(move |event| (place, event)))
            .filter(|(_, event)| event.store_id == store_id)
            .collect();
        let numbered = !events.is_empty() && events.iter().all(|(_, event)| event.sequence.is_some());
        if numbered {
            events.sort_by_key(|(_, event)| (event.sequence, event.time_unix_nano));
        } else {
            events.sort_by_key(|(_, event)| event.time_unix_nano);
        }
        let mut history = Self { store_id, owners, events, in_time: 0, gaps: Gaps::default() };
        let interval = history.interval();
        if let Some((after, up_to)) = interval.filter(|_| history.is_shared()) {
            let of_run = |event: &StateEvent| event.sequence.is_none_or(|at| at > after && at <= up_to);
            history.events.retain(|(_, event)| of_run(event));
        }
        history.in_time = history.count_in_time(trace, interval.filter(|_| numbered));
        history.gaps = match interval {
            // a run that says it made changes, none of which has arrived, is numbered too
            Some(interval) if numbered || history.events.is_empty() => {
                Gaps::of_numbers(&history.events, interval)
            }
            _ => Gaps::of_drops(&history.events, trace),
        };
        history
    }

    /// Contract 3 says where in a shared store's numbers the run begins and ends.
    fn is_shared(&self) -> bool {
        !self.owners.is_empty() && self.owners.iter().all(|(_, claim)| claim.transition_start.is_some())
    }

    /// The sequences of the owners' changes, `(after, up to]`.
    fn interval(&self) -> Option<(i64, i64)> {
        let intervals: Option<Vec<_>> = self.owners.iter().map(|(_, claim)| claim.interval()).collect();
        let intervals = intervals?;
        Some((intervals.iter().map(|(start, _)| *start).min()?, intervals.iter().map(|(_, end)| *end).max()?))
    }

    fn count_in_time(&self, trace: &JunjoTrace, interval: Option<(i64, i64)>) -> usize {
        let end = self.owners.iter().map(|(run, _)| trace.spans()[*run].end_unix_nano).max();
        let is_late = |event: &StateEvent| match (interval, end) {
            (Some((_, up_to)), _) => event.sequence.is_some_and(|at| at > up_to),
            (None, Some(end)) => event.time_unix_nano > end,
            (None, None) => false,
        };
        self.events.iter().position(|(_, event)| is_late(event)).unwrap_or(self.events.len())
    }

    /// The run whose first state the history starts from, and its claim.
    pub(crate) fn first_owner(&self) -> Option<(usize, &'t StoreClaim)> {
        self.owners.first().copied()
    }

    /// The claim with the last state.
    pub(crate) fn last_claim(&self) -> Option<&'t StoreClaim> {
        let ends = self.owners.iter().map(|(_, claim)| *claim);
        ends.max_by_key(|claim| claim.interval().map(|(_, end)| end))
    }

    /// The state that the run ended with, as the client sent it.
    pub(crate) fn state_end(&self) -> Option<Json> {
        parse(self.last_claim().and_then(|claim| claim.state_end.as_deref()))
    }
}
