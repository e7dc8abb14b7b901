//! The two spans of a trace that hold what the user said and what was answered.

use std::collections::HashMap;

use duckdb::Connection;
use duckdb::types::Value;
use junjo_span_model::{Role, TraceId};

use super::handle::Queries;
use super::spans::span_rows;
use crate::error::StoreError;
use crate::row::{Place, SpanRow, span_number, trace_halves};
use crate::trace_row::TraceRow;

/// Places of the spans with the first words and the last answer of a trace; often the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationEnds {
    /// The first language model call, or the root where there is none.
    pub first: Place,
    /// The last language model call, or the root where there is none.
    pub last: Place,
}

impl Queries {
    /// The ends of each of `traces`.
    pub(crate) async fn conversation_ends(
        &self,
        traces: &[TraceRow],
    ) -> Result<HashMap<TraceId, ConversationEnds>, StoreError> {
        let Some(bounds) = bounds(traces) else {
            return Ok(HashMap::new());
        };
        let ids: Vec<Value> = traces
            .iter()
            .flat_map(|trace| {
                let (hi, lo) = trace_halves(trace.trace_id);
                [hi, lo, span_number(trace.root_span_id)].map(Value::UBigInt)
            })
            .collect();
        self.index.run(move |connection| ends(connection, bounds, &ids)).await
    }
}

/// Earliest start and latest end.
fn bounds(traces: &[TraceRow]) -> Option<(i64, i64)> {
    let from = traces.iter().map(|trace| trace.start_unix_nano).min()?;
    let ends = traces.iter().map(|trace| trace.start_unix_nano.saturating_add(trace.duration_nanos));
    Some((from, ends.max()?))
}

/// `ids` are halves of the trace id and the root span of each trace.
fn ends(
    connection: &Connection,
    bounds: (i64, i64),
    ids: &[Value],
) -> Result<HashMap<TraceId, ConversationEnds>, StoreError> {
    let marks = vec!["(?::UBIGINT, ?::UBIGINT, ?::UBIGINT)"; ids.len() / 3].join(", ");
    let sql = format!(
        "SELECT spans.* FROM spans JOIN (VALUES {marks}) t(hi, lo, root) ON trace_hi = hi AND trace_lo = lo
         WHERE start_unix_nanos BETWEEN ? AND ? AND (role = 'llm' OR span_id = root)
         ORDER BY start_unix_nanos, span_id"
    );
    let values: Vec<Value> =
        ids.iter().cloned().chain([Value::BigInt(bounds.0), Value::BigInt(bounds.1)]).collect();
    let mut by_trace: HashMap<TraceId, Vec<SpanRow>> = HashMap::new();
    for row in span_rows(connection, &sql, &values)? {
        by_trace.entry(row.trace_id).or_default().push(row);
    }
    let ends = by_trace.into_iter().filter_map(|(id, spans)| Some((id, ends_of(&spans)?)));
    Ok(ends.collect())
}

/// From the model calls and the root of one trace, in order of start.
fn ends_of(spans: &[SpanRow]) -> Option<ConversationEnds> {
    let mut calls = spans.iter().filter(|span| span.role == Some(Role::Llm));
    let first = calls.next().or(spans.first())?;
    let last = calls.next_back().unwrap_or(first);
    Some(ConversationEnds { first: first.place, last: last.place })
}
