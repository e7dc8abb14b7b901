//! What the index already holds of the traces that a commit touches.

use ahash::AHashMap;
use duckdb::Connection;
use junjo_span_model::TraceId;

use crate::columns::rows_from_batch;
use crate::error::StoreError;
use crate::row::SpanRow;

/// What the index already holds of the touched traces.
pub(super) struct Stored {
    pub(super) rows: AHashMap<TraceId, Vec<SpanRow>>,
    /// Earliest and latest start among the traces' rows: bounds every later scan.
    bounds: Option<(i64, i64)>,
}

impl Stored {
    /// Reads the traces in the scratch table `touched`.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let failed = || StoreError::index("read touched traces");
        let bounds = connection
            .query_row(
                "SELECT min(start_unix_nanos), max(start_unix_nanos + duration_nanos)
                 FROM traces SEMI JOIN touched USING (trace_hi, trace_lo)",
                [],
                |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?)),
            )
            .map_err(failed())?;
        let mut rows: AHashMap<TraceId, Vec<SpanRow>> = AHashMap::new();
        if let Some((from, to)) = bounds {
            let mut statement = connection
                .prepare(
                    "SELECT * FROM spans SEMI JOIN touched USING (trace_hi, trace_lo)
                     WHERE start_unix_nanos BETWEEN ? AND ?",
                )
                .map_err(failed())?;
            for found in statement.query_arrow([from, to]).map_err(failed())? {
                for row in rows_from_batch(&found).map_err(StoreError::Columns)? {
                    rows.entry(row.trace_id).or_default().push(row);
                }
            }
        }
        Ok(Self { rows, bounds })
    }

    /// Removes the trace rows that will be replaced, and the span rows listed as superseded.
    pub(super) fn delete(&self, connection: &Connection, superseded: bool) -> Result<(), StoreError> {
        let Some((from, to)) = self.bounds else {
            return Ok(());
        };
        let failed = || StoreError::index("delete replaced rows");
        connection
            .execute(
                "DELETE FROM traces USING touched WHERE traces.trace_hi = touched.trace_hi
                 AND traces.trace_lo = touched.trace_lo AND traces.start_unix_nanos BETWEEN ? AND ?",
                [from, to],
            )
            .map_err(failed())?;
        if superseded {
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
}
