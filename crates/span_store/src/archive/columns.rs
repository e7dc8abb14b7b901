//! Columns and footer of an archive file.
//!
//! `archive/day=YYYY-MM-DD/spans-<first>-<last>.parquet` (`-g<n>` behind the range of one that was rewritten n times), zstd
//! level 3, rows in place order, row groups of at most
//! 8,192 rows or 16 MiB of text, page index written (files of log records are alike: `log_columns.rs`). Columns: the
//! promoted ones of `columns.rs`, then
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `received_unix_nano` | Int64 | server clock at receipt |
//! | `key_id` | Utf8, dictionary | API key that sent the span |
//! | `trace_state`, `status_message` | Utf8 | as sent |
//! | `flags`, `dropped_*_count` | UInt32 | as sent |
//! | `resource`, `scope` | Utf8 (JSON), dictionary | see [`crate::WholeSpan`] |
//! | `attributes`, `events`, `links` | Utf8 (JSON) | integers exact |
//! | `otlp` | Binary, NULL | the exact `Span` message where the other columns lose something |
//!
//! Version 2 of the columns added `project`; files of version 1 are read as if it said `default` in every row.
//!
//! Footer key-value metadata: `junjo.dataset` (`spans` where it is missing), `junjo.wal_id`, `junjo.first_sequence`,
//! `junjo.last_sequence`, `junjo.item_count`, `junjo.deleted_count`, `junjo.received_day`, `junjo.schema_version`, `junjo.derive_version`.

use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, BinaryArray, FixedSizeBinaryArray, Int64Array, StringArray, UInt32Array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{PriceTable, SpanId, TraceId};
use junjo_wal::Record;

use super::item::ArchiveItem;
use crate::columns::{Reader, archive_arrays, archive_fields, fixed, rows_from_batch};
use crate::dataset::Dataset;
use crate::decode::{DecodeFailure, decode_whole_spans};
use crate::row::{Place, SpanRow};
use crate::whole_span::WholeSpan;

impl ArchiveItem for WholeSpan {
    const DATASET: Dataset = Dataset::Spans;
    const SCHEMA_VERSION: i64 = 4;
    type Row = SpanRow;
    type Identity = (TraceId, SpanId);

    fn schema() -> SchemaRef {
        schema()
    }

    fn to_batch(schema: &SchemaRef, items: &[Self]) -> Result<RecordBatch, ArrowError> {
        to_batch(schema, items)
    }

    fn from_batch(batch: &RecordBatch) -> Result<Vec<Self>, ArrowError> {
        from_batch(batch)
    }

    fn row_fields() -> Vec<Field> {
        archive_fields()
    }

    fn rows_from_batch(batch: &RecordBatch) -> Result<Vec<SpanRow>, ArrowError> {
        rows_from_batch(batch)
    }

    const IDENTITY_COLUMNS: &'static [&'static str] = &["trace_id", "span_id"];

    fn identities(batch: &RecordBatch) -> Result<Vec<Option<Self::Identity>>, ArrowError> {
        let reader = Reader(batch);
        let traces = reader.get::<FixedSizeBinaryArray>("trace_id")?;
        let spans = reader.get::<FixedSizeBinaryArray>("span_id")?;
        let identity = |i| Some((TraceId(fixed(traces.value(i))), SpanId(fixed(spans.value(i)))));
        Ok((0..batch.num_rows()).map(identity).collect())
    }

    fn derived_again(self, prices: &PriceTable) -> Result<Self, ArrowError> {
        self.derived_again(prices).map_err(|error| ArrowError::JsonError(error.to_string()))
    }

    fn place_of(row: &SpanRow) -> Place {
        row.place
    }

    fn place(&self) -> Place {
        self.row.place
    }

    fn identity(&self) -> Option<Self::Identity> {
        Some((self.row.trace_id, self.row.span_id))
    }

    fn bounds(&self) -> (i64, i64) {
        (self.row.start_unix_nano, self.row.end_unix_nano())
    }

    fn text_bytes(&self) -> usize {
        self.text_bytes()
    }

    fn trace_id(&self) -> Option<TraceId> {
        Some(self.row.trace_id)
    }

    fn service(&self) -> &str {
        &self.row.service
    }

    fn decode(
        record: &Record,
        prices: &PriceTable,
        is_wanted: &dyn Fn(Place) -> bool,
        sink: &mut dyn FnMut(Self),
    ) -> Result<(), DecodeFailure> {
        decode_whole_spans(record, prices, is_wanted, sink)
    }
}

