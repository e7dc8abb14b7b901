//! A name for every request: taken from a sane `x-request-id`, else made here; in the response header, in every
//! problem document and in the access log.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries the id, both ways.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest inbound id that is kept; longer ones are replaced.
const REQUEST_ID_CHARS_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The id of one request. Only letters, digits, `-`, `_` and `.`, so it is safe in headers and logs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The inbound id if it is sane, else a new UUID v7.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let inbound = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
        match inbound.filter(|value| is_sane(value)) {
            Some(value) => Self(value.into()),
            None => Self(Uuid::now_v7().to_string().into()),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The id of the request that this task is serving; empty outside of one.
pub fn current() -> String {
    CURRENT.try_with(|id| id.as_str().to_owned()).unwrap_or_default()
}

/// Middleware: the outermost one, so that everything inside it, also other middleware, has an id.
pub async fn assign(mut request: Request, next: Next) -> Response {
    let id = RequestId::from_headers(request.headers());
    request.extensions_mut().insert(id.clone());
    let mut response = CURRENT.scope(id.clone(), next.run(request)).await;
    let value = HeaderValue::from_str(id.as_str()).expect("a request id holds only header-safe characters");
    response.headers_mut().insert(X_REQUEST_ID, value);
    response
}

fn is_sane(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= REQUEST_ID_CHARS_MAX
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::ApiError;

    async fn call(inbound: Option<&str>) -> (String, String) {
        let app = Router::new()
            .route("/", get(|| async { ApiError::not_found("Nothing.") }))
            .layer(axum::middleware::from_fn(assign));
        let mut request = Request::get("/");
        if let Some(inbound) = inbound {
            request = request.header(X_REQUEST_ID, inbound);
        }
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let header = response.headers()[X_REQUEST_ID].to_str().unwrap().to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        (header, body["request_id"].as_str().unwrap().to_owned())
    }

    /// Scenario: a sane inbound id. Guarantee: header and problem carry it.
    #[tokio::test]
    async fn sane_inbound_id_is_kept() {
        assert_eq!(call(Some("abc-1.2_3")).await, ("abc-1.2_3".into(), "abc-1.2_3".into()));
    }

    /// Scenario: no id, a too long one, one with log-breaking characters. Guarantee: a new UUID, the same in both places.
    #[tokio::test]
    async fn missing_or_insane_id_is_replaced() {
        for inbound in [None, Some("x".repeat(65).as_str()), Some("a b\"c")] {
            let (header, body) = call(inbound).await;
            assert_eq!(header, body);
            assert_eq!(Uuid::parse_str(&header).unwrap().get_version_num(), 7);
        }
    }
}
