//! Which traces somebody may want to lay beside one: others that ran the same.

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::{SpanStatus, TraceId};

use super::handle::Queries;
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::row::{is_error_sql, span_number, trace_from_halves, trace_halves};
use crate::trace_row::TraceRow;

/// One trace to compare with, by its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparable {
    /// Its id.
    pub trace_id: TraceId,
    /// Start of the root, unix nanoseconds.
    pub start_unix_nano: i64,
    /// Duration of the root.
    pub duration_nanos: i64,
    /// Status of the root.
    pub status: SpanStatus,
    /// `service.version` that ran it.
    pub version: Option<String>,
}

/// The traces to compare with. Those that "ran the same" have a root of the same service and of the same graph, or of the same name where
/// the root has no graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparables {
    /// The last one that started before.
    pub previous: Option<Comparable>,
    /// The one that took the least time and did not fail.
    pub fastest: Option<Comparable>,
    /// The one that took the most time.
    pub slowest: Option<Comparable>,
    /// The last one that failed.
    pub last_failed: Option<Comparable>,
    /// The last one that started before and ran another version of the service.
    pub previous_version: Option<Comparable>,
}

impl Queries {
    /// What `trace` can be compared with; nothing of it is the trace itself.
    pub(crate) async fn comparables(&self, trace: &TraceRow) -> Result<Comparables, StoreError> {
        let trace = trace.clone();
        self.index.run(move |connection| in_one_state(connection, &trace)).await
    }
}

fn in_one_state(connection: &Connection, trace: &TraceRow) -> Result<Comparables, StoreError> {
    // rows are found by number, which a commit between may give to others
    connection.execute_batch("BEGIN TRANSACTION READ ONLY").map_err(StoreError::index("begin to read"))?;
    let found = find(connection, trace);
    connection.execute_batch("COMMIT").map_err(StoreError::index("end to read"))?;
    found
}

fn find(connection: &Connection, trace: &TraceRow) -> Result<Comparables, StoreError> {
    let failed = || StoreError::index("find traces to compare with");
    let (hi, lo) = trace_halves(trace.trace_id);
    let own = "SELECT structural_id, service_version FROM spans
         WHERE start_unix_nanos BETWEEN ? AND ? AND trace_hi = ? AND trace_lo = ? AND span_id = ?";
    let values = [
        Value::BigInt(trace.start_unix_nano),
        Value::BigInt(trace.start_unix_nano.saturating_add(trace.duration_nanos)),
        Value::UBigInt(hi),
        Value::UBigInt(lo),
        Value::UBigInt(span_number(trace.root_span_id)),
    ];
    let said = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut statement = connection.prepare(own).map_err(failed())?;
    let mut own = statement.query_map(params_from_iter(values), said).map_err(failed())?;
    let (graph, version): (Option<String>, Option<String>) =
        own.next().transpose().map_err(failed())?.unwrap_or_default();
    let mut same = Conditions::default();
    same.push("parent_span_id IS NULL AND service = ?", [Value::Text(trace.service.clone())]);
    match graph {
        Some(graph) => same.push("structural_id = ?", [Value::Text(graph)]),
        None => same.push("name = ? AND structural_id IS NULL", [Value::Text(trace.root_name.clone())]),
    }
    same.push("NOT (trace_hi = ? AND trace_lo = ?)", [Value::UBigInt(hi), Value::UBigInt(lo)]);
    let is_before = "start_unix_nanos < ?";
    let is_error = is_error_sql();
    let sql = format!(
        "SELECT arg_max(rowid, start_unix_nanos) FILTER ({is_before}),
            arg_min(rowid, duration_nanos) FILTER (NOT {is_error}),
            arg_max(rowid, duration_nanos),
            arg_max(rowid, start_unix_nanos) FILTER ({is_error}),
            arg_max(rowid, start_unix_nanos) FILTER ({is_before} AND service_version IS DISTINCT FROM ?)
         FROM spans{}",
        same.sql()
    );
    let start = Value::BigInt(trace.start_unix_nano);
    let values = [start.clone(), start, version.map_or(Value::Null, Value::Text)];
    let rows: [Option<i64>; 5] = connection
        .query_row(&sql, params_from_iter(values.into_iter().chain(same.values())), |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])
        })
        .map_err(failed())?;
    let [previous, fastest, slowest, last_failed, previous_version] = rows;
    let read = |number: Option<i64>| number.map(|number| comparable(connection, number)).transpose();
    Ok(Comparables {
        previous: read(previous)?,
        fastest: read(fastest)?,
        slowest: read(slowest)?,
        last_failed: read(last_failed)?,
        previous_version: read(previous_version)?,
    })
}

fn comparable(connection: &Connection, number: i64) -> Result<Comparable, StoreError> {
    let sql = "SELECT trace_hi, trace_lo, start_unix_nanos, duration_nanos, status, service_version
         FROM spans WHERE rowid = ?";
    connection
        .query_row(sql, [number], |row| {
            Ok(Comparable {
                trace_id: trace_from_halves(row.get(0)?, row.get(1)?),
                start_unix_nano: row.get(2)?,
                duration_nanos: row.get(3)?,
                status: SpanStatus::from_otlp(row.get(4)?),
                version: row.get(5)?,
            })
        })
        .map_err(StoreError::index("read a trace to compare with"))
}
