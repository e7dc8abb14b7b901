//! What is missing of a history.

use std::collections::HashSet;

use junjo_span_model::SpanId;

use crate::store::StateEvent;
use crate::trace::JunjoTrace;

/// Ranges of missing sequences that are listed; the count goes on behind them.
const GAPS_MAX: usize = 100;

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

    /// Compares the numbers of the changes with those that the run says it made.
    pub(super) fn of_numbers(events: &[(usize, &StateEvent)], (after, up_to): (i64, i64)) -> Self {
        let mut gaps = Self::default();
        let mut last = after;
        let mut missing = 0_i64;
        for (place, (_, event)) in events.iter().enumerate() {
            let Some(sequence) = event.sequence else { continue };
            if sequence <= last {
                gaps.repeated += 1;
                continue;
            }
            if sequence > last.saturating_add(1) {
                missing = missing.saturating_add(sequence.saturating_sub(last).saturating_sub(1));
                gaps.unsure_from.get_or_insert(place);
                if gaps.ranges.len() < GAPS_MAX {
                    gaps.ranges.push((last.saturating_add(1), sequence - 1));
                }
            }
            last = sequence;
        }
        if last < up_to {
            missing = missing.saturating_add(up_to.saturating_sub(last));
            gaps.unsure_from.get_or_insert(events.len());
            if gaps.ranges.len() < GAPS_MAX {
                gaps.ranges.push((last.saturating_add(1), up_to));
            }
        }
        gaps.missing = Some(missing);
        gaps
    }

    /// Without numbers only the dropped counts tell that something is missing: SDKs drop a span's oldest events.
    pub(super) fn of_drops(events: &[(usize, &StateEvent)], trace: &JunjoTrace) -> Self {
        let mut gaps = Self::default();
        let mut seen: HashSet<SpanId> = HashSet::new();
        for (place, (span, _)) in events.iter().enumerate() {
            let span = &trace.spans()[*span];
            if span.dropped_events_count > 0 && seen.insert(span.span_id) {
                gaps.dropped += u64::from(span.dropped_events_count);
                gaps.unsure_from.get_or_insert(place);
            }
        }
        gaps
    }
}
