//! Rows out of the index: of traces and services whose deletion was requested, and of archive files that retention drops.
//! The rows of all traces that lose something are computed again in the same transaction.

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{PriceTable, TraceId};
use junjo_wal::Sequence;

use super::append::append_touched;
use super::merge::recompute;
use crate::catalog::deletions::{Deletion, DeletionTarget};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::row::trace_from_halves;

/// Spans whose traces are computed again at a time.
const CHUNK_SPANS: i64 = 200_000;

/// Which rows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'s> {
    /// Spans and log records of traces, up to a record.
    Traces(&'s [TraceId], Sequence),
    /// Spans and log records of a service, up to a record.
    Service(&'s str, Sequence),
    /// One dataset's rows of the records from the first to the last.
    Records(Dataset, Sequence, Sequence),
}

impl<'s> Scope<'s> {
    /// What a deletion has to forget.
    pub(crate) fn of(deletion: &'s Deletion) -> Self {
        match &deletion.target {
            DeletionTarget::Traces(ids) => Self::Traces(ids, deletion.through),
            DeletionTarget::Service(name) => Self::Service(name, deletion.through),
        }
    }

    /// The condition on a table's rows; `None` when they all stay.
    fn condition(&self, dataset: Dataset) -> Option<(&'static str, Vec<Value>)> {
        match *self {
            Self::Traces(_, through) => Some((
                "sequence <= ? AND (trace_hi, trace_lo) IN (SELECT (trace_hi, trace_lo) FROM touched)",
                vec![Value::BigInt(through.0)],
            )),
            Self::Service(name, through) => Some((
                "sequence <= ? AND service = ?",
                vec![Value::BigInt(through.0), Value::Text(name.to_owned())],
            )),
            Self::Records(of, first, last) => (of == dataset)
                .then(|| ("sequence BETWEEN ? AND ?", vec![Value::BigInt(first.0), Value::BigInt(last.0)])),
        }
    }

    fn through(&self) -> Sequence {
        match *self {
            Self::Traces(_, through) | Self::Service(_, through) | Self::Records(_, _, through) => through,
        }
    }
}

/// Deletes the rows of `scope`; returns how many spans and log records that were. On an error nothing has changed.
pub(crate) fn delete(
    connection: &Connection,
    scope: Scope<'_>,
    prices: &PriceTable,
) -> Result<(usize, usize), StoreError> {
    connection.execute_batch("BEGIN").map_err(failed())?;
    let outcome = delete_rows(connection, scope, prices)
        .and_then(|deleted| connection.execute_batch("COMMIT").map_err(failed()).map(|()| deleted));
    if outcome.is_err() {
        // after a failed COMMIT there is no transaction left to roll back, which DuckDB reports as an error
        let _ = connection.execute_batch("ROLLBACK");
    }
    outcome
}

fn failed() -> impl FnOnce(duckdb::Error) -> StoreError {
    StoreError::index("delete rows from the index")
}

fn delete_rows(
    connection: &Connection,
    scope: Scope<'_>,
    prices: &PriceTable,
) -> Result<(usize, usize), StoreError> {
    connection.execute_batch("DELETE FROM touched; DELETE FROM gone").map_err(failed())?;
    if let Scope::Traces(ids, _) = scope {
        append_touched(connection, ids)?;
    }
    let tables = [(Dataset::Spans, "spans"), (Dataset::Logs, "logs")];
    for (dataset, table) in tables {
        let Some((condition, values)) = scope.condition(dataset) else { continue };
        let sql = format!(
            "INSERT INTO gone SELECT DISTINCT trace_hi, trace_lo, span_id FROM {table}
             WHERE {condition} AND trace_hi IS NOT NULL AND span_id IS NOT NULL"
        );
        connection.execute(&sql, params_from_iter(values)).map_err(failed())?;
    }
    let mut counts = [0, 0];
    for ((dataset, table), count) in tables.into_iter().zip(&mut counts) {
        let Some((condition, values)) = scope.condition(dataset) else { continue };
        let sql = format!("DELETE FROM {table} WHERE {condition}");
        *count = connection.execute(&sql, params_from_iter(values)).map_err(failed())?;
    }
    connection
        .execute(
            "DELETE FROM hints USING gone WHERE hints.trace_hi = gone.trace_hi AND hints.trace_lo = gone.trace_lo
             AND hints.span_id = gone.span_id AND hints.sequence <= ?",
            [scope.through().0],
        )
        .map_err(failed())?;
    replace_traces(connection, prices)?;
    Ok((counts[0], counts[1]))
}

/// The rows of the traces in `gone`: removed where no span is left, else computed from those that are.
fn replace_traces(connection: &Connection, prices: &PriceTable) -> Result<(), StoreError> {
    connection
        .execute_batch(
            "DELETE FROM traces WHERE (trace_hi, trace_lo) IN (
                 SELECT (trace_hi, trace_lo) FROM (SELECT DISTINCT trace_hi, trace_lo FROM gone)
                 ANTI JOIN spans USING (trace_hi, trace_lo))",
        )
        .map_err(failed())?;
    let mut statement = connection
        .prepare(
            "SELECT trace_hi, trace_lo, count(*) FROM spans SEMI JOIN gone USING (trace_hi, trace_lo)
             GROUP BY trace_hi, trace_lo ORDER BY trace_hi, trace_lo",
        )
        .map_err(failed())?;
    let left: Vec<(TraceId, i64)> = statement
        .query_map([], |row| Ok((trace_from_halves(row.get(0)?, row.get(1)?), row.get(2)?)))
        .and_then(Iterator::collect)
        .map_err(failed())?;
    drop(statement);
    let (mut chunk, mut spans) = (Vec::new(), 0);
    for (id, count) in left {
        chunk.push(id);
        spans += count;
        if spans >= CHUNK_SPANS {
            recompute(connection, &chunk, prices)?;
            chunk.clear();
            spans = 0;
        }
    }
    recompute(connection, &chunk, prices)
}
