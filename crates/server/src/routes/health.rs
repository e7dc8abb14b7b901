//! Routes that belong to no feature: `/ping`, `/health`, `/ready`, `/metrics`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use http::{HeaderMap, StatusCode, header};
use junjo_api_keys::{ApiKeys, Scope};
use junjo_ingest::Receiver;
use junjo_span_store::{IndexState, SpanStore};
use junjo_wal::{AppendError, Wal};
use junjo_web::client::ClientInfo;
use junjo_web::{ApiError, ApiResult, Problems};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the routes look at.
#[derive(Clone)]
pub(crate) struct PagesState {
    pub(crate) receiver: Receiver,
    pub(crate) store: SpanStore,
    pub(crate) wal: Wal,
    pub(crate) keys: ApiKeys,
    pub(crate) metrics: PrometheusHandle,
}

pub(crate) fn router(state: PagesState) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(ping))
        .routes(routes!(health))
        .routes(routes!(ready))
        .routes(routes!(metrics))
        .with_state(state)
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`: a server that answers is alive.
    status: &'static str,
    version: &'static str,
    /// `ok`, `opening`, `rebuilding` or `degraded`; spans are acknowledged in any of them.
    index: &'static str,
    /// Whether spans are acknowledged: `ok`, or why senders are asked to wait: `opening`, `full` (indexing or sealing is
    /// behind), `disk_full`, `failing` (the disk cannot be written).
    log: &'static str,
}

/// Answer a ping.
#[utoipa::path(get, path = "/ping", tag = "server", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
async fn ping() -> &'static str {
    "pong"
}

/// Tell that the process is alive, and how its log and its index are.
#[utoipa::path(get, path = "/health", tag = "server", security(()), responses((status = 200, body = Health)))]
async fn health(State(state): State<PagesState>) -> Json<Health> {
    let index = match state.store.index_state() {
        IndexState::Ok => "ok",
        IndexState::Opening => "opening",
        IndexState::Rebuilding { .. } => "rebuilding",
        IndexState::Degraded(_) => "degraded",
    };
    let log = match state.wal.refusal() {
        _ if !state.receiver.is_open() => "opening",
        None => "ok",
        Some(AppendError::Full { .. }) => "full",
        Some(AppendError::DiskFull { .. }) => "disk_full",
        Some(AppendError::Write { .. } | AppendError::Closed) => "failing",
    };
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION"), index, log })
}

/// Tell whether spans are acknowledged.
#[utoipa::path(
    get, path = "/ready", tag = "server", security(()),
    responses((status = 200, body = String, content_type = "text/plain"), Problems)
)]
async fn ready(State(state): State<PagesState>) -> ApiResult<&'static str> {
    if state.receiver.is_open() { Ok("ready") } else { Err(ApiError::unavailable("the log is not open yet")) }
}

/// Read the server's own metrics, in Prometheus' text format. Off loopback this needs a read key.
#[utoipa::path(
    get, path = "/metrics", tag = "server", security((), ("read_key" = ["read"])),
    responses((status = 200, body = String, content_type = "text/plain"), Problems)
)]
async fn metrics(
    State(state): State<PagesState>,
    client: Option<Extension<ClientInfo>>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    // a proxy on this machine that nobody told us about (JUNJO_TRUSTED_PROXIES) makes everybody look local
    let is_local = client.is_some_and(|Extension(client)| client.ip.is_loopback())
        && !headers.contains_key("x-forwarded-for")
        && !headers.contains_key(header::FORWARDED);
    if !is_local {
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        state
            .keys
            .check(key, Scope::Read)
            .await
            .map_err(|_| ApiError::unauthenticated("send a read key as authorization: Bearer"))?;
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((StatusCode::OK, kind, state.metrics.render()).into_response())
}
