//! The HTTP surface: every feature's routes, the page, and the layers around them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use junjo_ingest::{CorsPolicy, Receiver};
use junjo_web::client::ProxyTrust;
use junjo_web::{ApiError, NothingHere, edge, query};
use tower::ServiceExt as _;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use utoipa_axum::router::OpenApiRouter;

use crate::compression::{self, Encoders};
use crate::cors;
use crate::document;
use crate::page;
use crate::routes::Health;

/// Bodies of the REST API: forms and settings, never telemetry.
const BODY_BYTES_MAX: usize = 1 << 20;
/// Longest pause of a client in the middle of a body; then it is told that its body broke off.
const BODY_PAUSE_MAX: Duration = Duration::from_secs(10);
/// A request that takes longer is answered with 503 and its query is interrupted.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);

/// What the layers need to know.
pub(crate) struct Surface {
    pub(crate) trust: ProxyTrust,
    pub(crate) allow_origins: Vec<String>,
    /// OTLP/HTTP, which has limits, errors and CORS of its own and knows no session.
    pub(crate) otlp: Router,
}

/// Every route of the REST API with its description and the page. A parameter that an operation does not describe is refused.
/// Answers are compressed by `encoders`; what is in the program is not: it comes compressed, or is sent as it is.
pub(crate) fn api(routes: OpenApiRouter, encoders: Encoders) -> Router {
    let (routes, document) = routes.split_for_parts();
    let routes = query::declared(routes, &document).merge(document::described(&document));
    let routes = routes.layer(from_fn_with_state(encoders, compression::compress));
    routes.merge(document::browsable()).fallback(page_or_missing)
}

/// The complete router of the main port: `api`, which knows who is asking, with the layers around it.
pub(crate) fn router(api: Router, surface: Surface) -> Router {
    let inner = api
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME_MAX));
    let inner = cors::wrap(inner, &surface.allow_origins);
    surface.otlp.merge(edge::wrap(inner, surface.trust))
}

/// OTLP/HTTP with what every answer of this process has. It needs no store: until there is one, the receiver answers that
/// clients should try again.
pub(crate) fn otlp(receiver: Receiver, allow_origins: &[String]) -> anyhow::Result<Router> {
    let policy =
        CorsPolicy::from_origins(allow_origins).context("JUNJO_OTLP_ALLOW_ORIGINS cannot be used")?;
    Ok(edge::wrap_foreign(junjo_ingest::http_router(receiver, policy), junjo_ingest::panic_answer))
}

/// The main port from the moment it is bound: `starting` until `open` has the complete router.
pub(crate) fn gate(starting: Router, open: Arc<OnceLock<Router>>) -> Router {
    let choose = async move |request: Request| {
        let router = open.get().unwrap_or(&starting).clone();
        match router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    Router::new().fallback(choose)
}

/// What the main port serves while the stores are being opened: it is alive, and it says to try again.
pub(crate) fn starting(otlp: Router, trust: ProxyTrust) -> Router {
    let routes = Router::new()
        .route("/ping", get(async || "pong"))
        .route("/health", get(async || Json(Health::starting())))
        .fallback(async || ApiError::unavailable("the server is starting: try again"));
    otlp.merge(edge::wrap(routes, trust))
}

/// Anything that no API route takes: a file of the page, the page itself for browsers, or 404.
async fn page_or_missing(request: Request) -> Response {
    let path = request.uri().path();
    page::respond(request.method(), path, request.headers()).unwrap_or_else(|| {
        NothingHere::mark(
            ApiError::not_found("there is nothing at this address; /docs lists the API").into_response(),
        )
    })
}
