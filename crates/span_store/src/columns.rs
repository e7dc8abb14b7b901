//! Narrow rows as Arrow columns and back: the one place that index and archive share their column list in.
//!
//! | column | Arrow type | index (DuckDB) | meaning |
//! |---|---|---|---|
//! | `sequence`, `ordinal` | Int64, Int32 | BIGINT, INTEGER | the place |
//! | `start_unix_nanos`, `duration_nanos` | Int64 | BIGINT | clamped to 0..=i64::MAX |
//! | `kind`, `status` | UInt8 | UTINYINT | OTLP numbers; 0 for unknown ones |
//! | `service`, `name` | Utf8 | VARCHAR | `service.name`, span name |
//! | `role` .. `tool_name` | Utf8, Int64, Float64, Boolean | VARCHAR, BIGINT, DOUBLE, BOOLEAN | derived, NULL when unknown |
//! | `*_count` | Int32 | INTEGER | events, exceptions, Junjo state events, links |
//!
//! The ids differ: the index stores unsigned integers (`trace_hi`, `trace_lo`, `span_id`, `parent_span_id`), the
//! archive fixed-size bytes (`trace_id`, `span_id`, `parent_span_id`).

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, StringArray,
    UInt8Array, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{Role, SpanId, TraceId};
use junjo_wal::Sequence;

use crate::row::{Place, SpanRow, span_from_number, span_number, trace_from_halves, trace_halves};

