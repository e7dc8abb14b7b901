//! Small questions about the index's rows that upkeep and the status route ask.

use std::collections::{BTreeSet, HashSet};

use duckdb::Connection;
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::handle::Index;
use crate::error::StoreError;
use crate::row::{span_from_number, trace_from_halves, trace_halves};

/// The rows of one record of the wal.
pub(crate) struct RecordChecksum {
    pub(crate) sequence: Sequence,
    pub(crate) rows: u64,
    /// Over every column of all of them.
    pub(crate) checksum: u64,
}

impl Index {
    /// How many spans and log records there are.
    pub(crate) async fn count_rows(&self) -> Result<(u64, u64), StoreError> {
        let count = |connection: &Connection| {
            connection
                .query_row("SELECT (SELECT count(*) FROM spans), (SELECT count(*) FROM logs)", [], |row| {
                    Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
                })
                .map_err(StoreError::index("count rows"))
        };
        self.run(count).await
    }

    /// Which of these spans there are.
    pub(crate) async fn known_spans(
        &self,
        ids: Vec<(TraceId, SpanId)>,
    ) -> Result<HashSet<(TraceId, SpanId)>, StoreError> {
        let run = move |connection: &Connection| {
            let failed = || StoreError::index("look for spans");
            let halves: BTreeSet<u64> = ids.iter().map(|(trace_id, _)| trace_halves(*trace_id).1).collect();
            if halves.is_empty() {
                return Ok(HashSet::new());
            }
            let list = halves.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            let sql = format!("SELECT trace_hi, trace_lo, span_id FROM spans WHERE trace_lo IN ({list})");
            let mut statement = connection.prepare(&sql).map_err(failed())?;
            let found = statement
                .query_map([], |row| {
                    Ok((trace_from_halves(row.get(0)?, row.get(1)?), span_from_number(row.get(2)?)))
                })
                .map_err(failed())?;
            // the rest of a large trace is not held
            let asked: HashSet<(TraceId, SpanId)> = ids.into_iter().collect();
            found
                .filter(|id| id.as_ref().map_or(true, |id| asked.contains(id)))
                .collect::<Result<_, _>>()
                .map_err(failed())
        };
        self.run(run).await
    }

    /// Whether there is anything of a service up to a record.
    pub(crate) async fn has_rows_of(&self, service: String, through: Sequence) -> Result<bool, StoreError> {
        let run = move |connection: &Connection| {
            connection
                .query_row(
                    "SELECT EXISTS (SELECT 1 FROM spans WHERE sequence <= $1 AND service = $2)
                     OR EXISTS (SELECT 1 FROM logs WHERE sequence <= $1 AND service = $2)",
                    duckdb::params![through.0, service],
                    |row| row.get(0),
                )
                .map_err(StoreError::index("look for old rows of a service"))
        };
        self.run(run).await
    }

    /// At most `limit` traces that have `value` in a list column.
    pub(crate) async fn traces_with(
        &self,
        column: &'static str,
        value: String,
        limit: usize,
    ) -> Result<Vec<TraceId>, StoreError> {
        let run = move |connection: &Connection| {
            let failed = || StoreError::index("find traces");
            let sql = format!(
                "SELECT trace_hi, trace_lo FROM traces WHERE list_contains({column}, ?) LIMIT {limit}"
            );
            let mut statement = connection.prepare(&sql).map_err(failed())?;
            statement
                .query_map([value], |row| Ok(trace_from_halves(row.get(0)?, row.get(1)?)))
                .and_then(Iterator::collect)
                .map_err(failed())
        };
        self.run(run).await
    }

    /// The rows of a table by record.
    pub(crate) async fn record_checksums(
        &self,
        table: &'static str,
    ) -> Result<Vec<RecordChecksum>, StoreError> {
        let run = move |connection: &Connection| {
            let sql =
                format!("SELECT sequence, count(*), bit_xor(hash({table})) FROM {table} GROUP BY sequence");
            let mut statement = connection.prepare(&sql).map_err(checksum_failed())?;
            statement
                .query_map([], |row| {
                    Ok(RecordChecksum {
                        sequence: Sequence(row.get(0)?),
                        rows: row.get::<_, i64>(1)?.unsigned_abs(),
                        checksum: row.get(2)?,
                    })
                })
                .and_then(Iterator::collect)
                .map_err(checksum_failed())
        };
        self.run(run).await
    }

    /// How many traces there are, and a checksum over every column of all of them.
    pub(crate) async fn trace_checksum(&self) -> Result<(u64, u64), StoreError> {
        let run = |connection: &Connection| {
            connection
                .query_row("SELECT count(*), coalesce(bit_xor(hash(traces)), 0) FROM traces", [], |row| {
                    Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
                })
                .map_err(checksum_failed())
        };
        self.run(run).await
    }
}

fn checksum_failed() -> impl FnOnce(duckdb::Error) -> StoreError {
    StoreError::index("make checksums of the index")
}
