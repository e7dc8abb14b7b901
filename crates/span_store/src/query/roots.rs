//! Where the spans that traces show are.

use std::collections::HashMap;

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::TraceId;
use junjo_wal::Sequence;

use super::conversation::bounds;
use super::handle::Queries;
use crate::error::StoreError;
use crate::row::{Place, span_number, trace_from_halves, trace_halves};
use crate::trace_row::TraceRow;

impl Queries {
    /// The place of the root of each of `traces`, or of its earliest span while the root is missing.
    pub(crate) async fn root_places(
        &self,
        traces: &[TraceRow],
    ) -> Result<HashMap<TraceId, Place>, StoreError> {
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
        self.index.run(move |connection| places(connection, bounds, &ids)).await
    }
}

/// `ids` are the halves of the trace id and the shown span of each trace.
fn places(
    connection: &Connection,
    bounds: (i64, i64),
    ids: &[Value],
) -> Result<HashMap<TraceId, Place>, StoreError> {
    let failed = || StoreError::index("find the roots of traces");
    let marks = vec!["(?::UBIGINT, ?::UBIGINT, ?::UBIGINT)"; ids.len() / 3].join(", ");
    let sql = format!(
        "SELECT trace_hi, trace_lo, sequence, ordinal
         FROM spans JOIN (VALUES {marks}) t(hi, lo, root) ON trace_hi = hi AND trace_lo = lo AND span_id = root
         WHERE start_unix_nanos BETWEEN ? AND ?"
    );
    let values = ids.iter().cloned().chain([Value::BigInt(bounds.0), Value::BigInt(bounds.1)]);
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    let place = |row: &Row<'_>| {
        let place = Place { sequence: Sequence(row.get(2)?), ordinal: row.get(3)? };
        Ok((trace_from_halves(row.get(0)?, row.get(1)?), place))
    };
    statement.query_map(params_from_iter(values), place).and_then(Iterator::collect).map_err(failed())
}
