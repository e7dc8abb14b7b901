//! Columns of an archive file of log records: `archive/day=YYYY-MM-DD/logs-<first>-<last>.parquet`.
//!
//! The promoted ones of `crate::log_columns`, then
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `received_unix_nano` | Int64 | server clock at receipt |
//! | `time_unix_nano`, `observed_time_unix_nano` | UInt64 | as sent |
//! | `key_id` | Utf8, dictionary | API key that sent the record |
//! | `severity_number`, `severity_text` | Int32, Utf8 | as sent |
//! | `flags`, `dropped_attributes_count` | UInt32 | as sent |
//! | `resource`, `scope` | Utf8 (JSON), dictionary | see [`crate::WholeLog`] |
//! | `attributes`, `body` | Utf8 (JSON) | integers exact |
//! | `otlp` | Binary, NULL | the exact `LogRecord` message where the other columns lose something |
//!
//! Version 2 added `error_type`.

use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, BinaryArray, Int32Array, Int64Array, StringArray, UInt32Array, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{PriceTable, TraceId};
use junjo_wal::Record;

use super::item::ArchiveItem;
use crate::columns::Reader;
use crate::dataset::Dataset;
use crate::decode::{DecodeFailure, decode_whole_logs};
use crate::log_columns::{archive_columns, log_rows_from_batch};
use crate::log_row::LogRow;
use crate::row::Place;
use crate::whole_log::WholeLog;

const TEXTS: [&str; 6] = ["key_id", "severity_text", "resource", "scope", "attributes", "body"];

impl ArchiveItem for WholeLog {
    const DATASET: Dataset = Dataset::Logs;
    const SCHEMA_VERSION: i64 = 2;
    type Row = LogRow;
    type Identity = (i64, u64);

    fn schema() -> SchemaRef {
        let mut fields = Self::row_fields();
        fields.push(Field::new("received_unix_nanos", DataType::Int64, false));
        fields.push(Field::new("time_unix_nano", DataType::UInt64, false));
        fields.push(Field::new("observed_time_unix_nano", DataType::UInt64, false));
        fields.push(Field::new("severity_number", DataType::Int32, false));
        fields.push(Field::new("flags", DataType::UInt32, false));
        fields.push(Field::new("dropped_attributes_count", DataType::UInt32, false));
        fields.extend(TEXTS.map(|name| Field::new(name, DataType::Utf8, false)));
        fields.push(Field::new("otlp", DataType::Binary, true));
        Arc::new(Schema::new(fields))
    }

    fn to_batch(schema: &SchemaRef, items: &[Self]) -> Result<RecordBatch, ArrowError> {
        let rows: Vec<&LogRow> = items.iter().map(|log| &log.row).collect();
        let (_, mut arrays) = archive_columns(&rows)?;
        let text = |get: fn(&Self) -> &str| -> ArrayRef {
            Arc::new(items.iter().map(|log| Some(get(log))).collect::<StringArray>())
        };
        let time = |get: fn(&Self) -> u64| -> ArrayRef {
            Arc::new(items.iter().map(|log| Some(get(log))).collect::<UInt64Array>())
        };
        let uint = |get: fn(&Self) -> u32| -> ArrayRef {
            Arc::new(items.iter().map(|log| Some(get(log))).collect::<UInt32Array>())
        };
        let received = items.iter().map(|log| Some(log.received_unix_nano)).collect::<Int64Array>();
        let severity = items.iter().map(|log| Some(log.severity_number)).collect::<Int32Array>();
        arrays.extend([
            Arc::new(received) as ArrayRef,
            time(|log| log.time_unix_nano),
            time(|log| log.observed_time_unix_nano),
            Arc::new(severity),
            uint(|log| log.flags),
            uint(|log| log.dropped_attributes_count),
            text(|log| &log.key_id),
            text(|log| &log.severity_text),
            text(|log| &log.resource),
            text(|log| &log.scope),
            text(|log| &log.attributes),
            text(|log| &log.body),
            Arc::new(items.iter().map(|log| log.otlp.as_deref()).collect::<BinaryArray>()),
        ]);
        RecordBatch::try_new(Arc::clone(schema), arrays)
    }

