//! Log records: decoded as prost does it, and joined to the spans of the same capture.

use std::collections::HashMap;
use std::fmt::Write as _;

use junjo_span_model::{
    Details, LogRecord, Resource, ScanLimits, Scope, Signal, SpanId, TraceId, decode_log_record, decode_logs,
    decode_spans, details_with_logs, promote_log, scan,
};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord as OtlpLogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource as OtlpResource;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use prost::Message as _;
use serde_json::Value as Json;

use crate::reference::{attributes, value};
use crate::{arbitrary, captures};

fn expected(record: &OtlpLogRecord) -> LogRecord<'_> {
    let says_none =
        |id: &[u8], length: usize| id.is_empty() || (id.len() == length && id.iter().all(|byte| *byte == 0));
    let (trace_id, span_id) = (TraceId::from_wire(&record.trace_id), SpanId::from_wire(&record.span_id));
    LogRecord {
        time_unix_nano: record.time_unix_nano,
        observed_time_unix_nano: record.observed_time_unix_nano,
        severity_number: record.severity_number,
        severity_text: record.severity_text.as_str().into(),
        body: value(record.body.as_ref()),
        attributes: attributes(&record.attributes),
        dropped_attributes_count: record.dropped_attributes_count,
        flags: record.flags,
        had_odd_ids: (trace_id.is_none() && !says_none(&record.trace_id, 16))
            || (span_id.is_none() && !says_none(&record.span_id, 8)),
        trace_id,
        span_id,
        event_name: record.event_name.as_str().into(),
        had_invalid_utf8: false,
        raw: &[],
    }
}

fn assert_same(message: &[u8]) {
    let request = ExportLogsServiceRequest::decode(message).unwrap();
    let mut expected = request.resource_logs.iter().flat_map(|resource_logs| {
        let resource = resource_logs.resource.as_ref();
        resource_logs.scope_logs.iter().flat_map(move |scope_logs| {
            scope_logs.log_records.iter().map(move |record| (resource, scope_logs, record))
        })
    });
    let mut visits = 0;
    decode_logs(message, &mut |origin, mut record| {
        let (resource, scope_logs, prost_record) = expected.next().unwrap();
        assert_eq!(
            origin.resource.attributes,
            resource.map(|r| attributes(&r.attributes)).unwrap_or_default()
        );
        assert_eq!(origin.scope.schema_url, scope_logs.schema_url);
        assert_eq!(OtlpLogRecord::decode(record.raw).unwrap().flags, record.flags, "raw is its own message");
        assert_eq!(decode_log_record(record.raw).unwrap(), record);
        record.raw = &[];
        assert_eq!(record, self::expected(prost_record));
        visits += 1;
    })
    .unwrap();
    assert!(expected.next().is_none());
    assert_eq!(scan(Signal::Logs, message, &ScanLimits::default()).unwrap().accepted, visits);
}

fn log_record() -> impl Strategy<Value = OtlpLogRecord> {
    let ids = (arbitrary::id(16), arbitrary::id(8));
    let texts = (arbitrary::text(), arbitrary::text());
    let numbers = any::<(u64, u64, i32, u32, u32)>();
    (ids, texts, numbers, option::of(arbitrary::value()), arbitrary::attributes()).prop_map(
        |((trace_id, span_id), (severity_text, event_name), numbers, body, attributes)| {
            let (time_unix_nano, observed_time_unix_nano, severity_number, flags, dropped) = numbers;
            OtlpLogRecord {
                time_unix_nano,
                observed_time_unix_nano,
                severity_number,
                severity_text,
                body,
                attributes,
                dropped_attributes_count: dropped,
                flags,
                trace_id,
                span_id,
                event_name,
            }
        },
    )
}

fn request() -> impl Strategy<Value = ExportLogsServiceRequest> {
    let scope_logs = (vec(log_record(), 0..4), arbitrary::text())
        .prop_map(|(log_records, schema_url)| ScopeLogs { log_records, schema_url, ..Default::default() });
    let resource =
        arbitrary::attributes().prop_map(|attributes| OtlpResource { attributes, ..Default::default() });
    let resource_logs = (option::of(resource), vec(scope_logs, 0..3))
        .prop_map(|(resource, scope_logs)| ResourceLogs { resource, scope_logs, ..Default::default() });
    vec(resource_logs, 0..3).prop_map(|resource_logs| ExportLogsServiceRequest { resource_logs })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Scenario: any log request that prost can write. Guarantee: every field of every record comes back as prost
    /// reads it, and odd ids are noticed.
    #[test]
    fn decode_any_log_request_equals_prost(request in request()) {
        assert_same(&request.encode_to_vec());
    }
}

/// Scenario: every log capture. Guarantee: every field of every record comes back as prost reads it.
#[test]
fn decode_log_captures_equals_prost() {
    for request in captures::LOGS.into_iter().flat_map(captures::requests) {
        assert_same(&request);
    }
}

