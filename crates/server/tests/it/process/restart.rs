//! Stopping and starting again: nothing is lost.

use junjo_test_support::{SpanBuilder, request};

use crate::harness::TestServer;
use crate::telemetry::START;

/// Scenario: the server is stopped and started between export and reading. Guarantee: everything is still there.
#[tokio::test(flavor = "multi_thread")]
async fn restart_keeps_spans_users_and_keys() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let spans = vec![SpanBuilder::new(1, 1, START).build(), SpanBuilder::new(1, 2, START).parent(1).build()];
    server.client(&key).export(&request("shop", spans)).await.unwrap();
    let server = TestServer::start_in(server.stop().await).await;
    server.api.login().await;
    server.client(&key).export(&request("shop", vec![SpanBuilder::new(2, 1, START).build()])).await.unwrap();
    let status = server.api.drained().await;
    assert_eq!(status["accepted_spans"], 3);
    let services = server.api.read("/otel/services").await;
    assert_eq!(services["items"][0]["span_count"], 3);
    assert_eq!(services["items"][0]["trace_count"], 2);
    server.stop().await;
}