    fn from_batch(batch: &RecordBatch) -> Result<Vec<Self>, ArrowError> {
        let reader = Reader(batch);
        let received = reader.get::<Int64Array>("received_unix_nanos")?;
        let time = reader.get::<UInt64Array>("time_unix_nano")?;
        let observed = reader.get::<UInt64Array>("observed_time_unix_nano")?;
        let severity = reader.get::<Int32Array>("severity_number")?;
        let flags = reader.get::<UInt32Array>("flags")?;
        let dropped = reader.get::<UInt32Array>("dropped_attributes_count")?;
        let texts = |name| reader.get::<StringArray>(name);
        let (key_id, severity_text) = (texts("key_id")?, texts("severity_text")?);
        let (resource, scope) = (texts("resource")?, texts("scope")?);
        let (attributes, body) = (texts("attributes")?, texts("body")?);
        let otlp = reader.get::<BinaryArray>("otlp")?;
        let rows = log_rows_from_batch(batch)?.into_iter().enumerate();
        let log = |(i, row)| Self {
            row,
            received_unix_nano: received.value(i),
            key_id: key_id.value(i).to_owned(),
            time_unix_nano: time.value(i),
            observed_time_unix_nano: observed.value(i),
            severity_number: severity.value(i),
            severity_text: severity_text.value(i).to_owned(),
            flags: flags.value(i),
            dropped_attributes_count: dropped.value(i),
            resource: resource.value(i).to_owned(),
            scope: scope.value(i).to_owned(),
            attributes: attributes.value(i).to_owned(),
            body: body.value(i).to_owned(),
            otlp: otlp.is_valid(i).then(|| otlp.value(i).to_vec()),
        };
        Ok(rows.map(log).collect())
    }

    fn row_fields() -> Vec<Field> {
        archive_columns(&[]).expect("arrays of no rows cannot fail").0
    }

    fn rows_from_batch(batch: &RecordBatch) -> Result<Vec<LogRow>, ArrowError> {
        log_rows_from_batch(batch)
    }

    const IDENTITY_COLUMNS: &'static [&'static str] = &["time_unix_nanos", "fingerprint"];

    fn identities(batch: &RecordBatch) -> Result<Vec<Option<Self::Identity>>, ArrowError> {
        let reader = Reader(batch);
        let times = reader.get::<Int64Array>("time_unix_nanos")?;
        let fingerprints = reader.get::<UInt64Array>("fingerprint")?;
        let identity = |i| fingerprints.is_valid(i).then(|| (times.value(i), fingerprints.value(i)));
        Ok((0..batch.num_rows()).map(identity).collect())
    }

    /// Nothing of a log record depends on prices.
    fn derived_again(self, _: &PriceTable) -> Result<Self, ArrowError> {
        self.derived_again().map_err(|error| ArrowError::JsonError(error.to_string()))
    }

    fn place_of(row: &LogRow) -> Place {
        row.place
    }

    fn place(&self) -> Place {
        self.row.place
    }

    fn identity(&self) -> Option<Self::Identity> {
        self.row.identity()
    }

    fn bounds(&self) -> (i64, i64) {
        (self.row.time_unix_nano, self.row.time_unix_nano)
    }

    fn text_bytes(&self) -> usize {
        self.text_bytes()
    }

    fn trace_id(&self) -> Option<TraceId> {
        self.row.trace_id
    }

    fn service(&self) -> &str {
        &self.row.service
    }

    fn decode(
        record: &Record,
        _: &PriceTable,
        is_wanted: &dyn Fn(Place) -> bool,
        sink: &mut dyn FnMut(Self),
    ) -> Result<(), DecodeFailure> {
        decode_whole_logs(record, is_wanted, sink)
    }
}
