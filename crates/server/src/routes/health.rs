//! `/ping`, `/health`, `/ready` and `/ready/ingest`: whether the server is alive, how it is, whether everything works, and whether
//! it takes spans. What each promises is said at its handler.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use junjo_span_store::IndexState;
use junjo_wal::AppendError;
use junjo_web::{ApiError, ApiResult, Problems, db};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::OwnState;

/// How long the accounts' database may take for its answer.
const ACCOUNTS_LIMIT: Duration = Duration::from_secs(2);
/// Seconds after which a probe may look again.
const RETRY_SECONDS: u64 = 1;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: a server that answers is alive.
    status: &'static str,
    version: &'static str,
    /// `ok`, `opening`, `rebuilding` (it has only a part of archive and log yet) or `degraded`; spans are acknowledged in any of
    /// them.
    index: &'static str,
    /// Whether spans are acknowledged: `ok`, or why senders are asked to wait: `opening`, `full` (indexing or sealing is
    /// behind), `disk_full`, `failing` (the disk cannot be written).
    #[serde(rename = "log")]
    wal: &'static str,
}

impl Health {
    /// While the stores are being opened.
    pub(crate) fn starting() -> Self {
        Self::new("opening", "opening")
    }

    fn of(state: &OwnState) -> Self {
        let index = match state.store.index_state() {
            IndexState::Ok => "ok",
            IndexState::Opening => "opening",
            IndexState::Rebuilding { .. } | IndexState::ReadingLog { .. } => "rebuilding",
            IndexState::Degraded(_) => "degraded",
        };
        let wal = match state.wal.refusal() {
            _ if !state.receiver.is_open() => "opening",
            None => "ok",
            Some(AppendError::Full { .. }) => "full",
            Some(AppendError::DiskFull { .. }) => "disk_full",
            Some(AppendError::Write { .. } | AppendError::Closed) => "failing",
        };
        Self::new(index, wal)
    }

    fn new(index: &'static str, wal: &'static str) -> Self {
        Self { status: "ok", version: env!("CARGO_PKG_VERSION"), index, wal }
    }
}

/// Answer a ping: the process runs and serves its port.
///
/// It promises nothing of stores. For probes that restart a process that hangs (liveness).
#[utoipa::path(get, path = "/ping", tag = "server", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn ping() -> &'static str {
    "pong"
}

/// Tell how the write-ahead log and the index are.
///
/// Always 200 while the process is alive, whatever it says: for people and alerts, which read the members. `index` is `ok` only
/// when it has everything that the archive and the log held when it was opened.
#[utoipa::path(get, path = "/health", tag = "server", security(()), responses((status = 200, body = Health)))]
pub(crate) async fn health(State(state): State<OwnState>) -> Json<Health> {
    Json(Health::of(&state))
}

/// Tell whether everything works: receiving, signing in and reading.
///
/// 200 when spans are acknowledged, the accounts' database answers, and the index is `ok`; otherwise 503 with what is missing. An
/// index that is made anew takes a while, in which spans are received: where they come over the same route as people, ask
/// `/ready/ingest`.
#[utoipa::path(
    get, path = "/ready", tag = "server", security(()),
    responses((status = 200, body = String, content_type = "text/plain"), Problems)
)]
pub(crate) async fn ready(State(state): State<OwnState>) -> ApiResult<&'static str> {
    receives(&state)?;
    let answers = tokio::time::timeout(ACCOUNTS_LIMIT, db::answers(&state.pool)).await;
    if !matches!(answers, Ok(Ok(()))) {
        return Err(not_ready("the accounts' database does not answer"));
    }
    if state.store.is_whole() { Ok("ready") } else { Err(not_ready("the index is not ready for questions")) }
}

/// Tell whether spans are acknowledged, whatever the index does.
///
/// 200 when an export that is sent now would be stored; 503 while the log is opened, full, or cannot be written. For whoever
/// routes senders here and for container health checks (`junjo-server health` asks this): a server that makes its index anew
/// must not be replaced for it.
#[utoipa::path(
    get, path = "/ready/ingest", tag = "server", security(()),
    responses((status = 200, body = String, content_type = "text/plain"), Problems)
)]
pub(crate) async fn ready_to_ingest(State(state): State<OwnState>) -> ApiResult<&'static str> {
    receives(&state).map(|()| "ready")
}

fn receives(state: &OwnState) -> ApiResult<()> {
    if !state.receiver.is_open() {
        return Err(not_ready("the log is not open yet"));
    }
    if state.wal.refusal().is_some() { Err(not_ready("the log does not take spans now")) } else { Ok(()) }
}

fn not_ready(detail: &'static str) -> ApiError {
    ApiError::unavailable(detail).with_retry_after_seconds(RETRY_SECONDS)
}
