//! Statistics, sessions, users and the live tail over the API: what they count, and that they count it once.

use std::time::Duration;

use junjo_test_support::{SpanBuilder, request, text};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as OtlpValue};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Value, json};

use crate::harness::{PATIENCE, TestServer};

/// 2026-01-02T03:00:00Z
pub(crate) const START: u64 = 1_767_322_800_000_000_000;
const HOUR: u64 = 3_600_000_000_000;

fn int(key: &str, value: i64) -> KeyValue {
    let value = AnyValue { value: Some(OtlpValue::IntValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

/// A model call with usage, in a session of a user.
fn call(trace: u128, span: u64, start: u64, millis: u64) -> Span {
    let mut built = SpanBuilder::new(trace, span, start)
        .with("gen_ai.operation.name", "chat")
        .with("gen_ai.request.model", "model-a")
        .with("gen_ai.conversation.id", "s-1")
        .with("user.id", "u-1")
        .build();
    built.attributes.extend([int("gen_ai.usage.input_tokens", 100), int("gen_ai.usage.output_tokens", 10)]);
    built.attributes.push(text(
        "gen_ai.input.messages",
        &json!([{"role": "user", "parts": [{"type": "text", "content": format!("question {trace}")}]}])
            .to_string(),
    ));
    built.attributes.push(text(
        "gen_ai.output.messages",
        &json!([{"role": "assistant", "parts": [{"type": "text", "content": format!("answer {trace}")}]}])
            .to_string(),
    ));
    built.end_time_unix_nano = start + millis * 1_000_000;
    built
}

fn failed(mut span: Span) -> Span {
    span.status = Some(Status { code: 2, message: "boom".to_owned() });
    span
}

/// A server with calls of 1 to 100 ms in one hour, a wrapped call, and a failure in the next hour.
async fn server() -> TestServer {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let mut spans: Vec<Span> =
        (1..=100).map(|n| call(n, 1, START + u64::try_from(n).unwrap(), u64::try_from(n).unwrap())).collect();
    // a wrapper that repeats its child's usage
    spans.push(call(201, 1, START + HOUR, 50));
    let mut child = call(201, 2, START + HOUR + 1, 40);
    child.parent_span_id = 1_u64.to_be_bytes().to_vec();
    spans.push(child);
    spans.push(failed(SpanBuilder::new(202, 1, START + HOUR + 2).with("error.type", "timeout").build()));
    server.client(&key).export(&request("shop", spans)).await.unwrap();
    server.api.drained().await;
    server
}

const RANGE: &str = "from=2026-01-02T03:00:00Z&to=2026-01-02T05:00:00Z";

/// Scenario: a known distribution over two hours. Guarantee: exact percentiles an hour, and usage that a wrapper
/// repeats counted once.
#[tokio::test(flavor = "multi_thread")]
async fn stats_per_hour_are_exact() {
    let server = server().await;
    let stats = server.api.read(&format!("/otel/stats?interval=1h&{RANGE}")).await;
    let items = stats["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let first = &items[0];
    assert_eq!(first["start_time"], "2026-01-02T03:00:00.000000000Z");
    assert_eq!((&first["count"], &first["error_count"]), (&json!(100), &json!(0)));
    for (rank, expected) in [("mean", 50.5), ("p50", 50.5), ("p90", 90.1), ("p95", 95.05), ("p99", 99.01)] {
        let millis = first["duration_ms"][rank].as_f64().unwrap();
        assert!((millis - expected).abs() < 1e-6, "{rank}: {millis}");
    }
    assert_eq!((&first["llm_call_count"], &first["input_tokens"]), (&json!(100), &json!(10_000)));
    assert_eq!(first["unpriced_calls"], 100);
    assert_eq!((&first["cost_usd"], &first["cached_input_tokens"]), (&Value::Null, &Value::Null));
    let second = &items[1];
    assert_eq!((&second["count"], &second["error_count"]), (&json!(3), &json!(1)));
    assert_eq!((&second["llm_call_count"], &second["input_tokens"]), (&json!(1), &json!(100)));
    assert_eq!(stats["totals"], json!([]));
    server.stop().await;
}

/// Scenario: groupings by promoted fields, and more groups than asked for. Guarantee: totals largest first, null where a
/// span has no value, and the cut is said.
#[tokio::test(flavor = "multi_thread")]
async fn stats_by_group_rank_groups_and_say_what_is_cut() {
    let server = server().await;
    let path = format!("/otel/stats?interval=none&group_by=model,status&{RANGE}");
    let stats = server.api.read(&path).await;
    let groups: Vec<&Value> = stats["totals"].as_array().unwrap().iter().map(|row| &row["group"]).collect();
    let expected =
        [json!({"model": "model-a", "status": "unset"}), json!({"model": null, "status": "error"})];
    assert_eq!(groups, expected.iter().collect::<Vec<_>>());
    assert_eq!(stats["more_groups"], false);
    let cut = server.api.read(&format!("/otel/stats?interval=1h&group_by=model&groups=1&{RANGE}")).await;
    assert_eq!(cut["more_groups"], true);
    assert_eq!(cut["totals"].as_array().unwrap().len(), 1);
    assert_eq!(cut["items"].as_array().unwrap().len(), 2);
    let errors =
        server.api.read(&format!("/otel/stats?interval=none&group_by=error_type&status=error&{RANGE}")).await;
    assert_eq!(errors["totals"][0]["group"]["error_type"], "timeout");
    assert_eq!(errors["totals"][0]["input_tokens"], Value::Null, "unknown is not zero");
    let traces = server.api.read(&format!("/otel/stats?of=traces&interval=none&{RANGE}")).await;
    assert_eq!(
        (&traces["totals"][0]["count"], &traces["totals"][0]["input_tokens"]),
        (&json!(102), &json!(10_100))
    );
    server.stop().await;
}

/// Scenario: sessions and users over many traces. Guarantee: each appears once with sums over its traces, and the
/// session's traces come in order with what was said.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_users_sum_their_traces() {
    let server = server().await;
    let sessions = server.api.read("/otel/sessions").await;
    let items = sessions["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!((&items[0]["session_id"], &items[0]["trace_count"]), (&json!("s-1"), &json!(101)));
    assert_eq!((&items[0]["input_tokens"], &items[0]["users"]), (&json!(10_100), &json!(["u-1"])));
    let users = server.api.read("/otel/users").await;
    assert_eq!(
        (&users["items"][0]["user_id"], &users["items"][0]["session_count"]),
        (&json!("u-1"), &json!(1))
    );
    let page = server.api.read("/otel/sessions/s-1?limit=60").await;
    assert_eq!(page["traces"].as_array().unwrap().len(), 60);
    assert_eq!(page["traces"][0]["first_user_text"], "question 1");
    assert_eq!(page["traces"][0]["last_answer_text"], "answer 1");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = server.api.read(&format!("/otel/sessions/s-1?limit=60&cursor={cursor}")).await;
    assert_eq!(rest["traces"].as_array().unwrap().len(), 41);
    assert_eq!(rest["traces"][40]["first_user_text"], "question 201");
    assert_eq!(rest["next_cursor"], Value::Null);
    assert_eq!(server.api.get("/otel/sessions/nobody").await.0, 404);
    assert_eq!(server.api.get(&format!("/otel/sessions/other?cursor={cursor}")).await.0, 400);
    server.stop().await;
}

/// Scenario: spans by promoted fields, in pages, with a cursor of other filters. Guarantee: each span once, and the
/// foreign cursor is a 400.
#[tokio::test(flavor = "multi_thread")]
async fn spans_list_by_filter_in_pages() {
    let server = server().await;
    let filter = "filter=model%20%3D%20model-a%20and%20duration_ms%20%3E%2090";
    let page = server.api.read(&format!("/otel/spans?limit=6&{filter}")).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = server.api.read(&format!("/otel/spans?limit=6&{filter}&cursor={cursor}")).await;
    let traces: Vec<&str> = [&page, &rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| item["trace_id"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (91..=100_u128).rev().map(|n| format!("{n:032x}")).collect();
    assert_eq!(traces, expected);
    assert_eq!(server.api.get(&format!("/otel/spans?status=error&cursor={cursor}")).await.0, 400);
    let (status, problem) = server.api.get("/otel/spans?filter=model%20%3D").await;
    assert_eq!(status, 400);
    assert_eq!(problem["errors"][0]["message"], "expected a value, found the end (at position 8)");
    server.stop().await;
}

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

/// Scenario: every route of queries without a session and with a wrong key. Guarantee: 401, nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn queries_need_a_session() {
    let server = TestServer::start().await;
    server.set_up().await;
    let paths =
        ["/otel/stats", "/otel/sessions", "/otel/sessions/x", "/otel/users", "/otel/spans", "/otel/tail"];
    for path in paths {
        let anonymous = server.api.anonymous();
        assert_eq!(anonymous.get(path).await.0, 401, "{path}");
        let wrong = anonymous.call(reqwest::Method::GET, path).header("authorization", "Bearer jj_wrong");
        assert_eq!(wrong.send().await.unwrap().status(), 401, "{path}");
    }
    server.stop().await;
}
