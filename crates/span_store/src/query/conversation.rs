//! The two spans of a trace that hold what the user said and what was answered.

use std::collections::HashMap;

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::TraceId;
use junjo_wal::Sequence;

use super::handle::Queries;
use crate::error::StoreError;
use crate::row::{Place, span_number, trace_from_halves, trace_halves};
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
pub(super) fn bounds(traces: &[TraceRow]) -> Option<(i64, i64)> {
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
    let failed = || StoreError::index("find what was said");
    let marks = vec!["(?::UBIGINT, ?::UBIGINT, ?::UBIGINT)"; ids.len() / 3].join(", ");
    let sql = format!(
        "SELECT trace_hi, trace_lo, sequence, ordinal, coalesce(role = 'llm', false)
         FROM spans JOIN (VALUES {marks}) t(hi, lo, root) ON trace_hi = hi AND trace_lo = lo
         WHERE start_unix_nanos BETWEEN ? AND ? AND (role = 'llm' OR span_id = root)
         ORDER BY start_unix_nanos, span_id"
    );
    let values = ids.iter().cloned().chain([Value::BigInt(bounds.0), Value::BigInt(bounds.1)]);
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    let candidate = |row: &Row<'_>| {
        let place = Place { sequence: Sequence(row.get(2)?), ordinal: row.get(3)? };
        Ok((trace_from_halves(row.get(0)?, row.get(1)?), place, row.get(4)?))
    };
    let mut by_trace: HashMap<TraceId, Ends> = HashMap::new();
    for found in statement.query_map(params_from_iter(values), candidate).map_err(failed())? {
        let (trace_id, place, is_call) = found.map_err(failed())?;
        by_trace.entry(trace_id).or_default().add(place, is_call);
    }
    Ok(by_trace.into_iter().filter_map(|(id, ends)| Some((id, ends.found()?))).collect())
}

/// The ends of one trace, from its model calls and its root in order of start.
#[derive(Default)]
struct Ends {
    first: Option<Place>,
    first_call: Option<Place>,
    last_call: Option<Place>,
}

impl Ends {
    fn add(&mut self, place: Place, is_call: bool) {
        self.first.get_or_insert(place);
        if is_call {
            self.first_call.get_or_insert(place);
            self.last_call = Some(place);
        }
    }

    fn found(&self) -> Option<ConversationEnds> {
        let first = self.first_call.or(self.first)?;
        Some(ConversationEnds { first, last: self.last_call.unwrap_or(first) })
    }
}
