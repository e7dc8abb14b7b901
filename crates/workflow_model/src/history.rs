//! The history of one store as one run sees it: its changes in order, what of them is missing, and the states between.

use std::collections::HashSet;

use junjo_span_model::SpanId;
use serde_json::Value as Json;

use crate::patch::{Budget, Document, PatchError, operations};
use crate::store::{StateEvent, StoreClaim, parse};
use crate::trace::JunjoTrace;

/// Ranges of missing sequences that are listed; the count goes on behind them.
const GAPS_MAX: usize = 100;

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

/// What is missing of a history.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Gaps {
    /// Missing sequences, from and to inclusive, at most [`GAPS_MAX`] ranges.
    pub(crate) ranges: Vec<(i64, i64)>,
    /// How many changes are missing, when the client numbers them.
    pub(crate) missing: Option<i64>,
    /// Events of any kind that the client dropped from spans that changed the store.
    pub(crate) dropped: u64,
    /// From this event on the states are not sure to be those that were; `events.len()` is the end.
    pub(crate) unsure_from: Option<usize>,
    /// Changes that carry a sequence another one has.
    pub(crate) repeated: usize,
}

impl Gaps {
    pub(crate) fn is_complete(&self) -> bool {
        self.unsure_from.is_none()
    }
}

/// A state between two changes.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// The state before the last change that was applied.
    pub(crate) before: Json,
    /// The state after it, with blame; writers are places in `History::events`.
    pub(crate) after: Document,
    /// Changes whose patch was not applied, by their place.
    pub(crate) failures: Vec<(usize, PatchError)>,
    /// Whether there was a state to start from.
    pub(crate) started: bool,
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
        match interval {
            // a run that says it made changes, none of which has arrived, is numbered too
            Some(interval) if numbered || history.events.is_empty() => history.find_gaps(interval),
            _ => history.find_drops(trace),
        }
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

    /// Compares the numbers of the changes with those that the run says it made.
    fn find_gaps(&mut self, (after, up_to): (i64, i64)) {
        let mut last = after;
        let mut missing = 0_i64;
        for (place, (_, event)) in self.events.iter().enumerate() {
            let Some(sequence) = event.sequence else { continue };
            if sequence <= last {
                self.gaps.repeated += 1;
                continue;
            }
            if sequence > last.saturating_add(1) {
                missing = missing.saturating_add(sequence.saturating_sub(last).saturating_sub(1));
                self.gaps.unsure_from.get_or_insert(place);
                if self.gaps.ranges.len() < GAPS_MAX {
                    self.gaps.ranges.push((last.saturating_add(1), sequence - 1));
                }
            }
            last = sequence;
        }
        if last < up_to {
            missing = missing.saturating_add(up_to.saturating_sub(last));
            self.gaps.unsure_from.get_or_insert(self.events.len());
            if self.gaps.ranges.len() < GAPS_MAX {
                self.gaps.ranges.push((last.saturating_add(1), up_to));
            }
        }
        self.gaps.missing = Some(missing);
    }

    /// Without numbers only the dropped counts tell that something is missing: SDKs drop a span's oldest events.
    fn find_drops(&mut self, trace: &JunjoTrace) {
        let mut seen: HashSet<SpanId> = HashSet::new();
        for (place, (span, _)) in self.events.iter().enumerate() {
            let span = &trace.spans()[*span];
            if span.dropped_events_count > 0 && seen.insert(span.span_id) {
                self.gaps.dropped += u64::from(span.dropped_events_count);
                self.gaps.unsure_from.get_or_insert(place);
            }
        }
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

    /// Applies the first `count` changes to the state that the run started with.
    pub(crate) fn replay(&self, count: usize, budget: &mut Budget) -> Replayed {
        let text = self.first_owner().and_then(|(_, claim)| claim.state_start.as_deref());
        let start = parse(text);
        let started = start.is_some();
        let mut after = Document::new(start.unwrap_or_default(), text.map_or(0, str::len));
        let mut before = None;
        let mut failures = Vec::new();
        let count = count.min(self.events.len());
        for (place, (_, event)) in self.events.iter().take(count).enumerate() {
            if place + 1 == count {
                before = Some(after.state.clone());
            }
            let patch = event.patch.as_deref();
            let applied = operations(patch)
                .and_then(|operations| after.apply(&operations, patch.map_or(0, str::len), place, budget));
            if let Err(error) = applied {
                failures.push((place, error));
            }
        }
        let before = before.unwrap_or_else(|| after.state.clone());
        Replayed { before, after, failures, started }
    }
}

/// Whether two states say the same; numbers are compared by value, because clients write `1` and `1.0` alike.
pub(crate) fn same_state(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_state(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same_state(value, other)))
        }
        _ => one == other,
    }
}