type Column = (&'static str, DataType, bool, fn(&[&SpanRow]) -> ArrayRef);

macro_rules! column {
    ($name:ident, $array:ty, $data_type:expr, $nullable:expr, $get:expr) => {
        (stringify!($name), $data_type, $nullable, |rows| {
            Arc::new(rows.iter().map(|row| $get(row)).collect::<$array>()) as ArrayRef
        })
    };
}
macro_rules! text {
    ($name:ident) => {
        column!($name, StringArray, DataType::Utf8, true, |row: &&SpanRow| row.$name.clone())
    };
}
macro_rules! int {
    ($name:ident) => {
        column!($name, Int64Array, DataType::Int64, true, |row: &&SpanRow| row.$name)
    };
}
macro_rules! count {
    ($name:ident) => {
        column!($name, Int32Array, DataType::Int32, false, |row: &&SpanRow| Some(row.$name))
    };
}

/// The columns that index and archive have in common, in order.
fn shared_columns() -> [Column; 31] {
    [
        column!(sequence, Int64Array, DataType::Int64, false, |row: &&SpanRow| {
            Some(row.place.sequence.0)
        }),
        column!(ordinal, Int32Array, DataType::Int32, false, |row: &&SpanRow| Some(row.place.ordinal)),
        column!(start_unix_nanos, Int64Array, DataType::Int64, false, |row: &&SpanRow| Some(
            row.start_unix_nanos
        )),
        column!(duration_nanos, Int64Array, DataType::Int64, false, |row: &&SpanRow| Some(
            row.duration_nanos
        )),
        column!(kind, UInt8Array, DataType::UInt8, false, |row: &&SpanRow| Some(row.kind)),
        column!(status, UInt8Array, DataType::UInt8, false, |row: &&SpanRow| Some(row.status)),
        column!(service, StringArray, DataType::Utf8, false, |row: &&SpanRow| Some(row.service.clone())),
        column!(name, StringArray, DataType::Utf8, false, |row: &&SpanRow| Some(row.name.clone())),
        column!(role, StringArray, DataType::Utf8, true, |row: &&SpanRow| row.role.map(Role::as_str)),
        text!(span_type),
        column!(is_model_call, BooleanArray, DataType::Boolean, false, |row: &&SpanRow| Some(
            row.is_model_call
        )),
        text!(provider),
        text!(model),
        int!(input_tokens),
        int!(output_tokens),
        int!(cached_input_tokens),
        int!(cache_write_tokens),
        int!(reasoning_tokens),
        column!(cost_usd, Float64Array, DataType::Float64, true, |row: &&SpanRow| row.cost_usd),
        text!(cost_source),
        text!(session_id),
        text!(user_id),
        text!(error_type),
        text!(structural_id),
        column!(node_count, Int32Array, DataType::Int32, true, |row: &&SpanRow| { row.node_count }),
        text!(agent_name),
        text!(tool_name),
        count!(event_count),
        count!(exception_count),
        count!(state_event_count),
        count!(link_count),
    ]
}

fn shared_fields() -> impl Iterator<Item = Field> {
    shared_columns().into_iter().map(|(name, data_type, nullable, _)| Field::new(name, data_type, nullable))
}

fn shared_arrays(rows: &[&SpanRow]) -> impl Iterator<Item = ArrayRef> {
    shared_columns().into_iter().map(|(_, _, _, build)| build(rows))
}

/// Rows in the column order of the index's `spans` table.
pub(crate) fn index_batch(rows: &[&SpanRow]) -> Result<RecordBatch, ArrowError> {
    let mut fields = vec![
        Field::new("trace_hi", DataType::UInt64, false),
        Field::new("trace_lo", DataType::UInt64, false),
        Field::new("span_id", DataType::UInt64, false),
        Field::new("parent_span_id", DataType::UInt64, true),
    ];
    fields.extend(shared_fields());
    let halves = rows.iter().map(|row| trace_halves(row.trace_id));
    let mut arrays: Vec<ArrayRef> = vec![
        Arc::new(halves.clone().map(|(hi, _)| Some(hi)).collect::<UInt64Array>()),
        Arc::new(halves.map(|(_, lo)| Some(lo)).collect::<UInt64Array>()),
        Arc::new(rows.iter().map(|row| Some(span_number(row.span_id))).collect::<UInt64Array>()),
        Arc::new(rows.iter().map(|row| row.parent_span_id.map(span_number)).collect::<UInt64Array>()),
    ];
    arrays.extend(shared_arrays(rows));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// The promoted part of the archive's schema.
pub(crate) fn archive_fields() -> Vec<Field> {
    let mut fields = vec![
        Field::new("trace_id", DataType::FixedSizeBinary(16), false),
        Field::new("span_id", DataType::FixedSizeBinary(8), false),
        Field::new("parent_span_id", DataType::FixedSizeBinary(8), true),
    ];
    fields.extend(shared_fields());
    fields
}

/// The promoted part of the archive's columns, in the order of [`archive_fields`].
pub(crate) fn archive_arrays(rows: &[&SpanRow]) -> Result<Vec<ArrayRef>, ArrowError> {
    let mut arrays: Vec<ArrayRef> = vec![
        Arc::new(FixedSizeBinaryArray::try_from_iter(rows.iter().map(|row| row.trace_id.0))?),
        Arc::new(FixedSizeBinaryArray::try_from_iter(rows.iter().map(|row| row.span_id.0))?),
        Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(
            rows.iter().map(|row| row.parent_span_id.map(|id| id.0)),
            8,
        )?),
    ];
    arrays.extend(shared_arrays(rows));
    Ok(arrays)
}

/// Reads rows back from a batch of the index or of the archive.
pub(crate) fn rows_from_batch(batch: &RecordBatch) -> Result<Vec<SpanRow>, ArrowError> {
    let ids = Ids::from_batch(batch)?;
    let reader = Reader(batch);
    let ints = |name| reader.get::<Int64Array>(name);
    let texts = |name| reader.get::<StringArray>(name);
    let counts = |name| reader.get::<Int32Array>(name);
    let (sequence, ordinal) = (ints("sequence")?, counts("ordinal")?);
    let (start, duration) = (ints("start_unix_nanos")?, ints("duration_nanos")?);
    let (kind, status) = (reader.get::<UInt8Array>("kind")?, reader.get::<UInt8Array>("status")?);
    let (service, name, role) = (texts("service")?, texts("name")?, texts("role")?);
    let model_call = reader.get::<BooleanArray>("is_model_call")?;
    let (span_type, provider, model) = (texts("span_type")?, texts("provider")?, texts("model")?);
    let (input, output) = (ints("input_tokens")?, ints("output_tokens")?);
    let (cached, written) = (ints("cached_input_tokens")?, ints("cache_write_tokens")?);
    let (reasoning, cost) = (ints("reasoning_tokens")?, reader.get::<Float64Array>("cost_usd")?);
    let (cost_source, session, user) = (texts("cost_source")?, texts("session_id")?, texts("user_id")?);
    let (error_type, structural) = (texts("error_type")?, texts("structural_id")?);
    let (agent, tool, nodes) = (texts("agent_name")?, texts("tool_name")?, counts("node_count")?);
    let (events, exceptions) = (counts("event_count")?, counts("exception_count")?);
    let (state_events, links) = (counts("state_event_count")?, counts("link_count")?);
    Ok((0..batch.num_rows())
        .map(|i| SpanRow {
            trace_id: ids.trace(i),
            span_id: ids.span(i),
            parent_span_id: ids.parent(i),
            place: Place { sequence: Sequence(sequence.value(i)), ordinal: ordinal.value(i) },
            start_unix_nanos: start.value(i),
            duration_nanos: duration.value(i),
            kind: kind.value(i),
            status: status.value(i),
            service: service.value(i).to_owned(),
            name: name.value(i).to_owned(),
            role: text_at(role, i).and_then(|text| text.parse().ok()),
            span_type: text_at(span_type, i),
            is_model_call: model_call.value(i),
            provider: text_at(provider, i),
            model: text_at(model, i),
            input_tokens: int_at(input, i),
            output_tokens: int_at(output, i),
            cached_input_tokens: int_at(cached, i),
            cache_write_tokens: int_at(written, i),
            reasoning_tokens: int_at(reasoning, i),
            cost_usd: cost.is_valid(i).then(|| cost.value(i)),
            cost_source: text_at(cost_source, i),
            session_id: text_at(session, i),
            user_id: text_at(user, i),
            error_type: text_at(error_type, i),
            structural_id: text_at(structural, i),
            node_count: nodes.is_valid(i).then(|| nodes.value(i)),
            agent_name: text_at(agent, i),
            tool_name: text_at(tool, i),
            event_count: events.value(i),
            exception_count: exceptions.value(i),
            state_event_count: state_events.value(i),
            link_count: links.value(i),
        })
        .collect())
}

fn text_at(array: &StringArray, i: usize) -> Option<String> {
    array.is_valid(i).then(|| array.value(i).to_owned())
}

fn int_at(array: &Int64Array, i: usize) -> Option<i64> {
    array.is_valid(i).then(|| array.value(i))
}

/// Typed access to the columns of a batch by name.
pub(crate) struct Reader<'a>(pub(crate) &'a RecordBatch);

