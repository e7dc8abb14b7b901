//! `/ping`, `/ready`, `/health` and `/metrics`.

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
