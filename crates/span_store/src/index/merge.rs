//! A batch into the index: the rows of the traces that it touches are computed again, or added to where a trace is too large for
//! that.

use std::borrow::Cow;

use duckdb::Connection;
use junjo_span_model::{PriceTable, TraceId};

use super::bring::{Arrived, ByTrace, Merge, MergeContext, Merged, fill_touched};
use super::compute::replace_large;
use super::hints::{HintsOf, KnownHints};
use super::large::{LARGE_SPANS, add_to_large};
use super::stored::{Known, SpansOf, bounds, load_known, load_spans};
use crate::error::StoreError;
use crate::row::SpanRow;
use crate::trace_row::TraceRow;

/// Spans of traces that are read and computed again at a time, so that a commit takes no more memory for touching many of them.
const CHUNK_SPANS: usize = 8_192;

/// Writes spans, what log records say about spans, and the rows of all traces that this changes.
pub(super) fn merge_traces(
    connection: &Connection,
    mut arrived: Arrived<'_>,
    prices: &PriceTable,
) -> Result<Merged, StoreError> {
    let mut merged = Merged { traces: Vec::new(), duplicates: arrived.duplicates };
    let touched = arrived.traces();
    if touched.is_empty() {
        return Ok(merged);
    }
    let (chunks, large) = divide(connection, &touched, &arrived.spans)?;
    if !large.is_empty() {
        let of_large = arrived.take(&large);
        merged.add(add_to_large(connection, &large, of_large, prices)?);
    }
    let is_one = chunks.len() == 1;
    for chunk in chunks {
        let part = if is_one { std::mem::take(&mut arrived) } else { arrived.take(&chunk.traces) };
        merged.add(replace_traces(connection, &chunk, part, prices)?);
    }
    Ok(merged)
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
    let (chunks, large) = divide(connection, traces, &ByTrace::default())?;
    for chunk in chunks {
        replace_traces(connection, &chunk, Arrived::default(), prices)?;
    }
    large.into_iter().try_for_each(|trace| replace_large(connection, trace))
}

/// Traces whose rows are computed together.
struct Chunk {
    traces: Vec<TraceId>,
    /// Those of them that are stored.
    known: Vec<Known>,
}

/// Divides traces into chunks, and into those that are too large to be read for a commit.
fn divide(
    connection: &Connection,
    touched: &[TraceId],
    arrived: &ByTrace<'_>,
) -> Result<(Vec<Chunk>, Vec<TraceId>), StoreError> {
    fill_touched(connection, touched)?;
    let known = load_known(connection)?;
    let (mut chunks, mut large, mut spans) = (Vec::new(), Vec::new(), usize::MAX);
    for trace in touched {
        let stored = known.get(trace).copied();
        let of_stored = stored.map_or(0, |stored| stored.spans);
        if of_stored > LARGE_SPANS {
            large.push(*trace);
            continue;
        }
        let added = of_stored + arrived.get(trace).map_or(0, |spans| spans.len());
        spans = spans.saturating_add(added);
        // traces that are not stored yet are in memory anyway
        if chunks.is_empty() || (spans > CHUNK_SPANS && !known.is_empty()) {
            chunks.push(Chunk { traces: Vec::new(), known: Vec::new() });
            spans = added;
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.traces.push(*trace);
            chunk.known.extend(stored);
        }
    }
    Ok((chunks, large))
}

fn replace_traces(
    connection: &Connection,
    chunk: &Chunk,
    arrived: Arrived<'_>,
    prices: &PriceTable,
) -> Result<Merged, StoreError> {
    fill_touched(connection, &chunk.traces)?;
    let bounds = bounds(chunk.known.iter());
    let hints = KnownHints::merge(connection, HintsOf::Traces, arrived.hints)?;
    let stored = load_spans(connection, SpansOf::Traces, bounds)?;
    let context = MergeContext { stored: &stored, hints: &hints, prices };
    let merge = bring_all(&chunk.traces, arrived.spans, &context);
    merge.write(connection, bounds)
}

/// Brings everything together, and computes the rows of the traces.
fn bring_all<'a>(touched: &[TraceId], mut arrived: ByTrace<'a>, context: &MergeContext<'a>) -> Merge<'a> {
    let mut merge = Merge::default();
    for trace_id in touched {
        let spans = arrived.remove(trace_id).unwrap_or_default();
        let brought = merge.bring(*trace_id, spans, context);
        let rows: Vec<&SpanRow> = brought.kept.iter().map(Cow::as_ref).collect();
        merge.traces.extend(TraceRow::of(&rows).map(|row| TraceRow {
            newest_sequence: row.newest_sequence.max(context.hints.newest(*trace_id)),
            ..row
        }));
    }
    merge
}