impl<'a> Reader<'a> {
    pub(crate) fn get<A: Array + 'static>(&self, name: &str) -> Result<&'a A, ArrowError> {
        let column = self
            .0
            .column_by_name(name)
            .ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))?;
        column.as_any().downcast_ref::<A>().ok_or_else(|| {
            ArrowError::SchemaError(format!("column {name} has the type {}", column.data_type()))
        })
    }
}

/// The id columns, in either form.
enum Ids<'a> {
    Numbers {
        hi: &'a UInt64Array,
        lo: &'a UInt64Array,
        span: &'a UInt64Array,
        parent: &'a UInt64Array,
    },
    Bytes {
        trace: &'a FixedSizeBinaryArray,
        span: &'a FixedSizeBinaryArray,
        parent: &'a FixedSizeBinaryArray,
    },
}

impl<'a> Ids<'a> {
    fn from_batch(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        let reader = Reader(batch);
        if batch.column_by_name("trace_hi").is_some() {
            return Ok(Self::Numbers {
                hi: reader.get("trace_hi")?,
                lo: reader.get("trace_lo")?,
                span: reader.get("span_id")?,
                parent: reader.get("parent_span_id")?,
            });
        }
        Ok(Self::Bytes {
            trace: reader.get("trace_id")?,
            span: reader.get("span_id")?,
            parent: reader.get("parent_span_id")?,
        })
    }

    fn trace(&self, i: usize) -> TraceId {
        match self {
            Self::Numbers { hi, lo, .. } => trace_from_halves(hi.value(i), lo.value(i)),
            Self::Bytes { trace, .. } => TraceId(fixed(trace.value(i))),
        }
    }

    fn span(&self, i: usize) -> SpanId {
        match self {
            Self::Numbers { span, .. } => span_from_number(span.value(i)),
            Self::Bytes { span, .. } => SpanId(fixed(span.value(i))),
        }
    }

    fn parent(&self, i: usize) -> Option<SpanId> {
        match self {
            Self::Numbers { parent, .. } => parent.is_valid(i).then(|| span_from_number(parent.value(i))),
            Self::Bytes { parent, .. } => parent.is_valid(i).then(|| SpanId(fixed(parent.value(i)))),
        }
    }
}

/// Bytes of a fixed-size column whose width the schema guarantees; another width gives zeros, never a panic.
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap_or([0; N])
}
