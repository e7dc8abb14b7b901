//! What senders mean, on the running server: who counts in traces and statistics, and exceptions that come as log records.

use junjo_test_support::{SpanBuilder, request, text};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as OtlpValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use prost::Message as _;
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::telemetry::{drained, logs_request};

/// 2026-01-02T03:00:00Z
const START: u64 = 1_767_322_800_000_000_000;

fn int(key: &str, value: i64) -> KeyValue {
    let value = AnyValue { value: Some(OtlpValue::IntValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

/// A span of an operation below `parent` (0: none), with tokens if there are any.
fn span(trace: u128, (id, parent): (u64, u64), operation: &str, tokens: Option<(i64, i64)>) -> Span {
    let mut span = SpanBuilder::new(trace, id, START + id)
        .with("gen_ai.operation.name", operation)
        .with("gen_ai.provider.name", "openai")
        .with("gen_ai.request.model", "gpt-4o")
        .build();
    if parent > 0 {
        span.parent_span_id = parent.to_be_bytes().to_vec();
    }
    if let Some((input, output)) = tokens {
        span.attributes
            .extend([int("gen_ai.usage.input_tokens", input), int("gen_ai.usage.output_tokens", output)]);
    }
    span
}

/// Scenario: an agent that alone has tokens, a sub-agent's call below its coordinator's, a framework's call over a streamed
/// one without tokens, and an agent that repeats its call. Guarantee: traces and statistics count every token once.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_count_once_in_traces_and_statistics() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let spans = vec![
        span(1, (1, 0), "invoke_agent", Some((4200, 310))),
        span(1, (2, 1), "execute_tool", None),
        span(2, (1, 0), "invoke_agent", None),
        span(2, (2, 1), "chat", Some((500, 12))),
        span(2, (3, 2), "invoke_agent", None),
        span(2, (4, 3), "chat", Some((220, 45))),
        span(3, (1, 0), "chat", Some((900, 60))),
        span(3, (2, 1), "chat", None),
        span(4, (1, 0), "invoke_agent", Some((100, 10))),
        span(4, (2, 1), "chat", Some((100, 10))),
    ];
    server.client(&key).export(&request("shop", spans)).await.unwrap();
    server.api.drained().await;
    for (trace, input, output, calls) in
        [(1, 4200, 310, 0), (2, 720, 57, 2), (3, 900, 60, 1), (4, 100, 10, 1)]
    {
        let summary = &server.api.read(&format!("/otel/trace/{trace:032x}")).await["summary"];
        assert_eq!(summary["input_tokens"], input, "{trace}");
        assert_eq!(summary["output_tokens"], output, "{trace}");
        assert_eq!(summary["llm_call_count"], calls, "{trace}");
        assert_eq!(summary["unpriced_calls"], 0, "{trace}");
        let dollars = (f64::from(input) * 2.5 + f64::from(output) * 10.0) / 1e6;
        assert!((summary["cost_usd"].as_f64().unwrap() - dollars).abs() < 1e-9, "{trace}: {summary}");
    }
    let stats =
        server.api.read("/otel/stats?interval=none&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z").await;
    let total = &stats["totals"][0];
    assert_eq!((&total["input_tokens"], &total["output_tokens"]), (&json!(5920), &json!(437)));
    assert_eq!((&total["llm_call_count"], &total["unpriced_calls"]), (&json!(4), &json!(0)));
    server.stop().await;
}

fn exception(span: u64) -> LogRecord {
    LogRecord {
        time_unix_nano: START + 9,
        severity_number: 17,
        event_name: "exception".to_owned(),
        trace_id: 9_u128.to_be_bytes().to_vec(),
        span_id: span.to_be_bytes().to_vec(),
        attributes: vec![text("exception.type", "QuotaError"), text("exception.message", "no credit left")],
        ..Default::default()
    }
}

/// Scenario: exceptions of a failed span, before and after it, and of one that did not fail, sent as log records.
/// Guarantee: lists, statistics and the view of the span know them; only the failed spans have an error.
#[tokio::test(flavor = "multi_thread")]
async fn exceptions_sent_as_logs_are_in_the_numbers() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let client = server.client(&key);
    let failed = |id| {
        let mut span = span(9, (id, 0), "chat", None);
        span.status = Some(Status { code: 2, message: "quota".to_owned() });
        span
    };
    let send = async |records| {
        let message = logs_request("shop", records).encode_to_vec();
        client.call("logs.v1.LogsService", message.into()).await.unwrap();
    };
    send(vec![exception(1)]).await;
    drained(&server.api).await;
    let spans = vec![failed(1), failed(2), span(9, (3, 0), "chat", None)];
    client.export(&request("shop", spans)).await.unwrap();
    server.api.drained().await;
    send(vec![exception(2), exception(3)]).await;
    drained(&server.api).await;
    let stats = server.api.read("/otel/stats?interval=none&status=error&group_by=error_type&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z").await;
    assert_eq!(stats["totals"].as_array().unwrap().len(), 1);
    assert_eq!(stats["totals"][0]["group"], json!({"error_type": "QuotaError"}));
    assert_eq!(stats["totals"][0]["count"], 2);
    let listed = server.api.read("/otel/spans?filter=exception_count%20%3D%201").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    for (id, error_type) in [(1, json!("QuotaError")), (2, json!("QuotaError")), (3, Value::Null)] {
        let detail = server.api.read(&format!("/otel/spans/{:032x}/{id:016x}", 9)).await;
        assert_eq!(detail["derived"]["error_type"], error_type, "{id}");
        assert_eq!(detail["derived"]["exceptions"][0]["message"], "no credit left", "{id}");
    }
    server.stop().await;
}
