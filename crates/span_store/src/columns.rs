//! Narrow rows as Arrow columns and back, for index and archive.
//!
//! Columns: the ids, `sequence` (Int64) and `ordinal` (Int32), which are the place, and the table of `promoted.rs` in its
//! order, with the types of `field_type.rs`.
//!
//! The ids differ: the index stores unsigned integers (`trace_hi`, `trace_lo`, `span_id`, `parent_span_id`), the
//! archive fixed-size bytes (`trace_id`, `span_id`, `parent_span_id`).

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, FixedSizeBinaryArray, Int32Array, Int64Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use crate::field_type::{Column, FieldType};
use crate::promoted::promoted_fields;
use crate::row::{Place, SpanRow, span_from_number, span_number, trace_from_halves, trace_halves};

/// Columns of the table of promoted fields: their schema, arrays of rows, and rows read back.
macro_rules! promoted_columns {
    ($($who:ident {
        $(#[$doc:meta])*
        $name:ident: $type:ty = $column:literal, of $source:ident, filter [$($filter:ident $kind:ident),*],
        export [$($export:ident)*], since $since:literal $(else $older:literal)?
    })*) => {
        /// In the order of the table.
        static PROMOTED: &[ColumnDefinition] = &[$(ColumnDefinition {
            name: $column,
            arrow: <$type as FieldType>::ARROW,
            sql_type: <$type as FieldType>::SQL,
            nullable: <$type as FieldType>::NULLABLE,
            is_hinted: is_hinted!($who),
            since: $since,
            older: older!($($older)?),
            array: |rows| <$type as FieldType>::array(rows.iter().map(|row| &row.$name)),
        }),*];

        /// The promoted columns of a batch.
        struct Promoted<'a> {
            $($name: Column<'a, $type>,)*
        }

        impl<'a> Promoted<'a> {
            fn of(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
                Ok(Self { $($name: Column::of(batch, $column, older!($($older)?))?,)* })
            }

            fn row(&self, ids: RowIds, i: usize) -> SpanRow {
                let RowIds { trace_id, span_id, parent_span_id, place } = ids;
                SpanRow { trace_id, span_id, parent_span_id, place, $($name: self.$name.at(i),)* }
            }
        }
    };
}

/// What files that are older than a column are taken to say, if there are such files.
macro_rules! older {
    () => {
        None
    };
    ($older:literal) => {
        Some($older)
    };
}

/// Whether log records may fill a field, or it follows from those that they may.
macro_rules! is_hinted {
    (own) => {
        false
    };
    ($hint_or_follows:ident) => {
        true
    };
}
pub(crate) use is_hinted;

/// A column that index and archive have in common.
pub(crate) struct ColumnDefinition {
    pub(crate) name: &'static str,
    arrow: DataType,
    pub(crate) sql_type: &'static str,
    nullable: bool,
    /// Log records may fill it, or it follows from those that they may.
    pub(crate) is_hinted: bool,
    /// Version of the archive's columns that has it first.
    since: i64,
    /// What older files are taken to say.
    older: Option<&'static str>,
    array: fn(&[&SpanRow]) -> ArrayRef,
}

promoted_fields!(promoted_columns);

impl ColumnDefinition {
    /// `name TYPE`, with `NOT NULL` where it is so.
    pub(crate) fn sql(&self) -> String {
        let not_null = if self.nullable { "" } else { " NOT NULL" };
        format!("{} {}{not_null}", self.name, self.sql_type)
    }
}

/// The promoted columns in the order of the table.
pub(crate) fn promoted_columns() -> &'static [ColumnDefinition] {
    PROMOTED
}

/// Columns that archive files of `version` lack: name, and what all their rows are taken to say.
pub(crate) fn columns_after(version: i64) -> impl Iterator<Item = (&'static str, &'static str)> {
    PROMOTED
        .iter()
        .filter(move |column| column.since > version)
        .filter_map(|column| Some((column.name, column.older?)))
}

fn shared_fields() -> impl Iterator<Item = Field> {
    let place =
        [Field::new("sequence", DataType::Int64, false), Field::new("ordinal", DataType::Int32, false)];
    let promoted = PROMOTED.iter();
    place
        .into_iter()
        .chain(promoted.map(|column| Field::new(column.name, column.arrow.clone(), column.nullable)))
}

fn shared_arrays(rows: &[&SpanRow]) -> impl Iterator<Item = ArrayRef> {
    let sequences = rows.iter().map(|row| Some(row.place.sequence.0)).collect::<Int64Array>();
    let ordinals = rows.iter().map(|row| Some(row.place.ordinal)).collect::<Int32Array>();
    let place: [ArrayRef; 2] = [Arc::new(sequences), Arc::new(ordinals)];
    place.into_iter().chain(PROMOTED.iter().map(|column| (column.array)(rows)))
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
    let promoted = Promoted::of(batch)?;
    Ok((0..batch.num_rows()).map(|i| promoted.row(ids.row(i), i)).collect())
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

/// What a row has besides its promoted fields.
struct RowIds {
    trace_id: TraceId,
    span_id: SpanId,
    parent_span_id: Option<SpanId>,
    place: Place,
}

/// The columns of ids and place.
struct Ids<'a> {
    spans: SpanIds<'a>,
    sequence: &'a Int64Array,
    ordinal: &'a Int32Array,
}

