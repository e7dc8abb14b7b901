//! `/ping`, `/health` and `/ready`: whether the server is alive, how it is, and whether it takes spans.

use axum::Json;
use axum::extract::State;
use junjo_span_store::IndexState;
use junjo_wal::AppendError;
use junjo_web::{ApiError, ApiResult, Problems};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::OwnState;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: a server that answers is alive.
    status: &'static str,
    version: &'static str,
    /// `ok`, `opening`, `rebuilding` or `degraded`; spans are acknowledged in any of them.
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
            IndexState::Rebuilding { .. } => "rebuilding",
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

/// Answer a ping.
#[utoipa::path(get, path = "/ping", tag = "server", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn ping() -> &'static str {
    "pong"
}

/// Tell that the process is alive, and how its write-ahead log and its index are.
#[utoipa::path(get, path = "/health", tag = "server", security(()), responses((status = 200, body = Health)))]
pub(crate) async fn health(State(state): State<OwnState>) -> Json<Health> {
    Json(Health::of(&state))
}

/// Tell whether spans are acknowledged.
#[utoipa::path(
    get, path = "/ready", tag = "server", security(()),
    responses((status = 200, body = String, content_type = "text/plain"), Problems)
)]
pub(crate) async fn ready(State(state): State<OwnState>) -> ApiResult<&'static str> {
    if state.receiver.is_open() { Ok("ready") } else { Err(ApiError::unavailable("the log is not open yet")) }
}
