//! Answers that would be larger than the memory for reading.

use std::collections::BTreeSet;

use junjo_test_support::{SpanBuilder, eventually, request};
use reqwest::Method;
use serde_json::Value;

use crate::harness::{PATIENCE, TestServer};
use crate::telemetry::{START, drained, record, send_logs};

/// Most bytes of a page with this much memory.
const PAGE_BYTES: usize = 16 << 20;

async fn started() -> (TestServer, String) {
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &["--memory-limit=1G"]).await;
    let key = server.set_up().await;
    (server, key)
}

/// Bytes that are counted as read, `used` now or at the `peak`.
async fn counted(server: &TestServer, what: &str) -> usize {
    let (_, metrics) = server.api.get("/metrics").await;
    let start = format!("junjo_memory_{what}_bytes{{part=\"read\"}} ");
    let found = metrics.as_str().unwrap().lines().find_map(|line| line.strip_prefix(&start)?.parse().ok());
    found.expect("the metric is there")
}

/// Whatever was read is given back when it is sent.
async fn given_back(server: &TestServer) {
    let nothing = || async { (counted(server, "used").await == 0).then_some(()) };
    eventually("giving back what was read", PATIENCE, nothing).await;
}

/// Scenario: a page of 500 log records is asked for, of which each has a megabyte. Guarantee: pages are as large as they may be
/// and say that they ended early, and all of them together have every record once.
#[tokio::test(flavor = "multi_thread")]
async fn log_pages_end_before_they_are_large() {
    let (server, key) = started().await;
    let client = server.client(&key);
    for number in 0..40 {
        send_logs(&client, vec![record(number, &format!("{number} {}", "x".repeat(1_000_000)))]).await;
    }
    drained(&server.api).await;
    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = server.api.read(&format!("/otel/logs?limit=500{cursor}")).await;
        let items = page["items"].as_array().unwrap();
        let bytes: usize = items.iter().map(|item| item["body"].as_str().unwrap().len()).sum();
        assert!((1_000_000..=PAGE_BYTES).contains(&bytes), "{bytes}");
        seen.extend(items.iter().map(|item| item["time_unix_nano"].to_string()));
        assert_eq!(page["stopped_early"], !page["next_cursor"].is_null());
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (40, 40));
    assert_eq!(pages, 3);
    // a page while it is read, and the same once more while it is written
    let peak = counted(&server, "peak").await;
    assert!((PAGE_BYTES..3 * PAGE_BYTES).contains(&peak), "{peak}");
    given_back(&server).await;
    server.stop().await;
}

/// Scenario: a trace of 60 spans with 400 KB each is asked for with their payload. Guarantee: the first ones have it, up to the
/// limit, the others are there without it, and each of these can be read by itself.
#[tokio::test(flavor = "multi_thread")]
async fn payload_of_a_trace_ends_at_its_limit() {
    let (server, key) = started().await;
    let big = "x".repeat(400_000);
    let spans = (1..=60).map(|n| SpanBuilder::new(1, n, START + n).with("input.value", &big).build());
    server.client(&key).export(&request("shop", spans.collect())).await.unwrap();
    drained(&server.api).await;
    let trace = format!("{:032x}", 1);
    let page = server.api.read(&format!("/otel/trace/{trace}?include=payload")).await;
    let spans = page["spans"].as_array().unwrap();
    let with_payload = spans.iter().take_while(|span| !span["payload"].is_null()).count();
    assert_eq!((spans.len(), with_payload), (60, PAGE_BYTES / 400_300));
    assert!(spans[with_payload..].iter().all(|span| span["payload"].is_null()));
    let id = spans[59]["span_id"].as_str().unwrap();
    let span = server.api.read(&format!("/otel/spans/{trace}/{id}")).await;
    assert_eq!(span["attributes"]["input.value"], Value::from(big));
    let peak = counted(&server, "peak").await;
    assert!((PAGE_BYTES..3 * PAGE_BYTES).contains(&peak), "{peak}");
    given_back(&server).await;
    server.stop().await;
}

/// Scenario: one reader after the other asks for a span of 30 MB and reads nothing of the answer, until one is refused; then they
/// go away. Guarantee: the first is answered, one of the first ten is told to come back, and afterwards everybody is answered again.
#[tokio::test(flavor = "multi_thread")]
async fn stalled_readers_take_no_more_than_there_is() {
    let (server, key) = started().await;
    let big = "x".repeat(30_000_000);
    let span = SpanBuilder::new(1, 1, START).with("input.value", &big).build();
    server.client(&key).export(&request("shop", vec![span])).await.unwrap();
    drained(&server.api).await;
    let path = format!("/otel/spans/{:032x}/{:016x}", 1, 1);
    let ask = || server.api.call(Method::GET, &path).header("accept-encoding", "identity").send();
    let (mut answered, mut refused) = (Vec::new(), None);
    while answered.len() < 10 && refused.is_none() {
        let answer = ask().await.unwrap();
        if answer.status() == 200 { answered.push(answer) } else { refused = Some(answer) }
    }
    assert!(!answered.is_empty());
    let refused = refused.unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    drop(answered);
    let text = eventually("an answer", PATIENCE, || async {
        let answer = ask().await.unwrap();
        if answer.status() == 200 { Some(answer.text().await.unwrap()) } else { None }
    })
    .await;
    let span: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(span["attributes"]["input.value"].as_str().map(str::len), Some(big.len()));
    given_back(&server).await;
    server.stop().await;
}
