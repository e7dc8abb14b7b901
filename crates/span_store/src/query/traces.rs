//! Lists of traces, newest first, in pages that stay stable while traces arrive.

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::cut;
use super::filter::{Conditions, TimeRange, TraceFilter};
use super::newest::NewestFirst;
use super::search;
use crate::error::StoreError;
use crate::row::{span_from_number, trace_from_halves, trace_halves};
use crate::scan::Incomplete;
use crate::store::SpanStore;
use crate::trace_row::TraceRow;

/// Where the next page starts: behind this trace, and only with rows that no record after `newest` has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceCursor {
    /// Start of the last trace of the page before.
    pub start_unix_nanos: i64,
    /// Its id; `None` behind everything that started then, where a page ended without a trace.
    pub trace_id: Option<TraceId>,
    /// Newest indexed record when the first page was read.
    pub newest: Sequence,
}

/// One page of traces.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceListPage {
    /// Newest first.
    pub items: Vec<TraceRow>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<TraceCursor>,
    /// The page ends early; the next one goes on from there.
    pub incomplete: Option<Incomplete>,
}

impl TraceCursor {
    /// Behind `last`.
    pub(super) fn at(last: &TraceRow, newest: Sequence) -> Self {
        Self { start_unix_nanos: last.start_unix_nanos, trace_id: Some(last.trace_id), newest }
    }

    /// Behind everything that started at or after `start_unix_nanos`.
    pub(super) fn before(start_unix_nanos: i64, newest: Sequence) -> Self {
        Self { start_unix_nanos, trace_id: None, newest }
    }
}

pub(crate) const COLUMNS: &str = "trace_hi, trace_lo, start_unix_nanos, duration_nanos, root_span_id, root_missing,
    root_name, root_role, service, status, span_count, error_count, llm_call_count, workflow_count, input_tokens, output_tokens,
    cached_input_tokens, cost_usd, unpriced_calls, wrapper_span_ids, session_id, user_id, services, models, roles, sessions, users, newest_sequence";

impl SpanStore {
    /// At most `limit` traces that match, newest first, from `after` on.
    pub async fn traces(
        &self,
        filter: &TraceFilter,
        limit: usize,
        after: Option<TraceCursor>,
    ) -> Result<TraceListPage, StoreError> {
        if filter.needs_scan() {
            return search::traces(self, filter, limit, after).await;
        }
        let newest = after.map_or_else(|| self.progress().newest(), |cursor| cursor.newest);
        let filter = filter.clone();
        let run =
            move |connection: &Connection| newest_first(connection, &filter, limit.saturating_add(1), after);
        let mut items = self.executor()?.run(run).await?;
        let next = cut(&mut items, limit).map(|last| TraceCursor::at(last, newest));
        Ok(TraceListPage { items, next, incomplete: None })
    }
}

/// The first `limit` traces behind `after`.
fn newest_first(
    connection: &Connection,
    filter: &TraceFilter,
    limit: usize,
    after: Option<TraceCursor>,
) -> Result<Vec<TraceRow>, StoreError> {
    let list = |time: TimeRange| {
        let mut conditions = TraceFilter { time, ..filter.clone() }.conditions();
        if let Some(cursor) = after {
            behind(&mut conditions, cursor);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM traces{} ORDER BY start_unix_nanos DESC, trace_hi DESC, trace_lo DESC LIMIT {limit}",
            conditions.sql()
        );
        select(connection, &sql, conditions.values())
    };
    let behind = after.map(|cursor| cursor.start_unix_nanos);
    let is_bounded = behind.or(filter.time.to_unix_nanos).is_some();
    // without a bound DuckDB starts with the newest rows by itself; a condition on spans it would check for all of them
    if is_bounded || filter.span.is_some() || filter.is_everything() {
        NewestFirst { table: "traces", time: filter.time, behind, limit }.read(connection, list)
    } else {
        list(filter.time)
    }
}

/// Only traces behind `cursor`, and none that a record after its list's first page changed.
pub(super) fn behind(conditions: &mut Conditions, cursor: TraceCursor) {
    // no trace has the lowest id
    let (hi, lo) = cursor.trace_id.map_or((0, 0), trace_halves);
    conditions.push("newest_sequence <= ?", [Value::BigInt(cursor.newest.0)]);
    conditions.push(
        "start_unix_nanos <= ? AND (start_unix_nanos, trace_hi, trace_lo) < (?, ?, ?)",
        [
            Value::BigInt(cursor.start_unix_nanos),
            Value::BigInt(cursor.start_unix_nanos),
            Value::UBigInt(hi),
            Value::UBigInt(lo),
        ],
    );
}

/// Trace rows of a query over [`COLUMNS`].
pub(crate) fn select(
    connection: &Connection,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<TraceRow>, StoreError> {
    let failed = || StoreError::index("list traces");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    statement.query_map(params_from_iter(values), trace_row).and_then(Iterator::collect).map_err(failed())
}

fn trace_row(row: &Row<'_>) -> duckdb::Result<TraceRow> {
    Ok(TraceRow {
        trace_id: trace_from_halves(row.get(0)?, row.get(1)?),
        start_unix_nanos: row.get(2)?,
        duration_nanos: row.get(3)?,
        root_span_id: span_from_number(row.get(4)?),
        root_missing: row.get(5)?,
        root_name: row.get(6)?,
        root_role: row.get::<_, Option<String>>(7)?.and_then(|role| role.parse().ok()),
        service: row.get(8)?,
        status: row.get(9)?,
        span_count: row.get(10)?,
        error_count: row.get(11)?,
        llm_call_count: row.get(12)?,
        workflow_count: row.get(13)?,
        input_tokens: row.get(14)?,
        output_tokens: row.get(15)?,
        cached_input_tokens: row.get(16)?,
        cost_usd: row.get(17)?,
        unpriced_calls: row.get(18)?,
        wrapper_span_ids: span_ids(row.get(19)?),
        session_id: row.get(20)?,
        user_id: row.get(21)?,
        services: texts(row.get(22)?),
        models: texts(row.get(23)?),
        roles: texts(row.get(24)?),
        sessions: texts(row.get(25)?),
        users: texts(row.get(26)?),
        newest_sequence: Sequence(row.get(27)?),
    })
}

pub(super) fn texts(value: Value) -> Vec<String> {
    let Value::List(values) = value else {
        return Vec::new();
    };
    let text = |value| {
        if let Value::Text(text) = value { Some(text) } else { None }
    };
    values.into_iter().filter_map(text).collect()
}

fn span_ids(value: Value) -> Vec<SpanId> {
    let Value::List(values) = value else {
        return Vec::new();
    };
    let id = |value| {
        if let Value::UBigInt(number) = value { Some(span_from_number(number)) } else { None }
    };
    values.into_iter().filter_map(id).collect()
}
