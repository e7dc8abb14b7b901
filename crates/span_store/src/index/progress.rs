//! How far the index is, as its one row of `progress`.

use duckdb::{Connection, params};
use junjo_wal::{Sequence, WalId};

use crate::error::StoreError;
use crate::progress::{Progress, Within};

/// Reads the durable progress.
pub(crate) fn load_progress(connection: &Connection) -> Result<Progress, StoreError> {
    connection
        .query_row(
            "SELECT cursor, log_cursor, indexed_spans, indexed_logs, duplicate_spans, duplicate_logs,
             quarantined_batches, quarantined_spans, within_sequence, within_spans, within_logs FROM progress",
            [],
            |row| {
                let total = |index: usize| row.get::<_, i64>(index).map(i64::unsigned_abs);
                Ok(Progress {
                    span_cursor: Sequence(row.get(0)?),
                    log_record_cursor: Sequence(row.get(1)?),
                    indexed_spans: total(2)?,
                    indexed_logs: total(3)?,
                    duplicate_spans: total(4)?,
                    duplicate_logs: total(5)?,
                    quarantined_batches: total(6)?,
                    quarantined_spans: total(7)?,
                    within: Within { sequence: Sequence(row.get(8)?), spans: row.get(9)?, logs: row.get(10)? },
                })
            },
        )
        .map_err(StoreError::index("read the index's progress"))
}

/// Puts `next` in the place of what is stored.
pub(super) fn store_progress(
    connection: &Connection,
    next: Progress,
    wal_id: WalId,
) -> Result<(), StoreError> {
    let failed = || StoreError::index("store the index's progress");
    connection.execute("DELETE FROM progress", []).map_err(failed())?;
    connection
        .execute(
            "INSERT INTO progress VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                next.span_cursor.0,
                next.log_record_cursor.0,
                next.indexed_spans,
                next.indexed_logs,
                next.duplicate_spans,
                next.duplicate_logs,
                next.quarantined_batches,
                next.quarantined_spans,
                next.within.sequence.0,
                next.within.spans,
                next.within.logs,
                wal_id.to_string()
            ],
        )
        .map(drop)
        .map_err(failed())
}
