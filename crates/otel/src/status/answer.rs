//! Wire types of the status.

use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use utoipa::ToSchema;

/// Where telemetry is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    /// `ok`, `opening`, `rebuilding` or `degraded`.
    pub(crate) index: String,
    /// Why the index is degraded, or how far it is rebuilt.
    pub(crate) index_detail: Option<String>,
    /// All spans ever acknowledged, durable. Equal to `indexed_spans` means drained.
    pub(crate) accepted_spans: u64,
    /// All spans ever processed, duplicates and quarantined ones included, durable.
    pub(crate) indexed_spans: u64,
    /// Spans that replaced an earlier arrival of the same span, durable.
    pub(crate) duplicate_spans: u64,
    /// Records that could not be decoded and are kept in the quarantine folder.
    pub(crate) quarantined_batches: u64,
    /// All log records ever acknowledged, durable. Equal to `indexed_logs` means drained.
    pub(crate) accepted_logs: u64,
    /// All log records ever processed, duplicates and quarantined ones included, durable.
    pub(crate) indexed_logs: u64,
    /// Log records that arrived again, byte for byte the same, durable.
    pub(crate) duplicate_logs: u64,
    /// Log records received over OTLP since start.
    pub(crate) log_records_received: u64,
    /// Metric data points received since start; counted and discarded.
    pub(crate) metric_points_received: u64,
    pub(crate) wal: WalStatus,
    /// Age of the oldest span or log record that is acknowledged and not queryable yet.
    pub(crate) lag_ms: u64,
    pub(crate) store: IndexSize,
    pub(crate) archive: ArchiveSize,
    pub(crate) upkeep: UpkeepStatus,
    /// Ingestion services in split mode; empty in embedded mode.
    pub(crate) sources: Vec<SourceItem>,
    /// What came in with each API key since start (embedded mode), the latest used first.
    pub(crate) keys: Vec<KeyUseItem>,
    /// Requests that were refused lately, here or by an ingestion service that tells, newest first; equal ones in a row
    /// are counted.
    pub(crate) recent_rejections: Vec<RejectionItem>,
}

/// Merging of archive files, retention and deletion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UpkeepStatus {
    /// When the last round ended; null before the first.
    pub(crate) last_at: Option<String>,
    /// Why the last round did not get through; null when it did. It is tried again.
    pub(crate) last_error: Option<String>,
    /// What it waits for where somebody should know, for example while the clock is not believed; null otherwise.
    pub(crate) note: Option<String>,
    /// Archive files written since start in the place of others: merged, or without what was deleted.
    pub(crate) rewritten_files: u64,
    /// Deletions that are not done.
    pub(crate) pending_deletions: u64,
}

impl From<junjo_span_store::Upkeep> for UpkeepStatus {
    fn from(upkeep: junjo_span_store::Upkeep) -> Self {
        Self {
            last_at: upkeep.last_at_unix_nano.map(rfc3339_nanos),
            last_error: upkeep.last_error,
            note: upkeep.note,
            rewritten_files: upkeep.rewritten_files,
            pending_deletions: upkeep.pending_deletions as u64,
        }
    }
}

/// One ingestion service that is pulled from (split mode).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceItem {
    pub(crate) url: String,
    /// `batches` (our ingestion service), `spans` (Junjo's existing one) or `unknown` (not connected yet).
    pub(crate) mode: String,
    pub(crate) connected: bool,
    /// Spans and log records pulled since start.
    pub(crate) pulled_items: u64,
    /// Batches that wait there; null when the source does not tell.
    pub(crate) waiting_batches: Option<u64>,
    /// Age of what was pulled last while more waits; 0 when nothing waits. Not current while `connected` is false.
    pub(crate) lag_ms: u64,
    pub(crate) last_error: Option<String>,
}

/// The write-ahead log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WalStatus {
    /// Export requests in it.
    pub(crate) batches: u64,
    /// Their compressed bytes.
    pub(crate) bytes: u64,
    /// Bytes of the file, free pages included.
    pub(crate) file_bytes: u64,
    /// Age of the oldest request in it.
    pub(crate) oldest_age_ms: u64,
}

/// The index.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndexSize {
    /// Null while the index is not open.
    pub(crate) spans: Option<u64>,
    /// Null while the index is not open.
    pub(crate) logs: Option<u64>,
    pub(crate) bytes: u64,
}

/// The archive.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArchiveSize {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// Of the files, those that were found missing or damaged since the start: what they hold cannot be shown. The server's
    /// log names them. It falls when a file is put back or no longer listed.
    pub(crate) unreadable_files: u64,
}

/// What came in with one API key since start.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyUseItem {
    /// The key's id, as in `GET /api-keys`.
    pub(crate) key_id: String,
    /// Acknowledged requests.
    pub(crate) requests: u64,
    /// Spans, log records and metric points in them.
    pub(crate) items: u64,
    /// Their bytes, decompressed.
    pub(crate) bytes: u64,
    /// When the last one came.
    pub(crate) last_at: String,
}

/// Refused requests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectionItem {
    /// When the last one came.
    pub(crate) at: String,
    /// `traces`, `logs` or `metrics`.
    pub(crate) signal: String,
    /// `unauthenticated`, `invalid`, `too_large`, `unsupported_content_type`, `unsupported_encoding` or `unavailable`.
    pub(crate) reason: String,
    /// What the client was told.
    pub(crate) detail: String,
    /// How many came in a row.
    pub(crate) count: u64,
    /// The ingestion service that refused them; null when this server did.
    pub(crate) source: Option<String>,
}
