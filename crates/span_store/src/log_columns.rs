//! Log records as Arrow columns and back.
//!
//! | column | Arrow type | index (`logs`) | meaning |
//! |---|---|---|---|
//! | ids | index: UInt64, archive: FixedSizeBinary; NULL | `trace_hi`, `trace_lo`, `span_id` UBIGINT | as sent, if any |
//! | `sequence`, `ordinal` | Int64, Int32 | BIGINT, INTEGER | the place |
//! | `time_unix_nano` | Int64 | BIGINT | happened, else observed, else received |
//! | `severity` | UInt8 | UTINYINT | OTLP number, 0 for unknown ones |
//! | `service`, `event_name` | Utf8 | VARCHAR | `event_name` is NULL for a plain record |
//! | `fingerprint` | UInt64, NULL | UBIGINT | see `log_row.rs` |
//! | `project` | Utf8 | VARCHAR | of the key that sent it; archive files of version 1 have none and say `default` |
//! | the hints of `promoted.rs` | NULL | not in `logs`, but merged by span in `hints` | what it says about its span |

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, FixedSizeBinaryArray, Int32Array, Int64Array, StringArray, UInt8Array, UInt64Array,
};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::{DEFAULT_PROJECT, Sequence};

use crate::columns::{Reader, fixed};
use crate::field_type::{Column, FieldType};
use crate::log_row::{HintRow, Hints, LogRow};
use crate::promoted::hint_fields;
use crate::row::{Place, span_from_number, span_number, trace_from_halves, trace_halves};

type Named = (Field, ArrayRef);

fn named(name: &str, nullable: bool, array: ArrayRef) -> Named {
    (Field::new(name, array.data_type().clone(), nullable), array)
}