pub(crate) fn schema() -> SchemaRef {
    let mut fields = archive_fields();
    fields.push(Field::new("received_unix_nanos", DataType::Int64, false));
    for name in
        ["key_id", "trace_state", "status_message", "resource", "scope", "attributes", "events", "links"]
    {
        fields.push(Field::new(name, DataType::Utf8, false));
    }
    for name in ["flags", "dropped_attributes_count", "dropped_events_count", "dropped_links_count"] {
        fields.push(Field::new(name, DataType::UInt32, false));
    }
    fields.push(Field::new("otlp", DataType::Binary, true));
    Arc::new(Schema::new(fields))
}

/// Spans as one batch of the archive's schema.
pub(crate) fn to_batch(schema: &SchemaRef, spans: &[WholeSpan]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<&SpanRow> = spans.iter().map(|span| &span.row).collect();
    let mut arrays = archive_arrays(&rows)?;
    let text = |get: fn(&WholeSpan) -> &str| -> ArrayRef {
        Arc::new(spans.iter().map(|span| Some(get(span))).collect::<StringArray>())
    };
    let uint = |get: fn(&WholeSpan) -> u32| -> ArrayRef {
        Arc::new(spans.iter().map(|span| Some(get(span))).collect::<UInt32Array>())
    };
    arrays.push(Arc::new(spans.iter().map(|span| Some(span.received_unix_nano)).collect::<Int64Array>()));
    arrays.push(text(|span| &span.key_id));
    arrays.push(text(|span| &span.trace_state));
    arrays.push(text(|span| &span.status_message));
    arrays.push(text(|span| &span.resource));
    arrays.push(text(|span| &span.scope));
    arrays.push(text(|span| &span.attributes));
    arrays.push(text(|span| &span.events));
    arrays.push(text(|span| &span.links));
    arrays.push(uint(|span| span.flags));
    arrays.push(uint(|span| span.dropped_attributes_count));
    arrays.push(uint(|span| span.dropped_events_count));
    arrays.push(uint(|span| span.dropped_links_count));
    arrays.push(Arc::new(spans.iter().map(|span| span.otlp.as_deref()).collect::<BinaryArray>()));
    RecordBatch::try_new(Arc::clone(schema), arrays)
}

/// Spans read back from a batch with all columns.
fn from_batch(batch: &RecordBatch) -> Result<Vec<WholeSpan>, ArrowError> {
    let reader = Reader(batch);
    let received = reader.get::<Int64Array>("received_unix_nanos")?;
    let texts = |name| reader.get::<StringArray>(name);
    let uints = |name| reader.get::<UInt32Array>(name);
    let (key_id, trace_state) = (texts("key_id")?, texts("trace_state")?);
    let (status_message, resource, scope) = (texts("status_message")?, texts("resource")?, texts("scope")?);
    let (attributes, events, links) = (texts("attributes")?, texts("events")?, texts("links")?);
    let flags = uints("flags")?;
    let dropped_attributes = uints("dropped_attributes_count")?;
    let dropped_events = uints("dropped_events_count")?;
    let dropped_links = uints("dropped_links_count")?;
    let otlp = reader.get::<BinaryArray>("otlp")?;
    let rows = rows_from_batch(batch)?.into_iter().enumerate();
    Ok(rows
        .map(|(i, row)| WholeSpan {
            row,
            received_unix_nano: received.value(i),
            key_id: key_id.value(i).to_owned(),
            trace_state: trace_state.value(i).to_owned(),
            flags: flags.value(i),
            status_message: status_message.value(i).to_owned(),
            dropped_attributes_count: dropped_attributes.value(i),
            dropped_events_count: dropped_events.value(i),
            dropped_links_count: dropped_links.value(i),
            resource: resource.value(i).to_owned(),
            scope: scope.value(i).to_owned(),
            attributes: attributes.value(i).to_owned(),
            events: events.value(i).to_owned(),
            links: links.value(i).to_owned(),
            otlp: otlp.is_valid(i).then(|| otlp.value(i).to_vec()),
        })
        .collect())
}
