//! Lists by other figures than the start, first words, and attributes as columns.

use junjo_test_support::{SpanBuilder, request};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::otel::calls::START;

/// A server with five traces: the n-th takes n milliseconds, costs n cents, and asks and answers with its number.
async fn server() -> TestServer {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let mut spans = Vec::new();
    for trace in 1..=5_u64 {
        let mut call = SpanBuilder::new(trace.into(), 1, START + 10 - trace)
            .with("gen_ai.operation.name", "chat")
            .with("session.id", &format!("s-{trace}"))
            .with("user.plan", if trace % 2 == 0 { "pro" } else { "free" })
            .with("gen_ai.input.messages", &said("user", &format!("question\n {trace}")))
            .with("gen_ai.output.messages", &said("assistant", &format!("answer {trace}")))
            .build();
        let dollars = AnyValue { value: Some(Any::DoubleValue(trace as f64 / 100.0)) };
        let cost =
            KeyValue { key: "gen_ai.usage.cost".to_owned(), value: Some(dollars), ..KeyValue::default() };
        call.attributes.push(cost);
        call.end_time_unix_nano = call.start_time_unix_nano + trace * 1_000_000;
        spans.push(call);
    }
    server.client(&key).export(&request("shop", spans)).await.unwrap();
    server.api.drained().await;
    server
}

fn said(role: &str, text: &str) -> String {
    json!([{"role": role, "parts": [{"type": "text", "content": text}]}]).to_string()
}

/// Numbers of the traces of all pages of a list.
async fn walk(server: &TestServer, path: &str) -> Vec<u8> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.api.read(&format!("{path}{cursor}")).await;
        for item in page["items"].as_array().unwrap() {
            let id = item["trace_id"].as_str().or(item["session_id"].as_str()).unwrap();
            seen.push(id[id.len() - 1..].parse().unwrap());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

/// Scenario: lists of traces and conversations by every figure and in both directions, page by page; a cursor of one order with another
/// one. Guarantee: the order that was asked for, and a 400 that says so.
#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_the_order_that_is_asked_for() {
    let server = server().await;
    for list in ["traces", "conversations"] {
        for order in ["start", "duration", "cost", "tokens", "errors", "spans"] {
            for (direction, is_rising) in [("", false), ("&direction=desc", false), ("&direction=asc", true)]
            {
                let mut seen = walk(&server, &format!("/otel/{list}?limit=2&order={order}{direction}")).await;
                // the first trace started last
                if is_rising != (order == "start") {
                    seen.reverse();
                }
                if matches!(order, "start" | "duration" | "cost") {
                    assert_eq!(seen, [5, 4, 3, 2, 1], "{list} by {order}{direction}");
                }
                seen.sort_unstable();
                assert_eq!(seen, [1, 2, 3, 4, 5], "{list} by {order}{direction}");
            }
        }
    }
    let page = server.api.read("/otel/traces?limit=2&order=cost").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    for other in ["", "&order=duration", "&order=cost&direction=asc"] {
        let (status, problem) = server.api.get(&format!("/otel/traces?limit=2{other}&cursor={cursor}")).await;
        assert_eq!(status, 400, "{other}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains("another order"), "{problem}");
    }
    assert_eq!(server.api.get("/otel/traces?order=colour").await.0, 400);
    assert_eq!(server.api.get("/otel/runs?order=cost").await.0, 400);
    assert_eq!(server.api.read("/otel/runs?order=duration").await["items"], json!([]));
    server.stop().await;
}

/// Scenario: a list with two attributes as columns, one that no root has, and names that are no attributes. Guarantee: each row says
/// what was asked and answered in one line, and its columns; without columns it has none.
#[tokio::test(flavor = "multi_thread")]
async fn rows_have_words_and_columns() {
    let server = server().await;
    let path =
        "/otel/traces?order=duration&columns=attributes.user.plan,resource.service.name,attributes.none";
    let page = server.api.read(path).await;
    let row = &page["items"][1];
    assert_eq!((&row["first_input"], &row["last_output"]), (&json!("question 4"), &json!("answer 4")));
    assert_eq!(
        row["columns"],
        json!({"attributes.user.plan": "pro", "resource.service.name": "shop", "attributes.none": null})
    );
    let plain = server.api.read("/otel/traces").await;
    assert_eq!(plain["items"][0].get("columns"), None::<&Value>);
    for wrong in [
        "model",
        "nothing",
        "attributes.a,attributes.b,attributes.c,attributes.d,attributes.e,attributes.f,attributes.g,attributes.h,attributes.i",
    ] {
        let (status, problem) = server.api.get(&format!("/otel/traces?columns={wrong}")).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("columns")), "{problem}");
    }
    server.stop().await;
}

/// Scenario: a misspelt field, a duration with a unit, and a wrong value behind letters of several bytes. Guarantee: the problem says
/// which characters are wrong and what may stand there; the duration is understood.
#[tokio::test(flavor = "multi_thread")]
async fn filters_say_where_they_are_wrong() {
    let server = server().await;
    let (status, problem) = server.api.get("/otel/traces?filter=durration%20%3E%203s").await;
    assert_eq!(status, 400);
    let error = &problem["errors"][0];
    assert_eq!(
        (&error["offset"], &error["length"], &error["suggestion"]),
        (&json!(0), &json!(9), &json!("duration"))
    );
    let (_, problem) =
        server.api.get("/otel/traces?filter=name%20%3D%20%C3%A9%20and%20duration%20%3E%20long").await;
    let error = &problem["errors"][0];
    assert_eq!((&error["offset"], &error["length"]), (&json!(24), &json!(4)), "{problem}");
    let found = server.api.read("/otel/traces?filter=duration%20%3E%203500us").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    server.stop().await;
}

/// Scenario: what a trace can be compared with, where there are others and where there is none. Guarantee: the right traces, and null.
#[tokio::test(flavor = "multi_thread")]
async fn comparisons_propose_others_of_the_same_name() {
    let server = server().await;
    let id = |trace: u8| format!("{trace:032x}");
    let found = server.api.read(&format!("/otel/traces/{}/comparisons", id(3))).await;
    // the fourth and the fifth started before it
    assert_eq!(found["previous"]["trace_id"], id(4), "{found}");
    assert_eq!(
        (&found["fastest"]["trace_id"], &found["slowest"]["trace_id"]),
        (&json!(id(1)), &json!(id(5)))
    );
    assert_eq!((&found["last_failed"], &found["previous_version"]), (&Value::Null, &Value::Null));
    assert_eq!(found["fastest"]["duration_ns"], "1000000");
    assert_eq!(server.api.get(&format!("/otel/traces/{}/comparisons", id(9))).await.0, 404);
    server.stop().await;
}
