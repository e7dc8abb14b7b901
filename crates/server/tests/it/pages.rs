//! Routes of no feature, and who may read what.

use reqwest::Method;
use serde_json::json;

use crate::harness::TestServer;

/// Scenario: a container's probes and a metrics scraper on the same machine. Guarantee: they need no credentials.
#[tokio::test(flavor = "multi_thread")]
async fn probes_answer_without_credentials() {
    let server = TestServer::start().await;
    let anonymous = server.api.anonymous();
    assert_eq!(anonymous.get("/ping").await, (200, json!("pong")));
    assert_eq!(anonymous.get("/ready").await.0, 200);
    let (status, health) = anonymous.get("/health").await;
    assert_eq!((status, &health["status"]), (200, &json!("ok")));
    let (status, metrics) = anonymous.get("/metrics").await;
    assert_eq!(status, 200);
    assert!(metrics.is_string());
    server.stop().await;
}

/// Scenario: a browser asks for the page, an unknown page address and a missing file. Guarantee: the page (or the
/// hint how to build it) for navigation, 404 problem for anything else; security headers on all.
#[tokio::test(flavor = "multi_thread")]
async fn page_addresses_get_the_page_and_security_headers() {
    let server = TestServer::start().await;
    for path in ["/", "/traces/anything"] {
        let response = server.api.call(Method::GET, path).header("accept", "text/html").send().await.unwrap();
        assert!(matches!(response.status().as_u16(), 200 | 404));
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        let text = response.text().await.unwrap();
        assert!(text.contains("<html") || text.contains("make run"), "{text}");
    }
    let (status, problem) = server.api.get("/assets/missing.js").await;
    assert_eq!((status, &problem["status"]), (404, &json!(404)));
    server.stop().await;
}

/// Scenario: somebody opens the documentation. Guarantee: it loads from this server alone, and the document lists
/// every feature.
#[tokio::test(flavor = "multi_thread")]
async fn docs_are_served_from_the_binary() {
    let server = TestServer::start().await;
    let (status, html) = server.api.get("/docs/").await;
    assert_eq!(status, 200);
    assert!(!html.as_str().unwrap().contains("https://"), "no assets from other hosts");
    let document = server.api.read("/openapi.json").await;
    for path in ["/otel/traces", "/auth/login", "/api-keys", "/health"] {
        assert!(document["paths"][path].is_object(), "{path} is documented");
    }
    server.stop().await;
}
