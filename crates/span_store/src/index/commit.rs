//! One batch into the index: rows, replaced trace rows, cursors and totals in a single DuckDB transaction.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use duckdb::{Connection, params};
use junjo_span_model::{PriceTable, SpanId, TraceId};
use junjo_wal::{Sequence, WalId};

use super::append::{append_spans, append_superseded, append_touched, append_traces};
use super::hints::{KnownHints, arrived_hints};
use super::logs::write_logs;
use crate::columns::rows_from_batch;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::lifecycle::Doomed;
use crate::log_row::{HintRow, LogRow};
use crate::row::{Place, SpanRow};
use crate::trace_row::TraceRow;

/// What the indexer hands over: the decoded spans of the records up to and including `cursor`, and the decoded log
/// records of those up to and including `log_cursor`.
#[derive(Debug, Default)]
pub struct IndexBatch {
    /// Rows in place order.
    pub rows: Vec<SpanRow>,
    /// Log records in place order.
    pub logs: Vec<LogRow>,
    /// Newest record in the batch; the index's cursor after the commit.
    pub cursor: Sequence,
    /// The same for log records.
    pub log_cursor: Sequence,
    /// Spans in the batch's records, those in quarantined records included.
    pub span_count: u64,
    /// Spans in the batch's records that an archive file no longer has because a later arrival replaced them.
    pub superseded_spans: u64,
    /// All spans up to `cursor`, when that is known better than by adding `span_count`.
    pub total_spans: Option<u64>,
    /// Log records in the batch's records, those in quarantined records included.
    pub log_count: u64,
    /// Log records in the batch's records that an archive file no longer has because a later arrival replaced them.
    pub superseded_logs: u64,
    /// All log records up to `log_cursor`, when that is known better than by adding `log_count`.
    pub total_logs: Option<u64>,
    /// Records that could not be decoded and are kept in the quarantine folder.
    pub quarantined_batches: u64,
    /// Spans that those records claimed to hold.
    pub quarantined_spans: u64,
}

/// How far the index is, durable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Every record of spans up to this one is indexed.
    pub cursor: Sequence,
    /// Every record of log records up to this one is indexed. Both are the same but during a rebuild.
    pub log_cursor: Sequence,
    /// All log records ever processed, duplicates and quarantined ones included.
    pub indexed_logs: u64,
    /// Log records that arrived again.
    pub duplicate_logs: u64,
    /// All spans ever processed, duplicates and quarantined ones included.
    pub indexed_spans: u64,
    /// Spans that replaced an earlier arrival of the same span, or arrived twice in one batch.
    pub duplicate_spans: u64,
    /// Records that could not be indexed.
    pub quarantined_batches: u64,
    /// Spans that those records claimed to hold.
    pub quarantined_spans: u64,
}

impl Progress {
    /// Every record of the log up to this one is indexed, whatever it holds.
    pub fn indexed_through(&self) -> Sequence {
        self.cursor.min(self.log_cursor)
    }

    /// How far a dataset is, and how many items that are.
    pub(crate) fn of(&self, dataset: Dataset) -> (Sequence, u64) {
        match dataset {
            Dataset::Spans => (self.cursor, self.indexed_spans),
            Dataset::Logs => (self.log_cursor, self.indexed_logs),
        }
    }

    /// With what `known` has counted where that is reached from `before`: rows that are gone are in no other count.
    fn corrected(self, before: Self, known: Self) -> Self {
        let is_reached = |from: Sequence, to: Sequence| from < known.cursor && to == known.cursor;
        let mut next = self;
        if is_reached(before.cursor, self.cursor) {
            (next.indexed_spans, next.duplicate_spans) = (known.indexed_spans, known.duplicate_spans);
        }
        if is_reached(before.log_cursor, self.log_cursor) {
            (next.indexed_logs, next.duplicate_logs) = (known.indexed_logs, known.duplicate_logs);
        }
        if is_reached(before.indexed_through(), self.indexed_through()) {
            (next.quarantined_batches, next.quarantined_spans) =
                (known.quarantined_batches, known.quarantined_spans);
        }
        next
    }

    /// The newest record that any row comes from.
    pub fn newest(&self) -> Sequence {
        self.cursor.max(self.log_cursor)
    }
}

/// Reads the durable progress.
pub(crate) fn load_progress(connection: &Connection) -> Result<Progress, StoreError> {
    connection
        .query_row(
            "SELECT cursor, log_cursor, indexed_spans, indexed_logs, duplicate_spans, duplicate_logs,
             quarantined_batches, quarantined_spans FROM progress",
            [],
            |row| {
                let total = |index: usize| row.get::<_, i64>(index).map(i64::unsigned_abs);
                Ok(Progress {
                    cursor: Sequence(row.get(0)?),
                    log_cursor: Sequence(row.get(1)?),
                    indexed_spans: total(2)?,
                    indexed_logs: total(3)?,
                    duplicate_spans: total(4)?,
                    duplicate_logs: total(5)?,
                    quarantined_batches: total(6)?,
                    quarantined_spans: total(7)?,
                })
            },
        )
        .map_err(StoreError::index("read the index's progress"))
}