fn batch(columns: Vec<Named>) -> Result<RecordBatch, ArrowError> {
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn longs(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn uints(values: impl Iterator<Item = Option<u64>>) -> ArrayRef {
    Arc::new(values.collect::<UInt64Array>())
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

/// Rows in the column order of the index's `logs` table.
pub(crate) fn log_batch(rows: &[&LogRow]) -> Result<RecordBatch, ArrowError> {
    let halves = rows.iter().map(|row| row.trace_id.map(trace_halves));
    let mut columns = vec![
        named("trace_hi", true, uints(halves.clone().map(|halves| halves.map(|(hi, _)| hi)))),
        named("trace_lo", true, uints(halves.map(|halves| halves.map(|(_, lo)| lo)))),
        named("span_id", true, uints(rows.iter().map(|row| row.span_id.map(span_number)))),
    ];
    columns.extend(shared(rows));
    batch(columns)
}

/// The columns that index and archive have in common, in order.
fn shared(rows: &[&LogRow]) -> [Named; 8] {
    let ordinals = rows.iter().map(|row| Some(row.place.ordinal)).collect::<Int32Array>();
    let severities = rows.iter().map(|row| Some(row.severity)).collect::<UInt8Array>();
    [
        named("sequence", false, longs(rows.iter().map(|row| Some(row.place.sequence.0)))),
        named("ordinal", false, Arc::new(ordinals)),
        named("time_unix_nanos", false, longs(rows.iter().map(|row| Some(row.time_unix_nano)))),
        named("severity", false, Arc::new(severities)),
        named("service", false, texts(rows.iter().map(|row| Some(row.service.as_str())))),
        named("event_name", true, texts(rows.iter().map(|row| row.event_name.as_deref()))),
        named("fingerprint", true, uints(rows.iter().map(|row| row.fingerprint))),
        named("project", false, texts(rows.iter().map(|row| Some(row.project.as_str())))),
    ]
}

/// Columns of the hints among the promoted fields.
macro_rules! hint_columns {
    ($(hint {
        $(#[$doc:meta])*
        $name:ident: $type:ty = $column:literal, of $source:ident, filter [$($filter:ident $kind:ident),*],
        export [$($export:ident)*], since $since:literal $(else $older:literal)?
    })*) => {
        /// Name and SQL type, in the order of the index's `hints` table behind its ids and sequence.
        pub(crate) static HINT_COLUMNS: &[(&str, &str)] = &[$(($column, <$type as FieldType>::SQL)),*];

        /// The hints of each row; NULL in rows without any.
        fn hints<'h>(rows: &(impl Iterator<Item = Option<&'h Hints>> + Clone)) -> Vec<Named> {
            vec![$(named($column, true, <$type as FieldType>::array(
                rows.clone().map(|hints| hints.map_or(&None, |hints| &hints.$name)),
            )),)*]
        }

        struct HintColumns<'a> {
            $($name: Column<'a, $type>,)*
        }

        impl<'a> HintColumns<'a> {
            fn from_batch(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
                // a file that is older than a hint says nothing in it
                Ok(Self { $($name: Column::of(batch, $column, Some(""))?,)* })
            }

            fn at(&self, i: usize) -> Hints {
                Hints { $($name: self.$name.at(i),)* }
            }
        }
    };
}

hint_fields!(hint_columns);

/// Rows in the column order of the index's `hints` table.
pub(crate) fn hint_batch(rows: &[&HintRow]) -> Result<RecordBatch, ArrowError> {
    let halves = rows.iter().map(|row| trace_halves(row.trace_id));
    let mut columns = vec![
        named("trace_hi", false, uints(halves.clone().map(|(hi, _)| Some(hi)))),
        named("trace_lo", false, uints(halves.map(|(_, lo)| Some(lo)))),
        named("span_id", false, uints(rows.iter().map(|row| Some(span_number(row.span_id))))),
        named("sequence", false, longs(rows.iter().map(|row| Some(row.sequence.0)))),
    ];
    columns.extend(hints(&rows.iter().map(|row| Some(&row.hints))));
    batch(columns)
}

/// The promoted part of the archive's columns.
pub(crate) fn archive_columns(rows: &[&LogRow]) -> Result<(Vec<Field>, Vec<ArrayRef>), ArrowError> {
    let traces = rows.iter().map(|row| row.trace_id.map(|id| id.0));
    let spans = rows.iter().map(|row| row.span_id.map(|id| id.0));
    let traces = FixedSizeBinaryArray::try_from_sparse_iter_with_size(traces, 16)?;
    let spans = FixedSizeBinaryArray::try_from_sparse_iter_with_size(spans, 8)?;
    let mut columns =
        vec![named("trace_id", true, Arc::new(traces)), named("span_id", true, Arc::new(spans))];
    columns.extend(shared(rows));
    columns.extend(hints(&rows.iter().map(|row| row.hints.as_ref())));
    Ok(columns.into_iter().unzip())
}

/// Reads rows back from a batch of the index (without hints) or of the archive (with them).
pub(crate) fn log_rows_from_batch(batch: &RecordBatch) -> Result<Vec<LogRow>, ArrowError> {
    let reader = Reader(batch);
    let ids = Ids::from_batch(batch)?;
    let (sequence, ordinal) = (reader.get::<Int64Array>("sequence")?, reader.get::<Int32Array>("ordinal")?);
    let (time, severity) =
        (reader.get::<Int64Array>("time_unix_nanos")?, reader.get::<UInt8Array>("severity")?);
    let (service, event) = (reader.get::<StringArray>("service")?, reader.get::<StringArray>("event_name")?);
    let fingerprint = reader.get::<UInt64Array>("fingerprint")?;
    let project = Column::<String>::of(batch, "project", Some(DEFAULT_PROJECT))?;
    let hints = batch.column_by_name("role").map(|_| HintColumns::from_batch(batch)).transpose()?;
    let row = |i: usize| LogRow {
        place: Place { sequence: Sequence(sequence.value(i)), ordinal: ordinal.value(i) },
        trace_id: ids.trace(i),
        span_id: ids.span(i),
        time_unix_nano: time.value(i),
        severity: severity.value(i),
        service: service.value(i).to_owned(),
        project: project.at(i),
        event_name: event.is_valid(i).then(|| event.value(i).to_owned()),
        fingerprint: fingerprint.is_valid(i).then(|| fingerprint.value(i)),
        hints: hints.as_ref().map(|columns| columns.at(i)).filter(|hints| *hints != Hints::default()),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

/// Reads the rows of the `hints` table.
pub(crate) fn hint_rows_from_batch(batch: &RecordBatch) -> Result<Vec<HintRow>, ArrowError> {
    let reader = Reader(batch);
    let (hi, lo) = (reader.get::<UInt64Array>("trace_hi")?, reader.get::<UInt64Array>("trace_lo")?);
    let (span, sequence) = (reader.get::<UInt64Array>("span_id")?, reader.get::<Int64Array>("sequence")?);
    let columns = HintColumns::from_batch(batch)?;
    let row = |i: usize| HintRow {
        trace_id: trace_from_halves(hi.value(i), lo.value(i)),
        span_id: span_from_number(span.value(i)),
        sequence: Sequence(sequence.value(i)),
        hints: columns.at(i),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

/// The id columns, in either form.
enum Ids<'a> {
    Numbers(&'a UInt64Array, &'a UInt64Array, &'a UInt64Array),
    Bytes(&'a FixedSizeBinaryArray, &'a FixedSizeBinaryArray),
}

impl<'a> Ids<'a> {
    fn from_batch(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        let reader = Reader(batch);
        if batch.column_by_name("trace_hi").is_some() {
            return Ok(Self::Numbers(
                reader.get("trace_hi")?,
                reader.get("trace_lo")?,
                reader.get("span_id")?,
            ));
        }
        Ok(Self::Bytes(reader.get("trace_id")?, reader.get("span_id")?))
    }

    fn trace(&self, i: usize) -> Option<TraceId> {
        match self {
            Self::Numbers(hi, lo, _) => hi.is_valid(i).then(|| trace_from_halves(hi.value(i), lo.value(i))),
            Self::Bytes(trace, _) => trace.is_valid(i).then(|| TraceId(fixed(trace.value(i)))),
        }
    }

    fn span(&self, i: usize) -> Option<SpanId> {
        match self {
            Self::Numbers(_, _, span) => span.is_valid(i).then(|| span_from_number(span.value(i))),
            Self::Bytes(_, span) => span.is_valid(i).then(|| SpanId(fixed(span.value(i)))),
        }
    }
}
