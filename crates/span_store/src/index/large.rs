//! Traces with so many spans that reading all of them for each commit would keep everybody else waiting: only what the commit
//! replaces is read, and what can be added is added to the trace's row. A row that would need the other spans is noted in
//! `unsettled`, and computed again beside the commits (`settle.rs`).

use ahash::AHashSet;
use duckdb::Connection;
use junjo_span_model::{PriceTable, TraceId};

use super::append::{Wanted, append_wanted};
use super::bring::{Arrived, Merge, MergeContext, Merged, fill_touched};
use super::hints::{HintsOf, KnownHints};
use super::stored::{Bounds, SpansOf, load_spans};
use super::traces::{COLUMNS, WHOLE, trace_rows};
use crate::error::StoreError;
use crate::row::{SpanRow, trace_from_halves, trace_halves};
use crate::trace_row::{Changes, TraceRow};

/// Stored spans above which a trace is not read whole any more: so many take a few milliseconds.
pub(super) const LARGE_SPANS: usize = 4_096;

/// Writes what arrived for large traces.
pub(super) fn add_to_large(
    connection: &Connection,
    traces: &[TraceId],
    mut arrived: Arrived<'_>,
    prices: &PriceTable,
) -> Result<Merged, StoreError> {
    fill_touched(connection, traces)?;
    let sql = format!("SELECT {COLUMNS} FROM traces SEMI JOIN touched USING (trace_hi, trace_lo)");
    let rows = trace_rows(connection, &sql, Vec::new(), WHOLE)?.rows;
    fill_wanted(connection, &rows, &arrived)?;
    let hints = KnownHints::merge(connection, HintsOf::Spans, arrived.hints)?;
    let end = |row: &TraceRow| row.start_unix_nano.saturating_add(row.duration_nanos);
    let from = rows.iter().map(|row| row.start_unix_nano).min();
    let bounds = from.zip(rows.iter().map(end).max());
    let stored = load_spans(connection, SpansOf::Wanted, bounds)?;
    let parents =
        if rows.iter().any(TraceRow::has_calls) { parents(connection, bounds)? } else { AHashSet::new() };
    let context = MergeContext { stored: &stored, hints: &hints, prices };
    let (mut merge, mut unsettled) = (Merge::default(), Vec::new());
    for row in &rows {
        let trace_id = row.trace_id;
        let spans = arrived.spans.remove(&trace_id).unwrap_or_default();
        let brought = merge.bring(trace_id, spans, &context);
        let mut of_trace = stored.get(&trace_id).into_iter().flatten();
        let changes = Changes {
            new: merge.new[brought.new_from..].iter().map(AsRef::<SpanRow>::as_ref).collect(),
            replaced: brought.replaced,
            shown: of_trace.find(|span| span.span_id == row.root_span_id),
            may_have_children: parents.contains(&trace_id),
        };
        let after = row.changed(&changes);
        if !after.is_exact {
            unsettled.push(trace_id);
        }
        let newest_sequence = after.row.newest_sequence.max(hints.newest(trace_id));
        merge.traces.push(TraceRow { newest_sequence, ..after.row });
    }
    note_unsettled(connection, &unsettled)?;
    merge.write(connection, bounds)
}

/// Fills the scratch table of the spans that have to be known: those that arrive, those that log records speak of, and those
/// that the traces' rows show.
fn fill_wanted(connection: &Connection, rows: &[TraceRow], arrived: &Arrived<'_>) -> Result<(), StoreError> {
    connection.execute_batch("DELETE FROM wanted").map_err(StoreError::index("prepare scratch tables"))?;
    let mut wanted: Vec<Wanted> = Vec::new();
    for (trace, spans) in &arrived.spans {
        wanted.extend(spans.keys().map(|span| ((*trace, *span), true)));
    }
    let is_other =
        |(trace, span): &(TraceId, _)| arrived.spans.get(trace).is_none_or(|spans| !spans.contains_key(span));
    let shown: AHashSet<_> = rows.iter().map(|row| (row.trace_id, row.root_span_id)).collect();
    let others = arrived.hints.keys().copied().filter(|id| !shown.contains(id)).chain(shown.iter().copied());
    wanted.extend(others.filter(is_other).map(|id| (id, false)));
    append_wanted(connection, &wanted)
}

/// The traces in which a stored span has an arriving one for a parent.
fn parents(connection: &Connection, bounds: Bounds) -> Result<AHashSet<TraceId>, StoreError> {
    let failed = || StoreError::index("look for children of spans that arrive");
    let Some((from, to)) = bounds else { return Ok(AHashSet::new()) };
    let mut statement = connection
        .prepare(
            "SELECT DISTINCT trace_hi, trace_lo FROM spans SEMI JOIN wanted
             ON spans.trace_hi = wanted.trace_hi AND spans.trace_lo = wanted.trace_lo
             AND spans.parent_span_id = wanted.span_id AND wanted.is_new
             WHERE start_unix_nanos BETWEEN ? AND ?",
        )
        .map_err(failed())?;
    statement
        .query_map([from, to], |row| Ok(trace_from_halves(row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(failed())
}

/// Notes traces whose rows have to be computed again; those that are noted already stay where they are.
fn note_unsettled(connection: &Connection, traces: &[TraceId]) -> Result<(), StoreError> {
    let failed = || StoreError::index("note traces to be computed again");
    for trace in traces {
        let (hi, lo) = trace_halves(*trace);
        connection
            .execute(
                "INSERT INTO unsettled SELECT $1, $2 WHERE NOT EXISTS
                 (SELECT 1 FROM unsettled WHERE trace_hi = $1 AND trace_lo = $2)",
                [hi, lo],
            )
            .map_err(failed())?;
    }
    Ok(())
}