impl<'a> Ids<'a> {
    fn from_batch(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        let reader = Reader(batch);
        Ok(Self {
            spans: SpanIds::from_batch(batch)?,
            sequence: reader.get("sequence")?,
            ordinal: reader.get("ordinal")?,
        })
    }

    fn row(&self, i: usize) -> RowIds {
        RowIds {
            trace_id: self.spans.trace(i),
            span_id: self.spans.span(i),
            parent_span_id: self.spans.parent(i),
            place: Place { sequence: Sequence(self.sequence.value(i)), ordinal: self.ordinal.value(i) },
        }
    }
}

/// The id columns, in either form.
enum SpanIds<'a> {
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

impl<'a> SpanIds<'a> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns of an index of version 3, behind ids and place.
    const BEFORE: &str = "start_unix_nanos BIGINT NOT NULL, duration_nanos BIGINT NOT NULL, kind UTINYINT NOT NULL, \
        status UTINYINT NOT NULL, service VARCHAR NOT NULL, name VARCHAR NOT NULL, role VARCHAR, span_type VARCHAR, \
        is_model_call BOOLEAN NOT NULL, provider VARCHAR, model VARCHAR, input_tokens BIGINT, output_tokens BIGINT, \
        cached_input_tokens BIGINT, cache_write_tokens BIGINT, reasoning_tokens BIGINT, cost_usd DOUBLE, \
        cost_source VARCHAR, session_id VARCHAR, user_id VARCHAR, error_type VARCHAR, structural_id VARCHAR, \
        node_count INTEGER, agent_name VARCHAR, tool_name VARCHAR, event_count INTEGER NOT NULL, \
        exception_count INTEGER NOT NULL, state_event_count INTEGER NOT NULL, link_count INTEGER NOT NULL";

    /// The columns that came later.
    const LATER: [&str; 12] = [
        "project VARCHAR NOT NULL",
        "service_namespace VARCHAR",
        "service_version VARCHAR",
        "runtime_id VARCHAR",
        "agent_key VARCHAR",
        "outcome VARCHAR",
        "correlation_type VARCHAR",
        "correlation_id VARCHAR",
        "input_preview VARCHAR",
        "output_preview VARCHAR",
        "error_message VARCHAR",
        "error_fingerprint VARCHAR",
    ];

    /// Scenario: the table of promoted fields as SQL. Guarantee: columns that files on disk have keep name, place, type and
    /// whether they may be NULL; later ones come behind them.
    #[test]
    fn columns_of_earlier_versions_stay() {
        let columns: Vec<String> = PROMOTED.iter().map(ColumnDefinition::sql).collect();
        let before: Vec<&str> = BEFORE.split(", ").collect();
        assert_eq!(columns[..before.len()], before);
        assert_eq!(columns[before.len()..], LATER);
    }

    /// Scenario: the columns that log records may fill, and those that follow from them. Guarantee: exactly the documented
    /// ones.
    #[test]
    fn hinted_columns_are_as_documented() {
        let hinted: Vec<&str> =
            PROMOTED.iter().filter(|column| column.is_hinted).map(|column| column.name).collect();
        let mut expected: Vec<&str> =
            crate::log_columns::HINT_COLUMNS.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            expected.join(" "),
            "role provider model input_tokens output_tokens cached_input_tokens cache_write_tokens reasoning_tokens \
             session_id user_id error_type"
        );
        expected.extend(["is_model_call", "cost_usd", "cost_source", "exception_count"]);
        expected.sort_unstable();
        let mut sorted = hinted.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected);
    }

    /// Scenario: a column that a batch lacks, with and without a value for older files, and one of another type. Guarantee:
    /// every row says that value; the rest are errors that name the column.
    #[test]
    fn column_that_is_missing_says_what_older_files_say() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
        let older = Column::<String>::of(&batch, "project", Some("default")).unwrap();
        assert_eq!([older.at(0), older.at(1)], ["default", "default"]);
        let missing = Column::<String>::of(&batch, "project", None).err().unwrap();
        assert!(missing.to_string().contains("project is missing"));
        let wrong = Column::<String>::of(&batch, "n", Some("default")).err().unwrap();
        assert!(wrong.to_string().contains("n has the type"));
        assert_eq!(Column::<i64>::of(&batch, "n", None).unwrap().at(1), 2);
    }
}