/// What a commit depends on besides its batch.
#[derive(Clone, Copy)]
pub(crate) struct Base<'b> {
    pub(crate) progress: Progress,
    /// All-time counts as of a record.
    pub(crate) known: Option<Progress>,
    pub(crate) wal_id: WalId,
    pub(crate) prices: &'b PriceTable,
    /// What is left out because somebody wanted it deleted.
    pub(crate) doomed: &'b Doomed,
}

/// Commits `batch` on top of `base` and returns the new progress and the traces that changed. On an error nothing of
/// it is visible.
pub(crate) fn commit(
    connection: &Connection,
    batch: &IndexBatch,
    base: Base<'_>,
) -> Result<(Progress, Vec<TraceRow>), StoreError> {
    let failed = || StoreError::index("commit a batch to the index");
    connection.execute_batch("BEGIN").map_err(failed())?;
    let outcome = write(connection, batch, base)
        .and_then(|written| connection.execute_batch("COMMIT").map_err(failed()).map(|()| written));
    if outcome.is_err() {
        // after a failed COMMIT there is no transaction left to roll back, which DuckDB reports as an error
        let _ = connection.execute_batch("ROLLBACK");
    }
    outcome
}

fn write(
    connection: &Connection,
    batch: &IndexBatch,
    base: Base<'_>,
) -> Result<(Progress, Vec<TraceRow>), StoreError> {
    let (spans, logs) = (base.doomed.living_spans(&batch.rows), base.doomed.living_logs(&batch.logs));
    let duplicate_logs = write_logs(connection, &logs)?;
    let (traces, duplicate_spans) = write_spans(connection, &spans, &logs, base.prices)?;
    let progress = base.progress;
    let next = Progress {
        cursor: batch.cursor.max(progress.cursor),
        log_cursor: batch.log_cursor.max(progress.log_cursor),
        indexed_spans: batch.total_spans.unwrap_or(progress.indexed_spans + batch.span_count),
        indexed_logs: batch.total_logs.unwrap_or(progress.indexed_logs + batch.log_count),
        duplicate_spans: progress.duplicate_spans + duplicate_spans + batch.superseded_spans,
        duplicate_logs: progress.duplicate_logs + duplicate_logs + batch.superseded_logs,
        quarantined_batches: progress.quarantined_batches + batch.quarantined_batches,
        quarantined_spans: progress.quarantined_spans + batch.quarantined_spans,
    };
    let next = base.known.map_or(next, |known| next.corrected(progress, known));
    store_progress(connection, next, base.wal_id)?;
    Ok((next, traces))
}

/// Writes spans, what log records say about spans, and the rows of all traces that this changes.
fn write_spans(
    connection: &Connection,
    spans: &[SpanRow],
    logs: &[LogRow],
    prices: &PriceTable,
) -> Result<(Vec<TraceRow>, u64), StoreError> {
    let mut duplicates = 0;
    let arrived = winners(spans, &mut duplicates);
    let hints = arrived_hints(logs);
    let touched: HashSet<TraceId> =
        arrived.keys().copied().chain(hints.keys().map(|(trace, _)| *trace)).collect();
    if touched.is_empty() {
        return Ok((Vec::new(), duplicates));
    }
    let touched: Vec<TraceId> = touched.into_iter().collect();
    let traces = merge_traces(connection, &touched, (arrived, hints), (prices, &mut duplicates))?;
    Ok((traces, duplicates))
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
    merge_traces(connection, traces, (HashMap::new(), HashMap::new()), (prices, &mut 0)).map(drop)
}

/// Merges what arrived with what is stored of the touched traces, and replaces their rows.
fn merge_traces(
    connection: &Connection,
    touched: &[TraceId],
    (arrived, hints): (ByTrace<'_>, HashMap<(TraceId, SpanId), HintRow>),
    (prices, duplicates): (&PriceTable, &mut u64),
) -> Result<Vec<TraceRow>, StoreError> {
    connection.execute_batch("DELETE FROM touched; DELETE FROM superseded;").map_err(scratch())?;
    append_touched(connection, touched)?;
    let hints = KnownHints::merge(connection, hints)?;
    let stored = Stored::load(connection)?;
    let context = MergeContext { stored: &stored.rows, hints: &hints, prices };
    let merged = Merge::of(touched, arrived, &context, duplicates);
    if !merged.superseded.is_empty() {
        append_superseded(connection, &merged.superseded)?;
    }
    stored.delete(connection, !merged.superseded.is_empty())?;
    let new: Vec<&SpanRow> = merged.new.iter().map(Cow::as_ref).collect();
    append_spans(connection, &new)?;
    append_traces(connection, &merged.traces)?;
    Ok(merged.traces)
}

fn scratch() -> impl FnOnce(duckdb::Error) -> StoreError {
    StoreError::index("prepare scratch tables")
}

fn store_progress(connection: &Connection, next: Progress, wal_id: WalId) -> Result<(), StoreError> {
    let failed = || StoreError::index("store the index's progress");
    connection.execute("DELETE FROM progress", []).map_err(failed())?;
    connection
        .execute(
            "INSERT INTO progress VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                next.cursor.0,
                next.log_cursor.0,
                next.indexed_spans,
                next.indexed_logs,
                next.duplicate_spans,
                next.duplicate_logs,
                next.quarantined_batches,
                next.quarantined_spans,
                wal_id.to_string()
            ],
        )
        .map(drop)
        .map_err(failed())
}

