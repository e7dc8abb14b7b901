//! Brings what arrived together with what the index has of the same traces: the highest place of a span wins, log records
//! fill the gaps of its row, and the trace's row is computed again.

use std::borrow::Cow;

use ahash::{AHashMap, AHashSet};
use duckdb::Connection;
use junjo_span_model::{PriceTable, SpanId, TraceId};

use super::append::{append_spans, append_superseded, append_touched, append_traces};
use super::hints::{KnownHints, arrived_hints};
use super::stored::Stored;
use crate::error::StoreError;
use crate::log_row::{HintRow, LogRow};
use crate::row::{Place, SpanRow};
use crate::trace_row::TraceRow;

type ByTrace<'a> = AHashMap<TraceId, AHashMap<SpanId, &'a SpanRow>>;

/// What a batch brings for the traces that it touches.
#[derive(Default)]
pub(super) struct Arrived<'a> {
    /// The highest place of each span only.
    spans: ByTrace<'a>,
    /// What log records say about spans.
    hints: AHashMap<(TraceId, SpanId), HintRow>,
    /// Spans that the batch has more than once.
    duplicates: u64,
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

    fn traces(&self) -> Vec<TraceId> {
        let of_hints = self.hints.keys().map(|(trace, _)| *trace);
        let traces: AHashSet<TraceId> = self.spans.keys().copied().chain(of_hints).collect();
        traces.into_iter().collect()
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

/// Writes spans, what log records say about spans, and the rows of all traces that this changes.
pub(super) fn merge_traces(
    connection: &Connection,
    arrived: Arrived<'_>,
    prices: &PriceTable,
) -> Result<Merged, StoreError> {
    let touched = arrived.traces();
    if touched.is_empty() {
        return Ok(Merged { traces: Vec::new(), duplicates: arrived.duplicates });
    }
    replace_traces(connection, &touched, arrived, prices)
}

/// Computes the rows of traces again after spans of theirs were deleted.
pub(super) fn recompute(
    connection: &Connection,
    traces: &[TraceId],
    prices: &PriceTable,
) -> Result<(), StoreError> {
    if traces.is_empty() {
        return Ok(());
    }
    replace_traces(connection, traces, Arrived::default(), prices).map(drop)
}

fn replace_traces(
    connection: &Connection,
    touched: &[TraceId],
    arrived: Arrived<'_>,
    prices: &PriceTable,
) -> Result<Merged, StoreError> {
    connection
        .execute_batch("DELETE FROM touched; DELETE FROM superseded;")
        .map_err(StoreError::index("prepare scratch tables"))?;
    append_touched(connection, touched)?;
    let hints = KnownHints::merge(connection, arrived.hints)?;
    let stored = Stored::load(connection)?;
    let context = MergeContext { stored: &stored.rows, hints: &hints, prices };
    let merge = Merge::of(touched, arrived.spans, &context);
    if !merge.superseded.is_empty() {
        append_superseded(connection, &merge.superseded)?;
    }
    stored.delete(connection, !merge.superseded.is_empty())?;
    let new: Vec<&SpanRow> = merge.new.iter().map(Cow::as_ref).collect();
    append_spans(connection, &new)?;
    append_traces(connection, &merge.traces)?;
    Ok(Merged { duplicates: arrived.duplicates + merge.duplicates, traces: merge.traces })
}

/// What has to be written: new rows, rows that they replace, and the recomputed trace rows.
#[derive(Default)]
struct Merge<'a> {
    new: Vec<Cow<'a, SpanRow>>,
    superseded: Vec<Place>,
    traces: Vec<TraceRow>,
    /// Spans that arrived more than once.
    duplicates: u64,
}

/// What is known besides the arrived spans.
struct MergeContext<'a> {
    stored: &'a AHashMap<TraceId, Vec<SpanRow>>,
    hints: &'a KnownHints,
    prices: &'a PriceTable,
}

impl<'a> Merge<'a> {
    fn of(touched: &[TraceId], mut arrived: ByTrace<'a>, context: &MergeContext<'a>) -> Self {
        let mut merge = Self::default();
        for trace_id in touched {
            let spans = arrived.remove(trace_id).unwrap_or_default();
            merge.trace(*trace_id, spans, context);
        }
        // place order: neighbours in time stay neighbours in the file, which is what makes time bounds cheap
        merge.new.sort_unstable_by_key(|row| row.place);
        merge.traces.sort_unstable_by_key(|row| (row.start_unix_nano, row.trace_id));
        merge
    }

    fn trace(
        &mut self,
        trace_id: TraceId,
        mut spans: AHashMap<SpanId, &'a SpanRow>,
        context: &MergeContext<'a>,
    ) {
        let mut kept: Vec<Cow<'a, SpanRow>> = Vec::new();
        for old in context.stored.get(&trace_id).map_or(&[][..], Vec::as_slice) {
            if let Some(new) = spans.get(&old.span_id) {
                // the same arrival again (a rebuild over rows that are there) is no duplicate
                self.duplicates += u64::from(new.place != old.place);
                if new.place > old.place {
                    self.superseded.push(old.place);
                    continue;
                }
                spans.remove(&old.span_id);
            }
            let added = context.hints.changed(trace_id, old.span_id);
            if let Some(hinted) = added.and_then(|hints| hints.applied_to(old, context.prices)) {
                self.superseded.push(old.place);
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
        let rows: Vec<&SpanRow> = kept.iter().map(Cow::as_ref).collect();
        self.traces.extend(TraceRow::of(&rows).map(|row| TraceRow {
            newest_sequence: row.newest_sequence.max(context.hints.newest(trace_id)),
            ..row
        }));
    }
}
