//! Rows into DuckDB through its appender, which takes part in the open transaction.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, ListBuilder, StringArray, StringBuilder,
    UInt8Array, UInt64Array, UInt64Builder,
};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use duckdb::Connection;
use junjo_span_model::{SpanId, TraceId};

use crate::columns::index_batch;
use crate::error::StoreError;
use crate::log_columns::{hint_batch, log_batch};
use crate::log_row::{HintRow, LogRow};
use crate::row::{Place, SpanRow, span_number, trace_halves};
use crate::trace_row::TraceRow;

/// Rows handed to the appender at a time, so that Arrow copies of a large batch stay small.
const CHUNK_ROWS: usize = 8192;

pub(crate) fn append_spans(connection: &Connection, rows: &[&SpanRow]) -> Result<(), StoreError> {
    append(connection, "spans", rows, index_batch)
}

pub(crate) fn append_logs(connection: &Connection, rows: &[&LogRow]) -> Result<(), StoreError> {
    append(connection, "logs", rows, log_batch)
}

pub(crate) fn append_hints(connection: &Connection, rows: &[&HintRow]) -> Result<(), StoreError> {
    append(connection, "hints", rows, hint_batch)
}

pub(crate) fn append_traces(connection: &Connection, rows: &[TraceRow]) -> Result<(), StoreError> {
    append(connection, "traces", rows, trace_batch)
}

/// Fills the scratch table of traces that this commit replaces.
pub(crate) fn append_touched(connection: &Connection, ids: &[TraceId]) -> Result<(), StoreError> {
    append(connection, "touched", ids, |ids| {
        let halves = ids.iter().map(|id| trace_halves(*id));
        RecordBatch::try_from_iter([
            ("trace_hi", uints(halves.clone().map(|(hi, _)| hi))),
            ("trace_lo", uints(halves.map(|(_, lo)| lo))),
        ])
    })
}

/// A span that a commit has to know about, and whether it is among those that arrive.
pub(crate) type Wanted = ((TraceId, SpanId), bool);

/// Fills the scratch table of single spans of large traces.
pub(crate) fn append_wanted(connection: &Connection, ids: &[Wanted]) -> Result<(), StoreError> {
    append(connection, "wanted", ids, |ids| {
        let halves = ids.iter().map(|((trace, _), _)| trace_halves(*trace));
        RecordBatch::try_from_iter([
            ("trace_hi", uints(halves.clone().map(|(hi, _)| hi))),
            ("trace_lo", uints(halves.map(|(_, lo)| lo))),
            ("span_id", uints(ids.iter().map(|((_, span), _)| span_number(*span)))),
            ("is_new", Arc::new(ids.iter().map(|(_, is_new)| Some(*is_new)).collect::<BooleanArray>())),
        ])
    })
}

/// Fills the scratch table of the identities of log records that this commit may already have.
pub(crate) fn append_arrived_logs(
    connection: &Connection,
    identities: &[(i64, u64)],
) -> Result<(), StoreError> {
    append(connection, "arrived_logs", identities, |identities| {
        RecordBatch::try_from_iter([
            ("time_unix_nanos", longs(identities.iter().map(|(time, _)| Some(*time)))),
            ("fingerprint", uints(identities.iter().map(|(_, fingerprint)| *fingerprint))),
        ])
    })
}

/// Fills the scratch table of places whose rows this commit deletes.
pub(crate) fn append_superseded(connection: &Connection, places: &[Place]) -> Result<(), StoreError> {
    append(connection, "superseded", places, |places| {
        RecordBatch::try_from_iter([
            ("sequence", longs(places.iter().map(|place| Some(place.sequence.0)))),
            ("ordinal", ints(places.iter().map(|place| place.ordinal))),
        ])
    })
}

