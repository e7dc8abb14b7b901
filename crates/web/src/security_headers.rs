//! Response headers that make browsers refuse what we never do. A header that a handler set itself is kept.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

use crate::client::ClientInfo;

/// Scripts, workers, fonts and requests from our own origin only. Inline styles are allowed because the component and
/// editor libraries of the UI insert `<style>` elements at run time; inline scripts are not.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; \
    font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// Browser features that the UI never uses; the clipboard stays available for copy buttons.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// A year: long enough to matter, and it ends if the operator gives up TLS.
const HSTS: &str = "max-age=31536000";

const ALWAYS: [(HeaderName, HeaderValue); 8] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    // answers hold telemetry and accounts; what may be cached (UI assets) says so itself
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Middleware: adds the headers; HSTS only when the effective scheme is https, so it must run inside
/// [`crate::client::identify`].
pub async fn add(request: Request, next: Next) -> Response {
    let is_https = ClientInfo::of(request.extensions()).is_https;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if is_https {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(HSTS));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::client::{ProxyTrust, PublicUrl, identify};

    async fn headers_for(public_url: &str) -> http::HeaderMap {
        let trust =
            ProxyTrust { public_url: Some(PublicUrl::parse(public_url).unwrap()), trusted_proxies: vec![] };
        let app = Router::new()
            .route("/", get(|| async { ([(CACHE_CONTROL, "immutable")], "ok") }))
            .layer(from_fn(add))
            .layer(from_fn_with_state(Arc::new(trust), identify));
        let request = Request::get("/").body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap().headers().clone()
    }

    /// Scenario: the same page over http and https. Guarantee: HSTS only over https; the rest always.
    #[tokio::test]
    async fn hsts_follows_the_scheme() {
        let plain = headers_for("http://localhost:1324").await;
        let secure = headers_for("https://junjo.example").await;
        assert!(!plain.contains_key(STRICT_TRANSPORT_SECURITY));
        assert!(secure.contains_key(STRICT_TRANSPORT_SECURITY));
        for headers in [plain, secure] {
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self';"),
                "{policy}"
            );
        }
    }

    /// Scenario: a handler sets its own cache-control. Guarantee: it is kept.
    #[tokio::test]
    async fn handler_headers_win() {
        assert_eq!(headers_for("http://localhost").await[CACHE_CONTROL], "immutable");
    }
}
