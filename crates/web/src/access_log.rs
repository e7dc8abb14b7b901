//! One log line and one metric per request, at the edge. It is also the one place that logs an error's causes.
//!
//! It never logs bodies, header values, query strings or unmatched paths: those may hold secrets or break log readers.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;

use crate::problem::ErrorReport;
use crate::request_id;

/// The route of a request that matched none; its path is the caller's text, so it stays out of logs and metrics.
const UNMATCHED: &str = "unmatched";

/// Middleware: add it with `Router::layer`, inside [`request_id::assign`], so that the matched route is known.
pub async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;

    let elapsed = started.elapsed();
    let line = Line {
        method,
        route: route.as_ref().map_or(UNMATCHED, MatchedPath::as_str),
        status: response.status(),
        duration_ms: elapsed.as_secs_f64() * 1e3,
        report: response.extensions().get::<ErrorReport>(),
    };
    line.write();
    metrics::histogram!(
        "http_server_request_duration_seconds",
        "method" => method,
        "route" => line.route.to_owned(),
        "status" => line.status.as_str().to_owned(),
    )
    .record(elapsed.as_secs_f64());
    response
}

/// Methods are the caller's text as well; unknown ones share one name so that they cannot grow the metrics.
fn method_name(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}

struct Line<'a> {
    method: &'static str,
    route: &'a str,
    status: StatusCode,
    duration_ms: f64,
    report: Option<&'a ErrorReport>,
}

impl Line<'_> {
    fn write(&self) {
        let Self { method, route, duration_ms, .. } = *self;
        let status = self.status.as_u16();
        let request_id = request_id::current();
        let kind = self.report.map_or("", |report| report.kind.as_str());
        if self.status.is_server_error() {
            let cause = self.report.map_or("", |report| &report.chain);
            macro_rules! write_failed {
                ($level:ident) => {
                    tracing::$level!(
                        http.request.method = method,
                        http.route = route,
                        http.response.status_code = status,
                        duration_ms,
                        request_id,
                        error.r#type = kind,
                        error.message = cause,
                        "request failed"
                    )
                };
            }
            // "come back later" while the server starts or is full is no fault of it
            if self.status == StatusCode::SERVICE_UNAVAILABLE {
                write_failed!(warn);
            } else {
                write_failed!(error);
            }
        } else {
            tracing::info!(
                http.request.method = method,
                http.route = route,
                http.response.status_code = status,
                duration_ms,
                request_id,
                error.r#type = kind,
                "request"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use parking_lot::Mutex;
    use tower::ServiceExt;

    use super::*;
    use crate::ApiError;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Calls `uri` and returns the log as lines of JSON.
    async fn log_of(uri: &str) -> Vec<serde_json::Value> {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let app = Router::new()
            .route("/item/{id}", get(|| async { "ok" }))
            .route("/fails", get(|| async { ApiError::internal(std::io::Error::other("the disk is gone")) }))
            .route("/later", get(|| async { ApiError::unavailable("the index opens") }))
            .layer(from_fn(log))
            .layer(from_fn(request_id::assign));
        let request = Request::get(uri).header("x-request-id", "r-1").body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap();
        drop(guard);
        let bytes = sink.0.lock().clone();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Scenario: a request with an id in the path and a secret in the query. Guarantee: one line, with the route pattern.
    #[tokio::test]
    async fn one_line_names_the_route_and_nothing_secret() {
        let lines = log_of("/item/42?token=hunter2").await;
        assert_eq!(lines.len(), 1);
        let fields = &lines[0]["fields"];
        assert_eq!(fields["http.route"], "/item/{id}");
        assert_eq!(fields["http.response.status_code"], 200);
        assert_eq!(fields["request_id"], "r-1");
        assert!(!lines[0].to_string().contains("hunter2"));
    }

    /// Scenario: a handler fails with a cause. Guarantee: exactly one line, at error level, with the cause and the id.
    #[tokio::test]
    async fn failure_is_logged_once_with_its_cause() {
        let lines = log_of("/fails").await;
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["level"], "ERROR");
        assert!(lines[0]["fields"]["error.message"].as_str().unwrap().contains("the disk is gone"));
        assert_eq!(lines[0]["fields"]["request_id"], "r-1");
    }

    /// Scenario: a route that asks to come back later. Guarantee: a warning, with its reason.
    #[tokio::test]
    async fn unavailable_is_a_warning() {
        let lines = log_of("/later").await;
        assert_eq!(lines[0]["level"], "WARN");
        assert!(lines[0]["fields"]["error.message"].as_str().unwrap().contains("the index opens"));
    }
}
