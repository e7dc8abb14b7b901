//! What a scan found, on its way to the index: a temporary table of places beside the values that were read.

use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;
use duckdb::Connection;

use crate::error::StoreError;

/// Name of the temporary table on a connection to the index.
pub(crate) const MATCHES: &str = "matches";

/// Runs `work` on a connection to the index that has [`MATCHES`] filled with `batches`.
///
/// `columns` are the columns besides the place, with their SQL types.
pub(crate) fn with_matches<T>(
    connection: &Connection,
    columns: &str,
    batches: &[RecordBatch],
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    fill_table(connection, MATCHES, columns, batches)?;
    // after an error the connection is closed, and the table goes with it
    let result = work()?;
    let drop = format!("DROP TABLE {MATCHES}");
    connection.execute_batch(&drop).map_err(StoreError::index("drop matches"))?;
    Ok(result)
}

/// Makes the temporary table `name` of places and `columns`, and fills it.
pub(super) fn fill_table(
    connection: &Connection,
    name: &str,
    columns: &str,
    batches: &[RecordBatch],
) -> Result<(), StoreError> {
    let failed = || StoreError::index("take over matches");
    let create = format!(
        "CREATE OR REPLACE TEMP TABLE {name} (sequence BIGINT NOT NULL, ordinal INTEGER NOT NULL{columns})"
    );
    connection.execute_batch(&create).map_err(failed())?;
    let mut appender = connection.appender(name).map_err(failed())?;
    for batch in batches {
        appender.append_record_batch(batch.clone()).map_err(failed())?;
    }
    appender.flush().map_err(failed())
}

/// `CREATE` of the temporary table `tail` with the columns of `batch`, as DuckDB reads them from Parquet.
pub(crate) fn tail_table(batch: &RecordBatch) -> String {
    let columns: Vec<String> = columns_of(&batch.schema());
    format!("CREATE OR REPLACE TEMP TABLE tail ({})", columns.join(", "))
}

fn columns_of(schema: &Schema) -> Vec<String> {
    let columns = schema.fields().iter().map(|field| {
        let sql_type = match field.data_type() {
            DataType::Int64 => "BIGINT",
            DataType::Int32 => "INTEGER",
            DataType::UInt8 => "UTINYINT",
            DataType::UInt32 => "UINTEGER",
            DataType::Float64 => "DOUBLE",
            DataType::Boolean => "BOOLEAN",
            DataType::Binary | DataType::FixedSizeBinary(_) => "BLOB",
            _ => "VARCHAR",
        };
        format!("{} {sql_type}", field.name())
    });
    columns.collect()
}
