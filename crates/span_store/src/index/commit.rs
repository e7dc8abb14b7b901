//! One batch into the index: rows, replaced trace rows, cursors and totals in a single DuckDB transaction.

use duckdb::Connection;
use junjo_span_model::PriceTable;
use junjo_wal::WalId;

use super::batch::IndexBatch;
use super::bring::Arrived;
use super::logs::write_logs;
use super::merge::merge_traces;
use super::progress::store_progress;
use crate::catalog::to_delete::ToDelete;
use crate::error::StoreError;
use crate::progress::Progress;
use crate::trace_row::TraceRow;

/// What a commit depends on besides its batch.
#[derive(Clone, Copy)]
pub(crate) struct Base<'b> {
    pub(crate) progress: Progress,
    /// Saved all-time counts, as of a record.
    pub(crate) known: Option<Progress>,
    pub(crate) wal_id: WalId,
    pub(crate) prices: &'b PriceTable,
    /// What is left out because its deletion was requested.
    pub(crate) to_delete: &'b ToDelete,
}

/// Commits `batch` on top of `base` and returns the new progress and the traces that changed. On an error nothing of
/// it is visible.
pub(crate) fn commit(
    connection: &Connection,
    batch: &IndexBatch,
    base: Base<'_>,
) -> Result<(Progress, Vec<TraceRow>), StoreError> {
    in_transaction(connection, |connection| write(connection, batch, base))
}

/// Commits what `work` does, or rolls it back when that fails.
pub(super) fn in_transaction<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let failed = || StoreError::index("commit to the index");
    connection.execute_batch("BEGIN").map_err(failed())?;
    let outcome = work(connection)
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
    let (spans, logs) = (base.to_delete.kept_spans(&batch.rows), base.to_delete.kept_logs(&batch.logs));
    let duplicate_logs = write_logs(connection, &logs)?;
    let merged = merge_traces(connection, Arrived::of(&spans, &logs), base.prices)?;
    let progress = base.progress;
    let next = Progress {
        span_cursor: batch.span_cursor.max(progress.span_cursor),
        log_record_cursor: batch.log_record_cursor.max(progress.log_record_cursor),
        indexed_spans: batch.total_spans.unwrap_or(progress.indexed_spans + batch.span_count),
        indexed_logs: batch.total_logs.unwrap_or(progress.indexed_logs + batch.log_count),
        duplicate_spans: progress.duplicate_spans + merged.duplicates + batch.superseded_spans,
        duplicate_logs: progress.duplicate_logs + duplicate_logs + batch.superseded_logs,
        quarantined_batches: progress.quarantined_batches + batch.quarantined_batches,
        quarantined_spans: progress.quarantined_spans + batch.quarantined_spans,
        within: progress.within,
    };
    let next = next.with_within(batch.within);
    let next = base.known.map_or(next, |known| next.adopting(progress, known));
    store_progress(connection, next, base.wal_id)?;
    Ok((next, merged.traces))
}
