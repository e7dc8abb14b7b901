//! The span store: an index (DuckDB) for lists, filters and charts, an archive (Parquet) for whole spans, and queries
//! over both. The only crate that knows DuckDB; neither SQL nor a DuckDB type leaves it.
//!
//! The write-ahead log stays the truth until a record is sealed, then the archive is. The index can always be made
//! again from those two.

mod archive;
mod columns;
mod dataset;
mod decode;
mod error;
mod executor;
mod export;
mod exported;
mod field_type;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod index;
mod lifecycle;
mod log_columns;
mod log_row;
mod payload;
mod promoted;
mod quarantine;
mod query;
mod row;
mod scan;
mod seal;
mod store;
#[cfg(test)]
mod tests;
mod trace_row;
mod whole_log;
mod whole_span;

pub use archive::manifest::{ArchiveFile, Manifest};
pub use archive::reconcile::{Reconciled, newest_archived};
pub use dataset::Dataset;
pub use decode::{DecodeFailure, decode_log_rows, decode_rows};
pub use error::StoreError;
pub use export::{ParquetExport, SpanSink};
pub use exported::ExportedField;
pub use field_type::FieldValue;
pub use index::commit::{IndexBatch, Progress};
pub use index::open::{IndexOptions, Probe, Prober, probe_index};
pub use lifecycle::{
    CompactPolicy, DELETION_TRACES_MAX, Deletion, DeletionRequest, DeletionSubject, DeletionTarget,
    Rederivation, Rederived, Retention, RowChecksum, ServiceAge, StoreChecksums, Upkeep,
};
pub use log_row::{Hints, LogRow};
pub use quarantine::Quarantine;
pub use query::changes::Changes;
pub use query::conversation::ConversationEnds;
pub use query::expr::{
    AttributeOwner, FILTER_BYTES_MAX, FILTER_DEPTH_MAX, FILTER_TERMS_MAX, Field, FieldKind, FilterError,
    KINDS, Literal, Op, PromotedField, STATUSES, SpanExpr, nanos_of_millis,
};
pub use query::filter::{SpanFilter, TimeRange, TraceFilter, WorkflowFilter};
pub use query::groups::{
    GroupCursor, GroupFilter, GroupKind, GroupPage, SessionPosition, SessionTraces, TraceGroup,
};
pub use query::logs::{LogCursor, LogFilter, LogListPage};
pub use query::runs::{RunFilter, Runs};
pub use query::services::ServiceSummary;
pub use query::spans::{SpanCursor, SpanListPage};
pub use query::stats::{
    GROUPINGS_MAX, Percentiles, Ratio, STATS_ROWS_MAX, Stats, StatsQuery, StatsRow, StatsSubject,
    trace_group_fields,
};
pub use query::stats_sql::is_numeric;
pub use query::trace::{TracePage, TracePosition};
pub use query::traces::{TraceCursor, TraceListPage};
pub use query::workflows::{WorkflowListPage, WorkflowRun};
pub use row::{Origin, Place, SpanRow};
pub use scan::{Incomplete, IncompleteReason, ScanOptions};
pub use seal::SealPolicy;
pub use store::{IndexState, SpanStore, StoreOptions, StoreSize};
pub use trace_row::TraceRow;
pub use whole_log::WholeLog;
pub use whole_span::WholeSpan;
