//! What arrived, together with what is stored of the same traces: the highest place of a span wins, and log records fill the
//! gaps of its row.

use std::borrow::Cow;

use ahash::{AHashMap, AHashSet};
use duckdb::Connection;
use junjo_span_model::{PriceTable, SpanId, TraceId};

use super::append::{append_spans, append_superseded, append_touched, append_traces};
use super::hints::{KnownHints, arrived_hints};
use super::stored::{Bounds, delete_replaced};
use crate::error::StoreError;
use crate::log_row::{HintRow, LogRow};
use crate::row::{Place, SpanRow};
use crate::trace_row::TraceRow;

pub(super) type ByTrace<'a> = AHashMap<TraceId, AHashMap<SpanId, &'a SpanRow>>;

/// What a batch brings for the traces that it touches.
#[derive(Default)]
pub(super) struct Arrived<'a> {
    /// The highest place of each span only.
    pub(super) spans: ByTrace<'a>,
    /// What log records say about spans.
    pub(super) hints: AHashMap<(TraceId, SpanId), HintRow>,
    /// Spans that the batch has more than once.
    pub(super) duplicates: u64,
}

impl<'a> Arrived<'a> {
    pub(super) fn of(spans: &'a [SpanRow], logs: &[LogRow]) -> Self {
        let mut arrived = Self { hints: arrived_hints(logs), ..Self::default() };
        for row in spans {
            let of_trace = arrived.spans.entry(row.trace_id).or_default();
            if let Some(other) = of_trace.insert(row.span_id, row) {
                arrived.duplicates += 1;
                if other.place > row.place {
                    of_trace.insert(row.span_id, other);
                }
            }
        }
        arrived
    }

    /// Its traces, in the order in which their first spans arrived, so that neighbours in time are written beside each other.
    pub(super) fn traces(&self) -> Vec<TraceId> {
        let of_hints = self.hints.keys().map(|(trace, _)| *trace);
        let traces: AHashSet<TraceId> = self.spans.keys().copied().chain(of_hints).collect();
        let mut traces: Vec<TraceId> = traces.into_iter().collect();
        traces.sort_by_cached_key(|trace| {
            self.spans.get(trace).and_then(|spans| spans.values().map(|row| row.place).min())
        });
        traces
    }

    /// Takes what belongs to some of the traces.
    pub(super) fn take(&mut self, traces: &[TraceId]) -> Self {
        let spans = traces.iter().filter_map(|trace| self.spans.remove_entry(trace)).collect();
        let wanted: AHashSet<&TraceId> = traces.iter().collect();
        let hints = self.hints.extract_if(|(trace, _), _| wanted.contains(trace)).collect();
        Self { spans, hints, duplicates: 0 }
    }
}

/// What a merge changed.
#[derive(Default)]
pub(super) struct Merged {
    /// The new rows of the touched traces.
    pub(super) traces: Vec<TraceRow>,
    /// Spans that arrived more than once.
    pub(super) duplicates: u64,
}

impl Merged {
    pub(super) fn add(&mut self, other: Self) {
        self.traces.extend(other.traces);
        self.duplicates += other.duplicates;
    }
}

/// Fills the scratch table of touched traces anew.
pub(super) fn fill_touched(connection: &Connection, traces: &[TraceId]) -> Result<(), StoreError> {
    connection
        .execute_batch("DELETE FROM touched; DELETE FROM superseded;")
        .map_err(StoreError::index("prepare scratch tables"))?;
    append_touched(connection, traces)
}

/// What has to be written: new rows, rows that they replace, and the recomputed trace rows.
#[derive(Default)]
pub(super) struct Merge<'a> {
    pub(super) new: Vec<Cow<'a, SpanRow>>,
    superseded: Vec<Place>,
    pub(super) traces: Vec<TraceRow>,
    /// Spans that arrived more than once.
    duplicates: u64,
}

/// What is known besides the arrived spans.
pub(super) struct MergeContext<'a> {
    pub(super) stored: &'a AHashMap<TraceId, Vec<SpanRow>>,
    pub(super) hints: &'a KnownHints,
    pub(super) prices: &'a PriceTable,
}

/// The spans of one trace, as far as they are known.
pub(super) struct Brought<'a> {
    /// Those that there are now.
    pub(super) kept: Vec<Cow<'a, SpanRow>>,
    /// Stored ones that were replaced.
    pub(super) replaced: Vec<&'a SpanRow>,
    /// Where the new ones begin in [`Merge::new`].
    pub(super) new_from: usize,
}

impl<'a> Merge<'a> {
    /// Writes everything; the scratch table `touched` has the traces, whose spans are within `bounds`.
    pub(super) fn write(mut self, connection: &Connection, bounds: Bounds) -> Result<Merged, StoreError> {
        // place order: neighbours in time stay neighbours in the file, which is what makes time bounds cheap
        self.new.sort_unstable_by_key(|row| row.place);
        self.traces.sort_unstable_by_key(|row| (row.start_unix_nano, row.trace_id));
        if !self.superseded.is_empty() {
            append_superseded(connection, &self.superseded)?;
        }
        delete_replaced(connection, bounds, !self.superseded.is_empty())?;
        let new: Vec<&SpanRow> = self.new.iter().map(Cow::as_ref).collect();
        append_spans(connection, &new)?;
        append_traces(connection, &self.traces)?;
        Ok(Merged { duplicates: self.duplicates, traces: self.traces })
    }

    /// Brings the arrived spans of a trace together with what is known of it.
    pub(super) fn bring(
        &mut self,
        trace_id: TraceId,
        mut spans: AHashMap<SpanId, &'a SpanRow>,
        context: &MergeContext<'a>,
    ) -> Brought<'a> {
        let (new_from, mut kept, mut replaced) = (self.new.len(), Vec::new(), Vec::new());
        for old in context.stored.get(&trace_id).map_or(&[][..], Vec::as_slice) {
            if let Some(new) = spans.get(&old.span_id) {
                // the same arrival again (a rebuild over rows that are there) is no duplicate
                self.duplicates += u64::from(new.place != old.place);
                if new.place > old.place {
                    self.superseded.push(old.place);
                    replaced.push(old);
                    continue;
                }
                spans.remove(&old.span_id);
            }
            let added = context.hints.changed(trace_id, old.span_id);
            if let Some(hinted) = added.and_then(|hints| hints.applied_to(old, context.prices)) {
                self.superseded.push(old.place);
                replaced.push(old);
                self.new.push(Cow::Owned(hinted.clone()));
                kept.push(Cow::Owned(hinted));
            } else {
                kept.push(Cow::Borrowed(old));
            }
        }
        for row in spans.into_values() {
            let hints = context.hints.of(trace_id, row.span_id);
            let hinted = hints.and_then(|hints| hints.applied_to(row, context.prices));
            let row = hinted.map_or(Cow::Borrowed(row), Cow::Owned);
            self.new.push(row.clone());
            kept.push(row);
        }
        Brought { kept, replaced, new_from }
    }
}
