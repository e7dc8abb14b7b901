//! A server with model calls whose numbers are known, for tests that count.

use junjo_test_support::{SpanBuilder, request, text};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as OtlpValue};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::json;

use crate::harness::TestServer;

/// 2026-01-02T03:00:00Z
pub(crate) const START: u64 = 1_767_322_800_000_000_000;

pub(crate) const HOUR: u64 = 3_600_000_000_000;

pub(crate) const RANGE: &str = "from=2026-01-02T03:00:00Z&to=2026-01-02T05:00:00Z";

pub(crate) fn int(key: &str, value: i64) -> KeyValue {
    let value = AnyValue { value: Some(OtlpValue::IntValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

/// A model call with usage, in a session of a user.
pub(crate) fn call(trace: u128, span: u64, start: u64, millis: u64) -> Span {
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

pub(crate) fn failed(mut span: Span) -> Span {
    span.status = Some(Status { code: 2, message: "boom".to_owned() });
    span
}

/// A server with calls of 1 to 100 ms in one hour, a wrapped call, and a failure in the next hour.
pub(crate) async fn server() -> TestServer {
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
