//! Cross-origin rules of the HTTP receiver: browsers send spans from other origins, with a key and never with cookies.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// What a preflight that names no headers is told; otherwise it gets back what it asked for.
const ALLOW_HEADERS: &str =
    "content-type, content-encoding, authorization, x-api-key, x-junjo-api-key, traceparent, tracestate";
/// Seconds for which browsers may remember a preflight; Chromium takes two hours at most.
const MAX_AGE_SECONDS: &str = "7200";

/// Which origins a browser may send telemetry from. Cookies are never allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CorsPolicy {
    /// Any origin: the API key is what protects the receiver.
    #[default]
    AnyOrigin,
    /// These origins only.
    Origins(Vec<String>),
}

/// A text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin like https://app.example.com or http://localhost:3000")]
pub struct InvalidOrigin(String);

impl CorsPolicy {
    /// The policy of a list such as `JUNJO_OTLP_ALLOW_ORIGINS`: an empty one and `*` allow any origin.
    pub fn from_origins<T: AsRef<str>>(origins: &[T]) -> Result<Self, InvalidOrigin> {
        let origins = origins.iter().map(|origin| origin.as_ref().trim()).filter(|origin| !origin.is_empty());
        let mut listed = Vec::new();
        for origin in origins {
            if origin == "*" {
                return Ok(Self::AnyOrigin);
            }
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) || !origin.is_ascii() {
                return Err(InvalidOrigin(origin.to_owned()));
            }
            listed.push(origin.to_ascii_lowercase());
        }
        Ok(if listed.is_empty() { Self::AnyOrigin } else { Self::Origins(listed) })
    }

    /// The value of `access-control-allow-origin` for a request with these headers.
    fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(header::ORIGIN)?;
        match self {
            Self::AnyOrigin => Some(HeaderValue::from_static("*")),
            Self::Origins(origins) => {
                let is_listed = |text: &str| origins.iter().any(|listed| listed.eq_ignore_ascii_case(text));
                origin.to_str().is_ok_and(is_listed).then(|| origin.clone())
            }
        }
    }
}

/// Middleware: answers preflights, and adds the headers to every other answer, errors included.
pub(crate) async fn apply(State(policy): State<CorsPolicy>, request: Request, next: Next) -> Response {
    let allowed = policy.allowed(request.headers());
    let mut response = if request.method() == Method::OPTIONS {
        preflight(request.headers())
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        // without this, scripts cannot see how long to wait
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    }
    response
}

/// Also the answer to an `OPTIONS` that is no preflight.
fn preflight(request: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("POST");
    headers.insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    if request.contains_key(header::ORIGIN) {
        let asked = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        let granted = asked.unwrap_or(HeaderValue::from_static(ALLOW_HEADERS));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, granted);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE_SECONDS));
        headers.append(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: settings as people write them. Guarantee: a policy, or a sentence that shows the faulty part.
    #[test]
    fn from_origins_reads_settings() {
        assert_eq!(CorsPolicy::from_origins::<&str>(&[]), Ok(CorsPolicy::AnyOrigin));
        assert_eq!(CorsPolicy::from_origins(&[""]), Ok(CorsPolicy::AnyOrigin));
        assert_eq!(CorsPolicy::from_origins(&["https://a.example", "*"]), Ok(CorsPolicy::AnyOrigin));
        let listed = CorsPolicy::from_origins(&["https://A.example ", "http://localhost:3000"]);
        let expected = vec!["https://a.example".to_owned(), "http://localhost:3000".to_owned()];
        assert_eq!(listed, Ok(CorsPolicy::Origins(expected)));
        for wrong in
            ["a.example", "https://", "https://a.example/", "https://a.example/x", "https://u@a.example"]
        {
            let error = CorsPolicy::from_origins(&[wrong]).unwrap_err();
            assert!(error.to_string().contains(wrong));
        }
    }
}
