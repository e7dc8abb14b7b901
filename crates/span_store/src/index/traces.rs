//! Rows of traces as the index has them.

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::{SpanId, SpanStatus};
use junjo_wal::Sequence;

use crate::budget::{Budget, Rows};
use crate::error::StoreError;
use crate::row::{span_from_number, trace_from_halves};
use crate::trace_row::TraceRow;

/// The columns of a trace.
pub(crate) const COLUMNS: &str = "trace_hi, trace_lo, start_unix_nanos, duration_nanos, root_span_id, root_missing,
    root_name, root_role, service, status, span_count, error_count, llm_call_count, workflow_count, input_tokens, output_tokens,
    cached_input_tokens, cost_usd, unpriced_calls, wrapper_span_ids, session_id, user_id,
    first_input, last_output, services, models, roles, sessions, users, newest_sequence";

/// For a commit, which needs all rows of the traces that it brings spans of.
pub(crate) const WHOLE: Budget = Budget::of(usize::MAX);

/// Trace rows of a query over [`COLUMNS`], as far as there is room for them.
pub(crate) fn trace_rows(
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
        first_input: row.get("first_input")?,
        last_output: row.get("last_output")?,
        services: texts(row.get("services")?),
        models: texts(row.get("models")?),
        roles: texts(row.get("roles")?),
        sessions: texts(row.get("sessions")?),
        users: texts(row.get("users")?),
        newest_sequence: Sequence(row.get("newest_sequence")?),
    })
}

pub(crate) fn texts(value: Value) -> Vec<String> {
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
