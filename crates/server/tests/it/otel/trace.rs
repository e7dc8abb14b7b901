//! `/otel/trace/{trace_id}`: one trace with its spans.

use junjo_test_support::{SpanBuilder, request};

use crate::harness::TestServer;
use crate::telemetry::START;

/// Scenario: spans are sealed before they are read. Guarantee: the API answers the same from the archive.
#[tokio::test(flavor = "multi_thread")]
async fn include_payload_returns_whole_spans() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let span = SpanBuilder::new(1, 1, START).with("input.value", "hello").build();
    server.client(&key).export(&request("shop", vec![span])).await.unwrap();
    server.api.drained().await;
    let trace = format!("{:032x}", 1);
    let page = server.api.read(&format!("/otel/trace/{trace}?include=payload")).await;
    assert_eq!(page["spans"][0]["payload"]["attributes"]["input.value"], "hello");
    let plain = server.api.read(&format!("/otel/trace/{trace}")).await;
    assert!(plain["spans"][0].get("payload").is_none());
    server.stop().await;
}
