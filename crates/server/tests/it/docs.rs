//! `/docs` and `/openapi.json`.

use crate::harness::TestServer;

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
