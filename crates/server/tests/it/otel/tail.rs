//! `/otel/tail`: what is sent live, and after a lost connection.

use std::time::Duration;

use junjo_test_support::{SpanBuilder, request};
use serde_json::{Value, json};

use crate::harness::{PATIENCE, TestServer};
use crate::otel::calls::START;

/// Reads a live tail until it has `count` events; each as (name, id, data).
async fn events(mut response: reqwest::Response, count: usize) -> Vec<(String, String, Value)> {
    let mut text = String::new();
    let reading = async {
        while text.matches("\n\n").count() < count {
            text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the events come");
    let field = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    text.split_terminator("\n\n")
        .filter(|event| event.contains("event:"))
        .map(|event| {
            let data = field(event, "data:").unwrap_or_default();
            let id = field(event, "id:").unwrap_or_default();
            (field(event, "event:").unwrap(), id, serde_json::from_str(&data).unwrap())
        })
        .collect()
}

/// Scenario: a reader of the tail loses its connection, traces arrive, it comes back with the last id; another reader
/// filters. Guarantee: what arrived in between is sent, the filter holds, and the server stops with streams open.
#[tokio::test(flavor = "multi_thread")]
async fn tail_sends_new_traces_and_resumes() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let first = server.api.call(reqwest::Method::GET, "/otel/tail").send().await.unwrap();
    assert_eq!(first.headers()["content-type"], "text/event-stream");
    server.client(&key).export(&request("shop", vec![SpanBuilder::new(1, 1, START).build()])).await.unwrap();
    let seen = events(first, 2).await;
    assert_eq!(seen[0].0, "ready");
    assert_eq!((seen[1].0.as_str(), &seen[1].2["trace_id"]), ("trace", &json!(format!("{:032x}", 1))));
    let spans = vec![SpanBuilder::new(2, 1, START + 1).build(), SpanBuilder::new(3, 1, START + 2).build()];
    server.client(&key).export(&request("bank", spans)).await.unwrap();
    server.api.drained().await;
    let resume = server.api.call(reqwest::Method::GET, "/otel/tail").header("last-event-id", &seen[1].1);
    let resumed = events(resume.send().await.unwrap(), 3).await;
    let ids: Vec<&Value> = resumed[1..].iter().map(|event| &event.2["trace_id"]).collect();
    assert_eq!(ids, [&json!(format!("{:032x}", 2)), &json!(format!("{:032x}", 3))]);
    assert_eq!(resumed[1].1, "", "only the last trace of a record has its id");
    let filtered = server.api.call(reqwest::Method::GET, "/otel/tail?service=bank&last_event_id=0");
    let filtered = events(filtered.send().await.unwrap(), 3).await;
    assert_eq!(filtered[1].2["service"], "bank");
    let refused = server.api.call(reqwest::Method::GET, "/otel/tail").header("last-event-id", "x");
    assert_eq!(refused.send().await.unwrap().status(), 400);
    let open = server.api.call(reqwest::Method::GET, "/otel/tail").send().await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), server.stop())
        .await
        .expect("open streams do not hold up the stop");
    drop(open);
}

/// Scenario: more traces change than one step of the tail sends. Guarantee: the reader is told how many it misses.
#[tokio::test(flavor = "multi_thread")]
async fn tail_too_far_behind_says_how_much_is_missing() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let spans = (1..=501).map(|n| SpanBuilder::new(n, 1, START).build()).collect();
    server.client(&key).export(&request("shop", spans)).await.unwrap();
    server.api.drained().await;
    let behind = server.api.call(reqwest::Method::GET, "/otel/tail?last_event_id=0").send().await.unwrap();
    let seen = events(behind, 2).await;
    assert_eq!((seen[1].0.as_str(), &seen[1].2), ("lag", &json!({"skipped_traces": 501})));
    server.stop().await;
}
