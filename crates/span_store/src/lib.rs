//! The span store: an index (DuckDB) for lists, filters and charts, an archive (Parquet) for whole spans, and queries
//! over both. The only crate that knows our DuckDB files; neither SQL nor a DuckDB type leaves it.
//!
//! The write-ahead log stays the truth until a record is sealed, then the archive is. The index can always be made
//! again from those two.

mod archive;
mod budget;
mod catalog;
mod columns;
mod data_dir;
mod dataset;
mod day;
mod decode;
mod error;
mod export;
mod exported;
mod field_type;
mod filter;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod index;
mod log_columns;
mod log_row;
mod long_work;
mod open;
mod parsed_log;
mod parsed_span;
mod pieces;
mod probe;
mod progress;
mod promoted;
mod quarantine;
mod query;
mod reading;
mod rebuild;
mod room;
mod row;
mod scan;
mod seal;
mod starts;
mod store;
mod store_options;
#[cfg(test)]
mod tests;
mod trace_row;
mod turns;
mod upkeep;
mod whole_log;
mod whole_span;

pub use archive::reconcile::Reconciled;
pub use catalog::ages::ServiceAge;
pub use catalog::deletions::{Deletion, DeletionRequest, DeletionTarget};
pub use catalog::failure_states::{Decision, FailureState};
pub use catalog::file::ArchiveFile;
pub use catalog::handle::Catalog;
pub use data_dir::DataDir;
pub use dataset::Dataset;
pub use decode::{DecodeFailure, decode_log_rows, decode_rows};
pub use error::StoreError;
pub use export::{ParquetExport, SpanSink};
pub use exported::ExportedField;
pub use field_type::FieldValue;
pub use filter::expr::{
    AttributeOwner, FILTER_BYTES_MAX, FILTER_DEPTH_MAX, FILTER_TERMS_MAX, Field, FieldKind, FilterError,
    KINDS, Literal, Op, PromotedField, SpanExpr, nanos_of_millis,
};
pub use filter::runs::{RunFilter, RunKinds};
pub use filter::spans::SpanFilter;
pub use filter::time::TimeRange;
pub use filter::traces::TraceFilter;
pub use index::batch::IndexBatch;
pub use index::options::{IndexOptions, IndexState};
pub use index::probe::{Probe, Prober, probe_index};
pub use index::settle::Settled;
pub use log_row::{Hints, LogRow};
pub use open::{EngineLimits, StorageOptions, Stores, open};
pub use parsed_log::ParsedLog;
pub use parsed_span::ParsedSpan;
pub use pieces::{Indexed, Pieces};
pub use probe::probe;
pub use progress::{Progress, Within};
pub use quarantine::Quarantine;
pub use query::changes::Changes;
pub use query::comparisons::{Comparable, Comparables};
pub use query::conversation::ConversationEnds;
pub use query::failures::{FailureFilter, FailureGroup, TREND_BUCKETS};
pub use query::group::{GroupCursor, GroupFilter, GroupKind};
pub use query::groups::{ConversationPosition, ConversationTraces, GroupPage, TraceGroup};
pub use query::logs::{LogCursor, LogFilter, LogListPage};
pub use query::newest_of::Beginning;
pub use query::order::{Direction, Order, OrderBy, RunOrderBy};
pub use query::ordered::OrderedCursor;
pub use query::ordered_lists::OrderedPage;
pub use query::overlay::{OverlayFilter, OverlayRuns};
pub use query::page::ListPage;
pub use query::runs::{RunPage, RunRow, TraceVersion};
pub use query::services::ServiceSummary;
pub use query::spans::{SpanCursor, SpanListPage};
pub use query::stats::{
    GROUPINGS_MAX, Percentiles, Ratio, STATS_ROWS_MAX, Stats, StatsQuery, StatsRow, StatsSubject,
    trace_group_fields,
};
pub use query::stats_sql::is_numeric;
pub use query::trace::{TracePage, TracePosition};
pub use query::traces::{TraceCursor, TraceListPage};
pub use reading::Reading;
pub use row::{Origin, Place, SpanRow};
pub use scan::incomplete::{Incomplete, IncompleteReason};
pub use scan::options::ScanOptions;
pub use seal::plan::SealPolicy;
pub use starts::Starts;
pub use store::SpanStore;
pub use store_options::{StoreOptions, StoreSize};
pub use trace_row::TraceRow;
pub use upkeep::checksum::{RowChecksum, StoreChecksums};
pub use upkeep::compact::CompactPolicy;
pub use upkeep::rederive::{Rederivation, Rederived};
pub use upkeep::requests::DeletionSubject;
pub use upkeep::retention::Retention;
pub use upkeep::state::Upkeep;
pub use upkeep::trust::Moment;
pub use whole_log::WholeLog;
pub use whole_span::WholeSpan;
