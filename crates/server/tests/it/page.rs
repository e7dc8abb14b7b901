//! The page and its files.

use reqwest::Method;
use serde_json::json;

use crate::harness::TestServer;

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
