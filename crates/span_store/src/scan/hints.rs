//! What log records say about spans (docs/adr/0005), on its way into a scan: the archive and the log have only what a
//! span said itself, the index has both. Where there is nothing of the kind, a scan is as if this did not exist.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, Int64Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};

use super::matches::{MATCHES, fill_table, with_matches};
use super::records::Records;
use crate::columns::{ColumnDefinition, promoted_columns, rows_from_batch};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::time::TimeRange;
use crate::index::handle::Index;
use crate::row::{Place, SpanRow};

/// The columns of a span that log records may fill, and those that follow from them.
fn hinted() -> impl Iterator<Item = &'static ColumnDefinition> {
    promoted_columns().iter().filter(|column| column.is_hinted)
}

/// Whether any log record said something about a span.
pub(crate) async fn has_hints(index: &Index) -> Result<bool, StoreError> {
    let count = |connection: &Connection| {
        // without conditions this reads no rows
        connection
            .query_row("SELECT count(*) > 0 FROM hints", [], |row| row.get(0))
            .map_err(StoreError::index("look for what log records say"))
    };
    index.run(count).await
}

/// Place and columns of the current spans of `records` in `time` that log records say something about.
pub(super) async fn hinted_columns(
    index: &Index,
    time: TimeRange,
    records: Records,
) -> Result<Vec<RecordBatch>, StoreError> {
    let names = hinted().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let mut conditions = Conditions::default();
    records.push_to(&mut conditions);
    conditions.time(time);
    let sql = format!(
        "SELECT sequence, ordinal, {names} FROM (SELECT * FROM spans{}) SEMI JOIN hints USING ({ID})",
        conditions.sql()
    );
    index.run(move |connection| batches(connection, &sql, &conditions.values())).await
}

/// Rows of those of the current spans at `places` that log records say something about.
pub(crate) async fn hinted_rows(index: &Index, places: Vec<Place>) -> Result<Vec<SpanRow>, StoreError> {
    let sequences = places.iter().map(|place| place.sequence);
    let Some((first, last)) = sequences.clone().min().zip(sequences.max()) else {
        return Ok(Vec::new());
    };
    let mut conditions = Conditions::default();
    conditions.push("sequence BETWEEN ? AND ?", [Value::BigInt(first.0), Value::BigInt(last.0)]);
    let sql = format!(
        "SELECT * FROM (SELECT * FROM spans{}) SEMI JOIN {MATCHES} USING (sequence, ordinal)
         SEMI JOIN hints USING ({ID})",
        conditions.sql()
    );
    let wanted = place_batch(&places).map_err(StoreError::Columns)?;
    let run = move |connection: &Connection| {
        with_matches(connection, "", &[wanted], || batches(connection, &sql, &conditions.values()))
    };
    let mut rows = Vec::new();
    for batch in index.run(run).await? {
        rows.extend(rows_from_batch(&batch).map_err(StoreError::Columns)?);
    }
    Ok(rows)
}

/// Name of the temporary table of what log records say, on a connection for scans.
const HINTED: &str = "hinted";

/// A span's id.
const ID: &str = "trace_hi, trace_lo, span_id";

fn batches(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<RecordBatch>, StoreError> {
    let failed = || StoreError::index("read what log records say");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let batches = statement.query_arrow(params_from_iter(values)).map_err(failed())?;
    Ok(batches.filter(|batch| batch.num_rows() > 0).collect())
}

fn place_batch(places: &[Place]) -> Result<RecordBatch, ArrowError> {
    let sequences: Int64Array = places.iter().map(|place| Some(place.sequence.0)).collect();
    let ordinals: Int32Array = places.iter().map(|place| Some(place.ordinal)).collect();
    let columns: [(&str, ArrayRef); 2] = [("sequence", Arc::new(sequences)), ("ordinal", Arc::new(ordinals))];
    RecordBatch::try_from_iter(columns)
}

/// Relations of whole spans as the index would have them.
pub(super) struct HintLayer {
    is_empty: bool,
}

impl HintLayer {
    /// `relation` with what log records say.
    pub(super) fn over(&self, relation: &str) -> String {
        if self.is_empty {
            return relation.to_owned();
        }
        let columns: Vec<String> = hinted().map(|column| coalesced(column.name)).collect();
        format!(
            "(SELECT whole.* REPLACE ({}) FROM {relation} whole LEFT JOIN {HINTED} USING (sequence, ordinal))",
            columns.join(", ")
        )
    }
}

fn coalesced(column: &str) -> String {
    format!("coalesce({HINTED}.{column}, whole.{column}) AS {column}")
}

/// Runs `work` on a connection for scans with what [`hinted_columns`] has read.
pub(super) fn beside_hints<T>(
    connection: &Connection,
    hints: &[RecordBatch],
    work: impl FnOnce(&HintLayer) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if hints.is_empty() {
        return work(&HintLayer { is_empty: true });
    }
    let columns: Vec<String> =
        hinted().map(|column| format!(", {} {}", column.name, column.sql_type)).collect();
    fill_table(connection, HINTED, &columns.concat(), hints)?;
    // after an error the connection is closed, and the table goes with it
    let result = work(&HintLayer { is_empty: false })?;
    let drop = format!("DROP TABLE {HINTED}");
    connection.execute_batch(&drop).map_err(StoreError::index("drop what log records say"))?;
    Ok(result)
}
