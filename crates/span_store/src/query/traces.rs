//! The list of traces.

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::{SpanId, SpanStatus, TraceId};
use junjo_wal::Sequence;

use super::listing::{Listing, Position};
use super::page::ListPage;
use super::search::span_time;
use crate::budget::{Budget, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::text::text_in_names;
use crate::filter::time::TimeRange;
use crate::filter::traces::TraceFilter;
use crate::index::handle::Index;
use crate::row::{span_from_number, trace_from_halves, trace_halves};
use crate::scan::job::{ScanJob, TRACE_MARKS};
use crate::scan::matches::MATCHES;
use crate::trace_row::TraceRow;

/// Where the next page starts: behind this trace, and only with rows that no record after `newest` has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceCursor {
    /// Start of the last trace of the page before.
    pub start_unix_nano: i64,
    /// Its id; `None` behind everything that started then, where a page ended without a trace.
    pub trace_id: Option<TraceId>,
    /// Newest indexed record when the first page was read.
    pub newest: Sequence,
}

/// One page of traces.
pub type TraceListPage = ListPage<TraceRow, TraceCursor>;

/// The columns of a trace.
pub(super) const COLUMNS: &str = "trace_hi, trace_lo, start_unix_nanos, duration_nanos, root_span_id, root_missing,
    root_name, root_role, service, status, span_count, error_count, llm_call_count, workflow_count, input_tokens, output_tokens,
    cached_input_tokens, cost_usd, unpriced_calls, wrapper_span_ids, session_id, user_id, services, models, roles, sessions, users, newest_sequence";

impl Listing for TraceRow {
    type Filter = TraceFilter;
    type Cursor = TraceCursor;

    const TABLE: &'static str = "traces";
    const COLUMNS: &'static str = COLUMNS;
    const ORDER: &'static str = "start_unix_nanos DESC, trace_hi DESC, trace_lo DESC";
    const MATCHED: &'static str = "traces";
    const MARKS: &'static str = TRACE_MARKS;

    fn read(
        connection: &Connection,
        sql: &str,
        values: Vec<Value>,
        budget: Budget,
    ) -> Result<Rows<Self>, StoreError> {
        trace_rows(connection, sql, values, budget)
    }

    fn cursor(&self, newest: Sequence) -> TraceCursor {
        TraceCursor { start_unix_nano: self.start_unix_nano, trace_id: Some(self.trace_id), newest }
    }

    fn time(filter: &TraceFilter) -> TimeRange {
        filter.time
    }

    fn conditions(filter: &TraceFilter, time: TimeRange) -> Conditions {
        TraceFilter { time, ..filter.clone() }.conditions()
    }

    fn tries_short_ranges(filter: &TraceFilter, is_bounded: bool) -> bool {
        // without a bound DuckDB starts with the newest rows by itself; a condition on spans it would check for all of them
        is_bounded || filter.span.is_some() || filter.is_everything()
    }

    async fn scan_job(index: &Index, filter: &TraceFilter, time: TimeRange) -> Result<ScanJob, StoreError> {
        Ok(ScanJob::of_traces(filter, span_time(index, time).await?))
    }

    fn matched_conditions(filter: &TraceFilter, time: TimeRange, from: i64) -> Conditions {
        let mut all = Self::conditions(&filter.beside_scan(), time);
        all.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
        if filter.payload_expr().is_some() {
            all.push(has_match("f"), [Value::BigInt(from)]);
        }
        if let Some(text) = filter.payload_text() {
            let (names, mut values) = text_in_names(text);
            values.push(Value::BigInt(from));
            all.push(format!("({names} OR {})", has_match("t")), values);
        }
        all
    }
}

/// Whether a current span of the trace that started at or after the parameter has the mark.
fn has_match(mark: &str) -> String {
    format!(
        "(trace_hi, trace_lo) IN (SELECT (trace_hi, trace_lo) FROM spans
         JOIN {MATCHES} USING (sequence, ordinal) WHERE {MATCHES}.{mark} AND start_unix_nanos >= ?)"
    )
}

impl Position for TraceCursor {
    fn behind_start(start_unix_nano: i64, newest: Sequence) -> Self {
        Self { start_unix_nano, trace_id: None, newest }
    }

    fn start_unix_nano(self) -> i64 {
        self.start_unix_nano
    }

    fn newest(self) -> Sequence {
        self.newest
    }

    fn push_to(self, conditions: &mut Conditions) {
        // no trace has the lowest id
        let (hi, lo) = self.trace_id.map_or((0, 0), trace_halves);
        conditions.push("newest_sequence <= ?", [Value::BigInt(self.newest.0)]);
        conditions.push(
            "start_unix_nanos <= ? AND (start_unix_nanos, trace_hi, trace_lo) < (?, ?, ?)",
            [
                Value::BigInt(self.start_unix_nano),
                Value::BigInt(self.start_unix_nano),
                Value::UBigInt(hi),
                Value::UBigInt(lo),
            ],
        );
    }
}

/// Trace rows of a query over [`COLUMNS`], as far as there is room for them.
pub(super) fn trace_rows(
    connection: &Connection,
    sql: &str,
    values: Vec<Value>,
    budget: Budget,
) -> Result<Rows<TraceRow>, StoreError> {
    let failed = || StoreError::index("list traces");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let mut found = Rows::within(budget);
    for row in statement.query_map(params_from_iter(values), trace_row).map_err(failed())? {
        if !found.push(row.map_err(failed())?) {
            break;
        }
    }
    Ok(found)
}

fn trace_row(row: &Row<'_>) -> duckdb::Result<TraceRow> {
    Ok(TraceRow {
        trace_id: trace_from_halves(row.get("trace_hi")?, row.get("trace_lo")?),
        start_unix_nano: row.get("start_unix_nanos")?,
        duration_nanos: row.get("duration_nanos")?,
        root_span_id: span_from_number(row.get("root_span_id")?),
        root_missing: row.get("root_missing")?,
        root_name: row.get("root_name")?,
        root_role: row.get::<_, Option<String>>("root_role")?.and_then(|role| role.parse().ok()),
        service: row.get("service")?,
        status: SpanStatus::from_otlp(row.get("status")?),
        span_count: row.get("span_count")?,
        error_count: row.get("error_count")?,
        llm_call_count: row.get("llm_call_count")?,
        workflow_count: row.get("workflow_count")?,
        input_tokens: row.get("input_tokens")?,
        output_tokens: row.get("output_tokens")?,
        cached_input_tokens: row.get("cached_input_tokens")?,
        cost_usd: row.get("cost_usd")?,
        unpriced_calls: row.get("unpriced_calls")?,
        wrapper_span_ids: span_ids(row.get("wrapper_span_ids")?),
        session_id: row.get("session_id")?,
        user_id: row.get("user_id")?,
        services: texts(row.get("services")?),
        models: texts(row.get("models")?),
        roles: texts(row.get("roles")?),
        sessions: texts(row.get("sessions")?),
        users: texts(row.get("users")?),
        newest_sequence: Sequence(row.get("newest_sequence")?),
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