fn append<T>(
    connection: &Connection,
    table: &'static str,
    rows: &[T],
    to_batch: fn(&[T]) -> Result<RecordBatch, ArrowError>,
) -> Result<(), StoreError> {
    let failed = || StoreError::index("append rows to the index");
    let mut appender = connection.appender(table).map_err(failed())?;
    for chunk in rows.chunks(CHUNK_ROWS) {
        let batch = to_batch(chunk).map_err(StoreError::Columns)?;
        appender.append_record_batch(batch).map_err(failed())?;
    }
    appender.flush().map_err(failed())
}

fn trace_batch(rows: &[TraceRow]) -> Result<RecordBatch, ArrowError> {
    let halves = rows.iter().map(|row| trace_halves(row.trace_id));
    RecordBatch::try_from_iter_with_nullable([
        ("trace_hi", uints(halves.clone().map(|(hi, _)| hi)), false),
        ("trace_lo", uints(halves.map(|(_, lo)| lo)), false),
        ("start_unix_nanos", longs(rows.iter().map(|row| Some(row.start_unix_nano))), false),
        ("duration_nanos", longs(rows.iter().map(|row| Some(row.duration_nanos))), false),
        ("root_span_id", uints(rows.iter().map(|row| span_number(row.root_span_id))), false),
        (
            "root_missing",
            Arc::new(rows.iter().map(|row| Some(row.root_missing)).collect::<BooleanArray>()),
            false,
        ),
        ("root_name", texts(rows.iter().map(|row| Some(row.root_name.as_str()))), false),
        ("root_role", texts(rows.iter().map(|row| row.root_role.map(junjo_span_model::Role::as_str))), true),
        ("service", texts(rows.iter().map(|row| Some(row.service.as_str()))), false),
        ("status", Arc::new(rows.iter().map(|row| Some(row.status.code())).collect::<UInt8Array>()), false),
        ("span_count", ints(rows.iter().map(|row| row.span_count)), false),
        ("error_count", ints(rows.iter().map(|row| row.error_count)), false),
        ("llm_call_count", ints(rows.iter().map(|row| row.llm_call_count)), false),
        ("workflow_count", ints(rows.iter().map(|row| row.workflow_count)), false),
        ("input_tokens", longs(rows.iter().map(|row| row.input_tokens)), true),
        ("output_tokens", longs(rows.iter().map(|row| row.output_tokens)), true),
        ("cached_input_tokens", longs(rows.iter().map(|row| row.cached_input_tokens)), true),
        ("total_tokens", longs(rows.iter().map(TraceRow::total_tokens)), true),
        ("cost_usd", Arc::new(rows.iter().map(|row| row.cost_usd).collect::<Float64Array>()), true),
        ("unpriced_calls", ints(rows.iter().map(|row| row.unpriced_calls)), false),
        ("wrapper_span_ids", span_ids(rows), true),
        ("session_id", texts(rows.iter().map(|row| row.session_id.as_deref())), true),
        ("user_id", texts(rows.iter().map(|row| row.user_id.as_deref())), true),
        ("first_input", texts(rows.iter().map(|row| row.first_input.as_deref())), true),
        ("last_output", texts(rows.iter().map(|row| row.last_output.as_deref())), true),
        ("services", lists(rows.iter().map(|row| &row.services)), true),
        ("models", lists(rows.iter().map(|row| &row.models)), true),
        ("roles", lists(rows.iter().map(|row| &row.roles)), true),
        ("sessions", lists(rows.iter().map(|row| &row.sessions)), true),
        ("users", lists(rows.iter().map(|row| &row.users)), true),
        ("newest_sequence", longs(rows.iter().map(|row| Some(row.newest_sequence.0))), false),
    ])
}

fn span_ids(rows: &[TraceRow]) -> ArrayRef {
    let mut builder = ListBuilder::new(UInt64Builder::new());
    for row in rows {
        for id in &row.wrapper_span_ids {
            builder.values().append_value(span_number(*id));
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}

fn uints(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<UInt64Array>())
}

fn longs(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn ints(values: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<Int32Array>())
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn lists<'a>(values: impl Iterator<Item = &'a Vec<String>>) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for list in values {
        for value in list {
            builder.values().append_value(value);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}
