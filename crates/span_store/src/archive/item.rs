//! What the archive needs to know of the things it stores: spans and log records.

use std::hash::Hash;

use arrow::datatypes::{Field, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{PriceTable, TraceId};
use junjo_wal::Record;

use crate::budget::Held;
use crate::dataset::Dataset;
use crate::decode::DecodeFailure;
use crate::row::Place;

/// One whole item of a dataset.
pub(crate) trait ArchiveItem: Held + Sized {
    /// The dataset.
    const DATASET: Dataset;
    /// Version of the columns. Files of an earlier one lack some, which are read as the table of promoted fields says.
    const SCHEMA_VERSION: i64;
    /// Its narrow row.
    type Row;
    /// Of several items with the same identity, the one with the highest place wins.
    type Identity: Eq + Hash;

    /// All columns.
    fn schema() -> SchemaRef;
    /// Items as one batch of the schema.
    fn to_batch(schema: &SchemaRef, items: &[Self]) -> Result<RecordBatch, ArrowError>;
    /// Items read back from a batch with all columns.
    fn from_batch(batch: &RecordBatch) -> Result<Vec<Self>, ArrowError>;
    /// The columns that a narrow row needs.
    fn row_fields() -> Vec<Field>;
    /// Narrow rows read back from a batch with at least those columns.
    fn rows_from_batch(batch: &RecordBatch) -> Result<Vec<Self::Row>, ArrowError>;
    /// The columns that an identity is made of.
    const IDENTITY_COLUMNS: &'static [&'static str];
    /// The identities of a batch's rows, read from at least those columns.
    fn identities(batch: &RecordBatch) -> Result<Vec<Option<Self::Identity>>, ArrowError>;

    /// The item with its promoted fields derived again, where that is supported.
    fn derived_again(self, prices: &PriceTable) -> Result<Self, ArrowError>;

    /// Where the whole item of a narrow row is.
    fn place_of(row: &Self::Row) -> Place;
    /// Where it is.
    fn place(&self) -> Place;
    /// What makes it the same as another one; `None` for one that never is.
    fn identity(&self) -> Option<Self::Identity>;
    /// Its first and last moment, unix nanoseconds.
    fn bounds(&self) -> (i64, i64);
    /// Bytes of its text, roughly.
    fn text_bytes(&self) -> usize;
    /// The trace that it belongs to.
    fn trace_id(&self) -> Option<TraceId>;
    /// The service that it came from.
    fn service(&self) -> &str;

    /// Hands the wanted items of a record to `sink`, in place order; a record of another dataset has none.
    fn decode(
        record: &Record,
        prices: &PriceTable,
        is_wanted: &dyn Fn(Place) -> bool,
        sink: &mut dyn FnMut(Self),
    ) -> Result<(), DecodeFailure>;
}
