//! `/metrics`: the server's own numbers.

use std::sync::OnceLock;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use junjo_auth::ReadKeys;
use junjo_web::client::ClientInfo;
use junjo_web::{ApiError, ApiResult, Problems};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::state::OwnState;

/// Read the server's own metrics, in Prometheus' text format. Off loopback this needs a read key.
#[utoipa::path(
    get, path = "/metrics", tag = "server", security((), ("read_key" = ["read"])),
    responses((status = 200, body = String, content_type = "text/plain"), Problems)
)]
pub(crate) async fn metrics(
    State(state): State<OwnState>,
    client: Option<Extension<ClientInfo>>,
    keys: Option<Extension<ReadKeys>>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    // a proxy on this machine that nobody told us about (JUNJO_TRUSTED_PROXIES) makes everybody look local
    let is_local = client.is_some_and(|Extension(client)| client.ip.is_loopback())
        && !headers.contains_key("x-forwarded-for")
        && !headers.contains_key(header::FORWARDED);
    if !is_local {
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let refused = || ApiError::unauthenticated("send a read key as authorization: Bearer");
        let Extension(keys) = keys.ok_or_else(refused)?;
        keys.check(key).await.map_err(|_| refused())?;
    }
    for usage in state.memory.usage() {
        let part = usage.part.as_str();
        metrics::gauge!("junjo_memory_used_bytes", "part" => part).set(usage.used_bytes as f64);
        metrics::gauge!("junjo_memory_peak_bytes", "part" => part).set(usage.peak_bytes as f64);
        metrics::gauge!("junjo_memory_max_bytes", "part" => part).set(usage.max_bytes as f64);
        metrics::counter!("junjo_memory_refused_total", "part" => part).absolute(usage.refused);
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((StatusCode::OK, kind, state.metrics.render()).into_response())
}

/// The process-wide recorder; a second server in the same process (tests) shares it.
pub(crate) fn metrics_handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed; /metrics stays empty");
            }
            handle
        })
        .clone()
}
