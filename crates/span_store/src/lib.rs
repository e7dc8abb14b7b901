//! The span store: an index (DuckDB) for lists, filters and charts, an archive (Parquet) for whole spans, and queries
//! over both. The only crate that knows DuckDB; neither SQL nor a DuckDB type leaves it.
//!
//! The write-ahead log stays the truth until a record is sealed, then the archive is. The index can always be made
//! again from those two.

mod archive;
mod columns;
mod decode;
mod error;
mod executor;
mod index;
mod payload;
mod quarantine;
mod query;
mod row;
mod seal;
mod store;
#[cfg(test)]
mod tests;
mod trace_row;
mod whole_span;

pub use archive::manifest::{ArchiveFile, Manifest};
pub use archive::reconcile::Reconciled;
pub use decode::{DecodeFailure, decode_rows};
pub use error::StoreError;
pub use index::commit::{IndexBatch, Progress};
pub use index::open::{IndexOptions, Probe, Prober, probe_index};
pub use quarantine::Quarantine;
pub use query::filter::{TimeRange, TraceFilter, WorkflowFilter};
pub use query::runs::{RunFilter, Runs};
pub use query::services::ServiceSummary;
pub use query::trace::{TracePage, TracePosition};
pub use query::traces::{TraceCursor, TraceListPage};
pub use query::workflows::{WorkflowCursor, WorkflowListPage, WorkflowRun};
pub use row::{Place, SpanRow};
pub use seal::SealPolicy;
pub use store::{IndexState, SpanStore, StoreOptions, StoreSize};
pub use trace_row::TraceRow;
pub use whole_span::WholeSpan;
