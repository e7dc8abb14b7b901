//! `/otel/errors`: failures by kind, and what is decided about them.

use junjo_test_support::{SpanBuilder, request};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::otel::calls::START;

const HOUR: u64 = 3_600_000_000_000;

fn failed(trace: u128, start: u64, message: &str) -> Span {
    Span {
        status: Some(Status { code: 2, message: message.to_owned() }),
        ..SpanBuilder::new(trace, 1, start).build()
    }
}

async fn errors(server: &TestServer, hours: u64) -> Value {
    let (from, to) = (START - HOUR, START + hours * HOUR);
    server.api.read(&format!("/otel/errors?from={from}&to={to}")).await
}

/// Scenario: three failures of which two differ in numbers and ids alone; one kind is muted and opened again, then resolved, and comes
/// back. Guarantee: two kinds with counts, trend and an example, and each state; strangers to the words are refused.
#[tokio::test(flavor = "multi_thread")]
async fn failures_are_counted_by_kind_and_decided_about() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let first = vec![
        failed(1, START, "timeout after 30s for order 'A-1'"),
        failed(2, START + 1, "timeout after 7s for order 'B-22'"),
        failed(3, START + 2, "no such table"),
    ];
    server.client(&key).export(&request("shop", first)).await.unwrap();
    server.api.drained().await;
    let found = errors(&server, 1).await;
    let kind = &found["items"][0];
    assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");
    assert_eq!(kind["message"], "timeout after <n> for order <text>");
    assert_eq!(
        (&kind["count"], &kind["trace_count"], &kind["state"]),
        (&json!(2), &json!(2), &json!("open"))
    );
    assert_eq!(kind["example_trace_id"], format!("{:032x}", 2));
    let trend: i64 = kind["trend"].as_array().unwrap().iter().map(|count| count.as_i64().unwrap()).sum();
    assert_eq!((kind["trend"].as_array().unwrap().len(), trend), (24, 2));
    let path = format!("/otel/errors/{}", kind["fingerprint"].as_str().unwrap());
    let decide = async |state: &str| {
        let call = server.api.call(Method::PATCH, &path).header("content-type", "application/json");
        call.body(json!({"state": state}).to_string()).send().await.unwrap().status().as_u16()
    };
    for (state, shown) in [("muted", "muted"), ("open", "open"), ("resolved", "resolved")] {
        assert_eq!(decide(state).await, 204);
        assert_eq!(errors(&server, 1).await["items"][0]["state"], shown);
    }
    for wrong in ["regressed", "gone"] {
        assert_eq!(decide(wrong).await, 400, "{wrong}");
    }
    // far behind any clock of today
    let again = vec![failed(4, START + 100_000 * HOUR, "timeout after 1s for order 'C'")];
    server.client(&key).export(&request("shop", again)).await.unwrap();
    server.api.drained().await;
    assert_eq!(errors(&server, 1).await["items"][0]["state"], "regressed");
    let filter = format!("filter=error_fingerprint%20%3D%20{}", kind["fingerprint"].as_str().unwrap());
    let traces = server.api.read(&format!("/otel/traces?{filter}")).await;
    assert_eq!(traces["items"].as_array().unwrap().len(), 3);
    server.stop().await;
}