type ByTrace<'a> = HashMap<TraceId, HashMap<SpanId, &'a SpanRow>>;

/// The rows of a batch by trace, the highest place of each span only.
fn winners<'a>(rows: &'a [SpanRow], duplicates: &mut u64) -> ByTrace<'a> {
    let mut by_trace: ByTrace<'a> = HashMap::new();
    for row in rows {
        let spans = by_trace.entry(row.trace_id).or_default();
        if let Some(other) = spans.insert(row.span_id, row) {
            *duplicates += 1;
            if other.place > row.place {
                spans.insert(row.span_id, other);
            }
        }
    }
    by_trace
}

/// What the index already holds of the touched traces.
struct Stored {
    rows: HashMap<TraceId, Vec<SpanRow>>,
    /// Earliest and latest start among the traces' rows: bounds every later scan.
    bounds: Option<(i64, i64)>,
}

impl Stored {
    fn load(connection: &Connection) -> Result<Self, StoreError> {
        let failed = || StoreError::index("read touched traces");
        let bounds = connection
            .query_row(
                "SELECT min(start_unix_nanos), max(start_unix_nanos + duration_nanos)
                 FROM traces SEMI JOIN touched USING (trace_hi, trace_lo)",
                [],
                |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?)),
            )
            .map_err(failed())?;
        let mut rows: HashMap<TraceId, Vec<SpanRow>> = HashMap::new();
        if let Some((from, to)) = bounds {
            let mut statement = connection
                .prepare(
                    "SELECT * FROM spans SEMI JOIN touched USING (trace_hi, trace_lo)
                     WHERE start_unix_nanos BETWEEN ? AND ?",
                )
                .map_err(failed())?;
            for found in statement.query_arrow([from, to]).map_err(failed())? {
                for row in rows_from_batch(&found).map_err(StoreError::Columns)? {
                    rows.entry(row.trace_id).or_default().push(row);
                }
            }
        }
        Ok(Self { rows, bounds })
    }

    /// Removes the trace rows that will be replaced, and the span rows listed as superseded.
    fn delete(&self, connection: &Connection, superseded: bool) -> Result<(), StoreError> {
        let Some((from, to)) = self.bounds else {
            return Ok(());
        };
        let failed = || StoreError::index("delete replaced rows");
        connection
            .execute(
                "DELETE FROM traces USING touched WHERE traces.trace_hi = touched.trace_hi
                 AND traces.trace_lo = touched.trace_lo AND traces.start_unix_nanos BETWEEN ? AND ?",
                [from, to],
            )
            .map_err(failed())?;
        if superseded {
            connection
                .execute(
                    "DELETE FROM spans USING superseded WHERE spans.sequence = superseded.sequence
                     AND spans.ordinal = superseded.ordinal AND spans.start_unix_nanos BETWEEN ? AND ?",
                    [from, to],
                )
                .map_err(failed())?;
        }
        Ok(())
    }
}

/// What has to be written: new rows, rows that they replace, and the recomputed trace rows.
struct Merge<'a> {
    new: Vec<Cow<'a, SpanRow>>,
    superseded: Vec<Place>,
    traces: Vec<TraceRow>,
}

/// What is known besides the arrived spans.
struct MergeContext<'a> {
    stored: &'a HashMap<TraceId, Vec<SpanRow>>,
    hints: &'a KnownHints,
    prices: &'a PriceTable,
}

impl<'a> Merge<'a> {
    fn of(
        touched: &[TraceId],
        mut arrived: ByTrace<'a>,
        context: &MergeContext<'a>,
        duplicates: &mut u64,
    ) -> Self {
        let mut merge = Self { new: Vec::new(), superseded: Vec::new(), traces: Vec::new() };
        for trace_id in touched {
            let spans = arrived.remove(trace_id).unwrap_or_default();
            merge.trace(*trace_id, spans, context, duplicates);
        }
        // place order: neighbours in time stay neighbours in the file, which is what makes time bounds cheap
        merge.new.sort_unstable_by_key(|row| row.place);
        merge.traces.sort_unstable_by_key(|row| (row.start_unix_nanos, row.trace_id));
        merge
    }

    fn trace(
        &mut self,
        trace_id: TraceId,
        mut spans: HashMap<SpanId, &'a SpanRow>,
        context: &MergeContext<'a>,
        duplicates: &mut u64,
    ) {
        let mut kept: Vec<Cow<'a, SpanRow>> = Vec::new();
        for old in context.stored.get(&trace_id).map_or(&[][..], Vec::as_slice) {
            if let Some(new) = spans.get(&old.span_id) {
                // the same arrival again (a rebuild over rows that are there) is no duplicate
                *duplicates += u64::from(new.place != old.place);
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
