//! What the index already holds of the traces that a commit touches.

use ahash::AHashMap;
use duckdb::Connection;
use junjo_span_model::TraceId;

use crate::columns::rows_from_batch;
use crate::error::StoreError;
use crate::row::{SpanRow, trace_from_halves};

/// Earliest start and latest end among traces: bounds every scan for their spans.
pub(super) type Bounds = Option<(i64, i64)>;

/// A trace that is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) spans: usize,
    pub(super) start: i64,
    pub(super) end: i64,
}

/// The stored ones among the traces in the scratch table `touched`.
pub(super) fn load_known(connection: &Connection) -> Result<AHashMap<TraceId, Known>, StoreError> {
    let failed = || StoreError::index("look for touched traces");
    let mut statement = connection
        .prepare(
            "SELECT trace_hi, trace_lo, span_count, start_unix_nanos, duration_nanos
             FROM traces SEMI JOIN touched USING (trace_hi, trace_lo)",
        )
        .map_err(failed())?;
    statement
        .query_map([], |row| {
            let (start, spans) = (row.get::<_, i64>(3)?, row.get::<_, i32>(2)?);
            let end = start.saturating_add(row.get(4)?);
            let known = Known { spans: usize::try_from(spans).unwrap_or(0), start, end };
            Ok((trace_from_halves(row.get(0)?, row.get(1)?), known))
        })
        .and_then(Iterator::collect)
        .map_err(failed())
}

/// The bounds of some of them.
pub(super) fn bounds<'k>(known: impl Iterator<Item = &'k Known> + Clone) -> Bounds {
    let from = known.clone().map(|known| known.start).min();
    from.zip(known.map(|known| known.end).max())
}

/// Which stored spans are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum SpansOf {
    /// All of the traces in the scratch table `touched`.
    Traces,
    /// Those in the scratch table `wanted`.
    Wanted,
}

/// Reads stored spans within `bounds`.
pub(super) fn load_spans(
    connection: &Connection,
    of: SpansOf,
    bounds: Bounds,
) -> Result<AHashMap<TraceId, Vec<SpanRow>>, StoreError> {
    let failed = || StoreError::index("read touched traces");
    let Some((from, to)) = bounds else { return Ok(AHashMap::new()) };
    let join = match of {
        SpansOf::Traces => "touched USING (trace_hi, trace_lo)",
        SpansOf::Wanted => "wanted USING (trace_hi, trace_lo, span_id)",
    };
    let sql = format!("SELECT * FROM spans SEMI JOIN {join} WHERE start_unix_nanos BETWEEN ? AND ?");
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    let mut rows: AHashMap<TraceId, Vec<SpanRow>> = AHashMap::new();
    for found in statement.query_arrow([from, to]).map_err(failed())? {
        for row in rows_from_batch(&found).map_err(StoreError::Columns)? {
            rows.entry(row.trace_id).or_default().push(row);
        }
    }
    Ok(rows)
}

/// Removes the rows of the traces in the scratch table `touched`, and the spans in `superseded` where there are any.
pub(super) fn delete_replaced(
    connection: &Connection,
    bounds: Bounds,
    has_superseded: bool,
) -> Result<(), StoreError> {
    let Some((from, to)) = bounds else { return Ok(()) };
    let failed = || StoreError::index("delete replaced rows");
    connection
        .execute(
            "DELETE FROM traces USING touched WHERE traces.trace_hi = touched.trace_hi
             AND traces.trace_lo = touched.trace_lo AND traces.start_unix_nanos BETWEEN ? AND ?",
            [from, to],
        )
        .map_err(failed())?;
    if has_superseded {
        connection
            .execute(
                "DELETE FROM spans USING superseded WHERE spans.sequence = superseded.sequence
                 AND spans.ordinal = superseded.ordinal AND spans.start_unix_nanos BETWEEN ? AND ?",
                [from, to],
            )
            .map_err(failed())?;
    }
    Ok(())
}