/// The details of every span of a capture with the log records of the other one.
fn joined(spans: &str, logs: &str) -> Vec<(String, Details)> {
    let (spans, logs) = (captures::requests(spans), captures::requests(logs));
    let mut by_span: HashMap<(TraceId, SpanId), Vec<LogRecord<'_>>> = HashMap::new();
    for request in &logs {
        decode_logs(request, &mut |_, record| {
            if let (Some(trace), Some(span)) = (record.trace_id, record.span_id) {
                by_span.entry((trace, span)).or_default().push(record);
            }
        })
        .unwrap();
    }
    let mut all = Vec::new();
    for request in &spans {
        decode_spans(request, &mut |resource, scope, span| {
            if let Some(records) = by_span.get(&(span.trace_id, span.span_id)) {
                all.push((span.name.to_string(), details_with_logs(resource, scope, &span, records)));
            }
        })
        .unwrap();
    }
    all
}

/// Scenario: openai-v2 sends prompts and answers only as log records; another instrumentation sends all forms at once.
/// Guarantee: each span has its conversation once, with tool calls and finish reasons; judgements are there.
#[test]
fn captured_prompts_that_came_as_logs_are_read_as_approved() {
    let mut text = String::new();
    for (spans, logs) in [("real_otel-v2", "real_otel-v2.logs"), ("genai_capture", "genai_capture.logs")] {
        let spans = joined(spans, logs);
        assert!(!spans.is_empty());
        for (name, details) in spans {
            let json = serde_json::to_value(&details).unwrap();
            writeln!(text, "{name}").unwrap();
            for part in ["input_messages", "output_messages", "finish_reasons", "evaluations"] {
                writeln!(text, "  {part} {}", without_nulls(json[part].clone())).unwrap();
            }
        }
    }
    insta::assert_snapshot!("joined_logs", text);
}

fn without_nulls(json: Json) -> Json {
    match json {
        Json::Array(items) => items.into_iter().map(without_nulls).collect(),
        Json::Object(members) => {
            let members = members.into_iter().filter(|(_, member)| !member.is_null());
            Json::Object(members.map(|(name, member)| (name, without_nulls(member))).collect())
        }
        other => other,
    }
}

/// One record of the span, as (event name, name of the event as an attribute, body as JSON text).
fn record<'a>(event_name: &'a str, attribute: &'a str, body: &'a str) -> LogRecord<'a> {
    use junjo_span_model::{KeyValue, Value};
    let mut record = decode_log_record(&[]).unwrap();
    record.event_name = event_name.into();
    record.body = Value::String(body.into());
    if !attribute.is_empty() {
        let value = Value::String(attribute.into());
        record.attributes.push(KeyValue { key: "event.name".into(), value });
    }
    record
}

/// Scenario: older forms of GenAI events: the name as an attribute, the body as JSON text or as plain text, on a span
/// that says nothing. Guarantee: messages, and a role that makes the call count; other events change nothing.
#[test]
fn older_event_forms_are_read() {
    let ids = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
    let span = junjo_span_model::decode_span(&ids).unwrap().unwrap();
    let read = |records: &[LogRecord<'_>]| {
        let details = details_with_logs(&Resource::default(), &Scope::default(), &span, records);
        serde_json::to_value(details).unwrap()
    };
    let json = read(&[
        record("", "gen_ai.user.message", r#"{"content": "hi", "role": "user"}"#),
        record("gen_ai.user.message", "", "plain"),
        record("", "gen_ai.choice", r#"{"index": 0, "finish_reason": "stop", "message": {"content": "ho"}}"#),
    ]);
    assert_eq!(json["role"], "llm");
    assert_eq!(json["input_messages"][0]["parts"][0]["content"], "hi");
    assert_eq!(json["input_messages"][1]["parts"][0]["content"], "plain");
    assert_eq!(json["output_messages"][0]["parts"][0]["content"], "ho");
    assert_eq!(json["finish_reasons"][0], "stop");
    let other = read(&[record("session.start", "", "{}"), record("", "", "just a line")]);
    assert_eq!((&other["role"], &other["input_messages"]), (&Json::Null, &Json::Array(Vec::new())));
}

/// Scenario: times, severities and services in odd values. Guarantee: clamped, and absent where nothing was said.
#[test]
fn promoted_log_fields_are_clamped() {
    let mut record = record("", "named", "");
    let promoted = |record: &LogRecord<'_>| {
        let promoted = promote_log(&Resource::default(), record);
        (promoted.time_unix_nano, promoted.severity, promoted.hints.is_some())
    };
    assert_eq!(promoted(&record), (None, 0, false));
    (record.observed_time_unix_nano, record.severity_number) = (5, 24);
    assert_eq!(promoted(&record), (Some(5), 24, false));
    (record.time_unix_nano, record.severity_number) = (u64::MAX, 25);
    assert_eq!(promoted(&record), (Some(i64::MAX), 0, false));
    record.severity_number = -1;
    record.event_name = "gen_ai.choice".into();
    assert_eq!(promoted(&record), (Some(i64::MAX), 0, true));
    let named = promote_log(&Resource::default(), &record);
    assert_eq!(
        (named.service.as_ref(), named.event_name.as_deref()),
        ("unknown_service", Some("gen_ai.choice"))
    );
}
