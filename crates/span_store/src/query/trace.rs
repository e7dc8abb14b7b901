//! One trace and its spans.

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{SpanId, TraceId};

use super::traces::{COLUMNS, select};
use crate::columns::rows_from_batch;
use crate::error::StoreError;
use crate::row::{SpanRow, span_number, trace_halves};
use crate::store::SpanStore;
use crate::trace_row::TraceRow;
use crate::whole_span::WholeSpan;

/// A position in a trace's spans, which are ordered by start and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TracePosition {
    /// Start of the span, unix nanoseconds.
    pub start_unix_nanos: i64,
    /// Its id.
    pub span_id: SpanId,
}

/// One page of a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct TracePage {
    /// The trace as a whole.
    pub trace: TraceRow,
    /// Spans in order of start and id.
    pub spans: Vec<SpanRow>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<TracePosition>,
}

impl SpanStore {
    /// At most `limit` spans of a trace behind `after`; `None` for an unknown trace.
    pub async fn trace(
        &self,
        trace_id: TraceId,
        limit: usize,
        after: Option<TracePosition>,
    ) -> Result<Option<TracePage>, StoreError> {
        self.executor()?.run(move |connection| page(connection, trace_id, limit, after)).await
    }

    /// One whole span, its row as the index has it (with what log records said); `None` for an unknown one, and for one
    /// whose payload is damaged or gone.
    pub async fn span(&self, trace_id: TraceId, span_id: SpanId) -> Result<Option<WholeSpan>, StoreError> {
        let row = self.executor()?.run(move |connection| find(connection, trace_id, span_id)).await?;
        let Some(row) = row else { return Ok(None) };
        let whole = self.whole_spans(vec![row.place]).await?.pop();
        Ok(whole.map(|whole| WholeSpan { row, ..whole }))
    }
}

fn page(
    connection: &Connection,
    trace_id: TraceId,
    limit: usize,
    after: Option<TracePosition>,
) -> Result<Option<TracePage>, StoreError> {
    let (hi, lo) = trace_halves(trace_id);
    let by_id = format!("SELECT {COLUMNS} FROM traces WHERE trace_hi = ? AND trace_lo = ?");
    let found = select(connection, &by_id, vec![Value::UBigInt(hi), Value::UBigInt(lo)])?;
    let Some(trace) = found.into_iter().next() else {
        return Ok(None);
    };
    let end = trace.start_unix_nanos.saturating_add(trace.duration_nanos);
    let from = after.map_or(trace.start_unix_nanos, |after| after.start_unix_nanos);
    let behind = after.map_or(0, |after| span_number(after.span_id));
    let sql = format!(
        "SELECT * FROM spans WHERE trace_hi = ? AND trace_lo = ? AND start_unix_nanos BETWEEN ? AND ?
         AND (start_unix_nanos > ? OR span_id > ?) ORDER BY start_unix_nanos, span_id LIMIT {}",
        limit.saturating_add(1)
    );
    let values = [
        Value::UBigInt(hi),
        Value::UBigInt(lo),
        Value::BigInt(from),
        Value::BigInt(end),
        Value::BigInt(from),
        Value::UBigInt(behind),
    ];
    let mut spans = rows(connection, &sql, &values)?;
    let more = spans.len() > limit;
    spans.truncate(limit);
    let next = spans
        .last()
        .filter(|_| more)
        .map(|last| TracePosition { start_unix_nanos: last.start_unix_nanos, span_id: last.span_id });
    Ok(Some(TracePage { trace, spans, next }))
}

fn find(connection: &Connection, trace_id: TraceId, span_id: SpanId) -> Result<Option<SpanRow>, StoreError> {
    let (hi, lo) = trace_halves(trace_id);
    let sql = "SELECT * FROM spans WHERE trace_hi = ? AND trace_lo = ? AND span_id = ?";
    let values = [Value::UBigInt(hi), Value::UBigInt(lo), Value::UBigInt(span_number(span_id))];
    Ok(rows(connection, sql, &values)?.into_iter().max_by_key(|row| row.place))
}

pub(crate) fn rows(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<SpanRow>, StoreError> {
    let failed = || StoreError::index("read spans");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let mut found = Vec::new();
    for batch in statement.query_arrow(params_from_iter(values)).map_err(failed())? {
        found.extend(rows_from_batch(&batch).map_err(StoreError::Columns)?);
    }
    Ok(found)
}
