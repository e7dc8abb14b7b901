//! What the routes of no feature look at.

use junjo_ingest::Receiver;
use junjo_span_store::SpanStore;
use junjo_wal::Wal;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::SqlitePool;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct OwnState {
    pub(crate) receiver: Receiver,
    pub(crate) store: SpanStore,
    pub(crate) wal: Wal,
    /// `app.db`
    pub(crate) pool: SqlitePool,
    pub(crate) metrics: PrometheusHandle,
}
