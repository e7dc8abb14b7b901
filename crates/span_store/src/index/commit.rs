//! One batch into the index: rows, replaced trace rows, cursor and totals in a single DuckDB transaction.

use std::collections::HashMap;

use duckdb::{Connection, params};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::{Sequence, WalId};

use super::append::{append_spans, append_superseded, append_touched, append_traces};
use crate::columns::rows_from_batch;
use crate::error::StoreError;
use crate::row::{Place, SpanRow};
use crate::trace_row::TraceRow;

/// What the indexer hands over: the decoded spans of the records up to and including `cursor`.
#[derive(Debug, Default)]
pub struct IndexBatch {
    /// Rows in place order.
    pub rows: Vec<SpanRow>,
    /// Newest record in the batch; the index's cursor after the commit.
    pub cursor: Sequence,
    /// Spans in the batch's records, those in quarantined records included.
    pub span_count: u64,
    /// Spans in the batch's records that an archive file no longer has because a later arrival replaced them.
    pub superseded_spans: u64,
    /// All spans up to `cursor`, when that is known better than by adding `span_count`.
    pub total_spans: Option<u64>,
    /// Records that could not be decoded and are kept in the quarantine folder.
    pub quarantined_batches: u64,
    /// Spans that those records claimed to hold.
    pub quarantined_spans: u64,
}

/// How far the index is, durable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Newest indexed record of the log.
    pub cursor: Sequence,
    /// All spans ever processed, duplicates and quarantined ones included.
    pub indexed_spans: u64,
    /// Spans that replaced an earlier arrival of the same span, or arrived twice in one batch.
    pub duplicate_spans: u64,
    /// Records that could not be indexed.
    pub quarantined_batches: u64,
    /// Spans that those records claimed to hold.
    pub quarantined_spans: u64,
}

/// Reads the durable progress.
pub(crate) fn load_progress(connection: &Connection) -> Result<Progress, StoreError> {
    connection
        .query_row(
            "SELECT cursor, indexed_spans, duplicate_spans, quarantined_batches, quarantined_spans FROM progress",
            [],
            |row| {
                Ok(Progress {
                    cursor: Sequence(row.get(0)?),
                    indexed_spans: row.get::<_, i64>(1)?.unsigned_abs(),
                    duplicate_spans: row.get::<_, i64>(2)?.unsigned_abs(),
                    quarantined_batches: row.get::<_, i64>(3)?.unsigned_abs(),
                    quarantined_spans: row.get::<_, i64>(4)?.unsigned_abs(),
                })
            },
        )
        .map_err(StoreError::index("read the index's progress"))
}

/// Commits `batch` on top of `progress` and returns the new progress and the traces that changed. On an error
/// nothing of it is visible.
pub(crate) fn commit(
    connection: &Connection,
    batch: &IndexBatch,
    progress: Progress,
    wal_id: WalId,
) -> Result<(Progress, Vec<TraceRow>), StoreError> {
    let failed = || StoreError::index("commit a batch to the index");
    connection.execute_batch("BEGIN").map_err(failed())?;
    let outcome = write(connection, batch, progress, wal_id)
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
    progress: Progress,
    wal_id: WalId,
) -> Result<(Progress, Vec<TraceRow>), StoreError> {
    let mut duplicates = 0;
    let mut traces = Vec::new();
    if !batch.rows.is_empty() {
        let arrived = winners(&batch.rows, &mut duplicates);
        let ids: Vec<TraceId> = arrived.keys().copied().collect();
        connection.execute_batch("DELETE FROM touched; DELETE FROM superseded;").map_err(scratch())?;
        append_touched(connection, &ids)?;
        let stored = Stored::load(connection)?;
        let merged = Merge::of(arrived, &stored.rows, &mut duplicates);
        if !merged.superseded.is_empty() {
            append_superseded(connection, &merged.superseded)?;
        }
        stored.delete(connection, !merged.superseded.is_empty())?;
        append_spans(connection, &merged.new)?;
        append_traces(connection, &merged.traces)?;
        traces = merged.traces;
    }
    let next = Progress {
        cursor: batch.cursor.max(progress.cursor),
        indexed_spans: batch.total_spans.unwrap_or(progress.indexed_spans + batch.span_count),
        duplicate_spans: progress.duplicate_spans + duplicates + batch.superseded_spans,
        quarantined_batches: progress.quarantined_batches + batch.quarantined_batches,
        quarantined_spans: progress.quarantined_spans + batch.quarantined_spans,
    };
    store_progress(connection, next, wal_id)?;
    Ok((next, traces))
}

fn scratch() -> impl FnOnce(duckdb::Error) -> StoreError {
    StoreError::index("prepare scratch tables")
}

fn store_progress(connection: &Connection, next: Progress, wal_id: WalId) -> Result<(), StoreError> {
    let failed = || StoreError::index("store the index's progress");
    connection.execute("DELETE FROM progress", []).map_err(failed())?;
    connection
        .execute(
            "INSERT INTO progress VALUES (?, ?, ?, ?, ?, ?)",
            params![
                next.cursor.0,
                next.indexed_spans,
                next.duplicate_spans,
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
    new: Vec<&'a SpanRow>,
    superseded: Vec<Place>,
    traces: Vec<TraceRow>,
}

impl<'a> Merge<'a> {
    fn of(arrived: ByTrace<'a>, stored: &HashMap<TraceId, Vec<SpanRow>>, duplicates: &mut u64) -> Self {
        let mut merge = Self { new: Vec::new(), superseded: Vec::new(), traces: Vec::new() };
        for (trace_id, mut spans) in arrived {
            let mut kept: Vec<&SpanRow> = Vec::new();
            for old in stored.get(&trace_id).map_or(&[][..], Vec::as_slice) {
                match spans.get(&old.span_id) {
                    None => kept.push(old),
                    Some(new) => {
                        // the same arrival again (a rebuild over rows that are there) is no duplicate
                        *duplicates += u64::from(new.place != old.place);
                        if new.place > old.place {
                            merge.superseded.push(old.place);
                        } else {
                            spans.remove(&old.span_id);
                            kept.push(old);
                        }
                    }
                }
            }
            merge.new.extend(spans.values().copied());
            kept.extend(spans.values().copied());
            merge.traces.extend(TraceRow::of(&kept));
        }
        // place order: neighbours in time stay neighbours in the file, which is what makes time bounds cheap
        merge.new.sort_unstable_by_key(|row| row.place);
        merge.traces.sort_unstable_by_key(|row| (row.start_unix_nanos, row.trace_id));
        merge
    }
}
