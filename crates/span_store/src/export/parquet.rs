//! Exported rows as a Parquet file, written to memory a row group at a time.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, FixedSizeBinaryBuilder, Float64Array, Int32Array, Int64Array, ListBuilder,
    StringArray, StringBuilder, UInt8Array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::Role;
use parking_lot::Mutex;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::archive::columns::{schema, to_batch};
use crate::archive::writer::GROUP_ROWS_MAX;
use crate::error::StoreError;
use crate::trace_row::TraceRow;
use crate::whole_span::WholeSpan;

/// Encoded bytes that make a row group.
const GROUP_BYTES_MAX: usize = 8 << 20;

/// A Parquet file in the making, with the columns of archive files or one column for each field of a trace.
pub struct ParquetExport {
    writer: ArrowWriter<Outbox>,
    outbox: Outbox,
    schema: SchemaRef,
}

/// Finished bytes, on their way to the reader.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl ParquetExport {
    /// A file of whole spans.
    pub fn of_spans() -> Result<Self, StoreError> {
        Self::new(schema())
    }

    /// A file of traces.
    pub fn of_traces() -> Result<Self, StoreError> {
        Self::new(trace_schema())
    }

    fn new(schema: SchemaRef) -> Result<Self, StoreError> {
        let outbox = Outbox::default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS_MAX))
            .build();
        let writer =
            ArrowWriter::try_new(outbox.clone(), Arc::clone(&schema), Some(properties)).map_err(failed())?;
        Ok(Self { writer, outbox, schema })
    }

    /// Adds spans; returns what is finished so far.
    pub fn push_spans(&mut self, spans: &[WholeSpan]) -> Result<Vec<u8>, StoreError> {
        let batch = to_batch(&self.schema, spans).map_err(StoreError::Columns)?;
        self.push(&batch)
    }

    /// Adds traces; returns what is finished so far.
    pub fn push_traces(&mut self, traces: &[TraceRow]) -> Result<Vec<u8>, StoreError> {
        let batch = trace_batch(&self.schema, traces).map_err(StoreError::Columns)?;
        self.push(&batch)
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, StoreError> {
        self.writer.write(batch).map_err(failed())?;
        if self.writer.in_progress_size() >= GROUP_BYTES_MAX {
            self.writer.flush().map_err(failed())?;
        }
        Ok(self.take())
    }

    /// The rest of the file.
    pub fn finish(mut self) -> Result<Vec<u8>, StoreError> {
        self.writer.finish().map_err(failed())?;
        Ok(self.take())
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.outbox.0.lock())
    }
}

fn failed() -> impl FnOnce(parquet::errors::ParquetError) -> StoreError {
    StoreError::parquet("write", std::path::Path::new("the export"))
}

type Column = (&'static str, DataType, bool, fn(&[TraceRow]) -> ArrayRef);

/// The columns of a trace, in order.
fn trace_columns() -> Vec<Column> {
    const TEXT: DataType = DataType::Utf8;
    const INT: DataType = DataType::Int32;
    const LONG: DataType = DataType::Int64;
    let list = DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)));
    vec![
        ("trace_id", DataType::FixedSizeBinary(16), false, |rows| {
            let mut ids = FixedSizeBinaryBuilder::with_capacity(rows.len(), 16);
            for row in rows {
                ids.append_value(row.trace_id.0).expect("a trace id has 16 bytes");
            }
            Arc::new(ids.finish())
        }),
        ("start_unix_nanos", LONG, false, |rows| longs(rows, |row| Some(row.start_unix_nano))),
        ("duration_nanos", LONG, false, |rows| longs(rows, |row| Some(row.duration_nanos))),
        ("root_missing", DataType::Boolean, false, |rows| {
            Arc::new(rows.iter().map(|row| Some(row.root_missing)).collect::<BooleanArray>())
        }),
        ("root_name", TEXT, false, |rows| texts(rows, |row| Some(&row.root_name))),
        ("root_role", TEXT, true, |rows| {
            Arc::new(rows.iter().map(|row| row.root_role.map(Role::as_str)).collect::<StringArray>())
        }),
        ("service", TEXT, false, |rows| texts(rows, |row| Some(&row.service))),
        ("status", DataType::UInt8, false, |rows| {
            Arc::new(rows.iter().map(|row| Some(row.status.code())).collect::<UInt8Array>())
        }),
        ("span_count", INT, false, |rows| ints(rows, |row| row.span_count)),
        ("error_count", INT, false, |rows| ints(rows, |row| row.error_count)),
        ("llm_call_count", INT, false, |rows| ints(rows, |row| row.llm_call_count)),
        ("workflow_count", INT, false, |rows| ints(rows, |row| row.workflow_count)),
        ("input_tokens", LONG, true, |rows| longs(rows, |row| row.input_tokens)),
        ("output_tokens", LONG, true, |rows| longs(rows, |row| row.output_tokens)),
        ("cached_input_tokens", LONG, true, |rows| longs(rows, |row| row.cached_input_tokens)),
        ("cost_usd", DataType::Float64, true, |rows| {
            Arc::new(rows.iter().map(|row| row.cost_usd).collect::<Float64Array>())
        }),
        ("unpriced_calls", INT, false, |rows| ints(rows, |row| row.unpriced_calls)),
        ("session_id", TEXT, true, |rows| texts(rows, |row| row.session_id.as_ref())),
        ("user_id", TEXT, true, |rows| texts(rows, |row| row.user_id.as_ref())),
        ("services", list.clone(), false, |rows| lists(rows, |row| &row.services)),
        ("models", list, false, |rows| lists(rows, |row| &row.models)),
    ]
}

fn trace_schema() -> SchemaRef {
    let fields: Vec<Field> = trace_columns()
        .into_iter()
        .map(|(name, data_type, nullable, _)| Field::new(name, data_type, nullable))
        .collect();
    Arc::new(Schema::new(fields))
}

fn trace_batch(schema: &SchemaRef, rows: &[TraceRow]) -> Result<RecordBatch, ArrowError> {
    let arrays = trace_columns().into_iter().map(|(_, _, _, build)| build(rows)).collect();
    RecordBatch::try_new(Arc::clone(schema), arrays)
}

fn longs(rows: &[TraceRow], get: fn(&TraceRow) -> Option<i64>) -> ArrayRef {
    Arc::new(rows.iter().map(get).collect::<Int64Array>())
}

fn ints(rows: &[TraceRow], get: fn(&TraceRow) -> i32) -> ArrayRef {
    Arc::new(rows.iter().map(|row| Some(get(row))).collect::<Int32Array>())
}

fn texts(rows: &[TraceRow], get: fn(&TraceRow) -> Option<&String>) -> ArrayRef {
    Arc::new(rows.iter().map(get).collect::<StringArray>())
}

fn lists(rows: &[TraceRow], get: fn(&TraceRow) -> &Vec<String>) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for row in rows {
        for value in get(row) {
            builder.values().append_value(value);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}
