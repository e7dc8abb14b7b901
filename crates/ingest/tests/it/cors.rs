//! Browsers of other origins.

use http::{Method, StatusCode};
use junjo_ingest::{CorsPolicy, http_router};

use crate::harness::{Answer, JSON, KEY, TestReceiver, send};

const ORIGIN: &str = "https://app.example";

async fn preflight(server: &TestReceiver, headers: &[(&str, &str)]) -> Answer {
    send(&server.router, Method::OPTIONS, "/v1/traces", headers, "").await
}

/// Scenario: a preflight with custom headers, without a key. Guarantee: 204 that grants what was asked for, to any origin,
/// without credentials.
#[tokio::test]
async fn preflight_grants_what_is_asked() {
    let server = TestReceiver::open();
    let asked = "content-type,x-api-key,traceparent,x-custom";
    let headers = [
        ("origin", ORIGIN),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", asked),
    ];
    let answer = preflight(&server, &headers).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::NO_CONTENT, 0));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(answer.header("access-control-allow-headers"), Some(asked));
    assert_eq!(answer.header("access-control-max-age"), Some("7200"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answer = preflight(&server, &headers[..2]).await;
    assert!(answer.header("access-control-allow-headers").unwrap().contains("x-junjo-api-key"));
}

/// Scenario: an accepted and several refused requests from a browser. Guarantee: each answer can be read by the page, and
/// so can the time to wait.
#[tokio::test]
async fn answers_carry_the_headers() {
    let server = TestReceiver::open();
    for (path, key, expected) in [
        ("/v1/traces", KEY, 200),
        ("/v1/traces", "wrong", 401),
        ("/v1/traces", "outage", 503),
        ("/v1/nope", KEY, 404),
    ] {
        let headers = [("origin", ORIGIN), ("x-api-key", key), ("content-type", JSON)];
        let answer = server.post_with(path, &headers, "{}").await;
        assert_eq!(answer.status.as_u16(), expected);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{expected}");
        assert_eq!(answer.header("access-control-expose-headers"), Some("retry-after"));
    }
    let answer = server.post("/v1/traces", JSON, "{}").await;
    assert_eq!(answer.header("access-control-allow-origin"), None, "no browser, no header");
}

/// Scenario: a list of origins. Guarantee: only those are granted, caches are told that the answer depends on the origin.
#[tokio::test]
async fn listed_origins_only() {
    let server = TestReceiver::open();
    let policy = CorsPolicy::from_origins(&["https://app.example", "http://localhost:3000"]).unwrap();
    let router = http_router(server.receiver.clone(), policy);
    for (origin, expected) in [(ORIGIN, Some(ORIGIN)), ("https://evil.example", None), ("null", None)] {
        let headers = [("origin", origin), ("x-api-key", KEY), ("content-type", JSON)];
        for method in [Method::OPTIONS, Method::POST] {
            let answer = send(&router, method, "/v1/traces", &headers, "{}").await;
            assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
            assert!(answer.headers.get_all("vary").iter().any(|value| value == "origin"));
        }
    }
}
