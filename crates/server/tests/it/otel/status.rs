//! `/otel/status`: what has arrived, from whom, and how far it is.

use junjo_test_support::{SpanBuilder, delimited_messages, fixture, request};
use reqwest::Method;
use serde_json::json;

use crate::harness::TestServer;
use crate::telemetry::START;

/// Scenario: two keys send, one of them twice; a program reads with a read key. Guarantee: the status counts requests, items and
/// bytes per key, the latest used first, and shows it to a read key; a changed name or an expiry does not end the counting.
#[tokio::test(flavor = "multi_thread")]
async fn status_counts_per_key() {
    let server = TestServer::start().await;
    let first = server.set_up().await;
    let (_, second) = server.api.post("/api-keys", &json!({"name": "second"})).await;
    let (_, reader) = server.api.post("/api-keys", &json!({"name": "reader", "scope": "read"})).await;
    let spans =
        |count: u64| request("s", (1..=count).map(|id| SpanBuilder::new(1, id, START).build()).collect());
    server.client(&first).export(&spans(1)).await.unwrap();
    let second_key = second["key"].as_str().unwrap();
    for _ in 0..2 {
        server.client(second_key).export(&spans(3)).await.unwrap();
    }
    let nobody = server.api.anonymous();
    let call = nobody.call(Method::GET, "/otel/status");
    let answer = call.bearer_auth(reader["key"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let status: serde_json::Value = answer.json().await.unwrap();
    let keys = status["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "the read key sends nothing");
    assert_eq!(keys[0]["key_id"], second["id"]);
    assert_eq!((keys[0]["requests"].as_u64(), keys[0]["items"].as_u64()), (Some(2), Some(6)));
    assert_eq!((keys[1]["requests"].as_u64(), keys[1]["items"].as_u64()), (Some(1), Some(1)));
    assert!(keys[0]["bytes"].as_u64() > keys[1]["bytes"].as_u64());
    server.stop().await;
}

/// Scenario: a server that has received. Guarantee: status and metrics show each part of the memory with its share, what is
/// reserved now, and that receiving has reserved something.
#[tokio::test(flavor = "multi_thread")]
async fn status_and_metrics_show_who_takes_memory() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let spans = request("s", vec![SpanBuilder::new(1, 1, START).build()]);
    server.client(&key).export(&spans).await.unwrap();
    let status = server.api.read("/otel/status").await;
    let parts = status["memory"].as_array().unwrap();
    let names: Vec<&str> = parts.iter().map(|part| part["part"].as_str().unwrap()).collect();
    assert_eq!(names, ["receive", "index", "seal", "read", "send", "compress"]);
    assert!(parts.iter().all(|part| part["used_bytes"].as_u64() <= part["max_bytes"].as_u64()));
    assert!(parts[0]["peak_bytes"].as_u64().unwrap() > 0);
    let (_, metrics) = server.api.anonymous().get("/metrics").await;
    for part in names {
        let line = format!("junjo_memory_max_bytes{{part=\"{part}\"}}");
        assert!(metrics.as_str().unwrap().contains(&line), "{line}");
    }
    server.stop().await;
}

/// Scenario: metrics and logs are exported with the same key, as older Junjo SDKs do every minute. Guarantee: they are
/// accepted and counted, never refused; logs durably and apart from spans.
#[tokio::test(flavor = "multi_thread")]
async fn export_metrics_and_logs_is_accepted_and_counted() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let client = server.client(&key);
    for message in delimited_messages(&fixture("real_otel-v2.metrics.bin")) {
        client.call("metrics.v1.MetricsService", message.into()).await.unwrap();
    }
    for message in delimited_messages(&fixture("real_otel-v2.logs.bin")) {
        client.call("logs.v1.LogsService", message.into()).await.unwrap();
    }
    let status = server.api.read("/otel/status").await;
    assert!(status["metric_points_received"].as_u64().unwrap() > 0);
    assert!(status["log_records_received"].as_u64().unwrap() > 0);
    assert_eq!(status["accepted_logs"], status["log_records_received"]);
    assert_eq!((&status["accepted_spans"], &status["indexed_spans"]), (&0.into(), &0.into()));
    server.stop().await;
}
