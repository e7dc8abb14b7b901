//! The layers around the whole HTTP surface, in the one order in which they work.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::client::{self, ProxyTrust};
use crate::error::{ApiError, ErrorKind};
use crate::{access_log, problem, request_id, security_headers};

/// Wraps the merged routers of all features. From the outside in: request id, caller, access log, security headers, problem
/// documents for bare errors, and a net for panics. Feature layers (sessions, body and time limits, CORS) go inside.
pub fn wrap(router: Router, trust: ProxyTrust) -> Router {
    router
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(from_fn(problem::ensure_problem))
        .layer(from_fn(security_headers::add))
        .layer(from_fn(access_log::log))
        .layer(from_fn_with_state(Arc::new(trust), client::identify))
        .layer(from_fn(request_id::assign))
}

/// Wraps routes with error documents, limits, CORS and counters of their own, such as OTLP/HTTP: request id, the two
/// headers that matter to answers which are no pages, and the net for panics, which answers with `on_panic`. No session, no
/// problem documents, and no log line per request, because telemetry may come as one request a span.
pub fn wrap_foreign(router: Router, on_panic: fn() -> Response) -> Router {
    let net = move |panic: Box<dyn Any + Send>| {
        let (panic, request_id) = (panic_message(panic.as_ref()), request_id::current());
        tracing::error!(panic, request_id, "handler panicked");
        on_panic()
    };
    let (nosniff, no_store) = (HeaderValue::from_static("nosniff"), HeaderValue::from_static("no-store"));
    router
        .layer(CatchPanicLayer::custom(net))
        .layer(SetResponseHeaderLayer::if_not_present(X_CONTENT_TYPE_OPTIONS, nosniff))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, no_store))
        .layer(from_fn(request_id::assign))
}

/// A panic is a bug: it ends one request with a 500, and its message goes to the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic_message(panic.as_ref()).to_owned();
    ApiError::new(ErrorKind::Internal, format!("handler panicked: {message}")).into_response()
}

/// The text of a caught panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("not a text")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use http::{Request, StatusCode};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    /// Scenario: a handler of foreign routes panics, and another one answers. Guarantee: the given answer, an id of the
    /// request on both, and no document of ours.
    #[tokio::test]
    async fn foreign_routes_keep_their_own_answers() {
        let buggy = async || -> &'static str { panic!("internals") };
        let routes =
            Router::new().route("/bug", get(buggy)).route("/no", get(async || StatusCode::BAD_REQUEST));
        let app = wrap_foreign(routes, || StatusCode::SERVICE_UNAVAILABLE.into_response());
        for (path, status) in [("/bug", StatusCode::SERVICE_UNAVAILABLE), ("/no", StatusCode::BAD_REQUEST)] {
            let request = Request::get(path).header("x-request-id", "r-8").body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(
                (response.status(), &response.headers()["x-request-id"]),
                (status, &"r-8".parse().unwrap())
            );
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert!(body.is_empty(), "{path}");
        }
    }

    /// Scenario: a handler panics. Guarantee: that request gets an opaque problem with id and security headers, and the
    /// next request is served.
    #[tokio::test]
    async fn panic_ends_one_request_only() {
        let buggy = async || -> &'static str { panic!("internals") };
        let routes = Router::new().route("/bug", get(buggy)).route("/ok", get(async || "ok"));
        let app = wrap(routes, ProxyTrust::default());
        let request = Request::get("/bug").header("x-request-id", "r-7").body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("r-7") && !body.contains("internals"), "{body}");
        let request = Request::get("/ok").body(Body::empty()).unwrap();
        assert_eq!(app.oneshot(request).await.unwrap().status(), StatusCode::OK);
    }
}
