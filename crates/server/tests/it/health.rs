//! `/ping`, `/ready`, `/health` and `/metrics`.

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

/// Scenario: a server with a public URL, or with trusted proxies, is asked for its metrics from this machine, where a proxy may
/// stand that says nothing about whom it asks for. Guarantee: 401 without a read key, 200 with one.
#[tokio::test(flavor = "multi_thread")]
async fn metrics_need_a_key_behind_a_proxy() {
    for setting in ["--public-url=http://junjo.example", "--trusted-proxies=192.0.2.1"] {
        let server = TestServer::start_with(tempfile::tempdir().unwrap(), &[setting]).await;
        server.api.register().await;
        let key = json!({"name": "scraper", "scope": "read"});
        let (status, key) = server.api.post("/api-keys", &key).await;
        assert_eq!(status, 201, "{key}");
        let anonymous = server.api.anonymous();
        assert_eq!(anonymous.get("/metrics").await.0, 401, "{setting}");
        let with_key = anonymous.call(Method::GET, "/metrics").bearer_auth(key["key"].as_str().unwrap());
        assert_eq!(with_key.send().await.unwrap().status(), 200, "{setting}");
        server.stop().await;
    }
}

/// Scenario: a page on one of the ports where pages are developed writes with the cookie, on servers with and without a
/// public URL, and with the page's origin allowed. Guarantee: a public URL leaves only what is allowed.
#[tokio::test(flavor = "multi_thread")]
async fn development_pages_have_no_rights_with_a_public_url() {
    let public = "--public-url=http://junjo.example";
    for (settings, status) in [
        (vec![], 201),
        (vec![public], 403),
        (vec![public, "--allow-origins=http://localhost:5151"], 201),
        (vec!["--allow-origins=http://localhost:7000"], 403),
    ] {
        let server = TestServer::start_with(tempfile::tempdir().unwrap(), &settings).await;
        server.api.register().await;
        let origin = "http://localhost:5151";
        let request = server.api.call(Method::POST, "/api-keys").header("origin", origin);
        let request = request.header("content-type", "application/json").body("{\"name\": \"page\"}");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{settings:?}");
        let preflight = server.api.call(Method::OPTIONS, "/api-keys").header("origin", origin);
        let allowed = preflight.header("access-control-request-method", "POST").send().await.unwrap();
        let allowed =
            allowed.headers().get("access-control-allow-origin").is_some_and(|allowed| allowed == origin);
        assert_eq!(allowed, status == 201, "{settings:?}");
        server.stop().await;
    }
}
