//! Fixtures of Junjo's telemetry contract 2 as OTLP requests.

use std::path::PathBuf;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde_json::Value as Json;

use crate::fixtures::fixture;

/// One fixture.
#[derive(Debug, Clone)]
pub struct ContractFixture {
    /// `agent/…`, `workflow/…` or `invalid/…`, without the ending.
    pub name: String,
    /// The rule that an invalid one breaks.
    pub expected: Option<String>,
    /// The envelope: `trace_id`, `service_name`, `spans`.
    pub envelope: Json,
}

impl ContractFixture {
    /// The request that an SDK would have sent.
    pub fn request(&self) -> ExportTraceServiceRequest {
        contract_request(&self.envelope)
    }
}

/// All fixtures in the folder `kind`, by name.
pub fn contract_fixtures(kind: &str) -> Vec<ContractFixture> {
    let tested_crate = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs tests with it");
    let folder = PathBuf::from(tested_crate).join("../span_model/tests/fixtures/contract_v2").join(kind);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = files
        .map(|file| file.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.iter().map(|name| contract_fixture(kind, name)).collect()
}

fn contract_fixture(kind: &str, file: &str) -> ContractFixture {
    let mut json: Json =
        serde_json::from_slice(&fixture(&format!("contract_v2/{kind}/{file}"))).expect("a fixture is JSON");
    let expected = json["expected_diagnostic"].as_str().map(str::to_owned);
    let envelope = if json["fixture"].is_object() { json["fixture"].take() } else { json };
    ContractFixture { name: format!("{kind}/{}", file.trim_end_matches(".json")), expected, envelope }
}

/// The request for an envelope of spans.
pub fn contract_request(envelope: &Json) -> ExportTraceServiceRequest {
    let spans = envelope["spans"].as_array().expect("an envelope has spans");
    let resource_spans = spans.iter().map(|span| ResourceSpans {
        resource: Some(Resource {
            attributes: pairs(&span["resource_attributes_json"]),
            dropped_attributes_count: count(&span["resource_dropped_attributes_count"]),
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans {
            scope: Some(InstrumentationScope { name: "junjo".to_owned(), ..InstrumentationScope::default() }),
            spans: vec![otlp_span(span)],
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
}

fn otlp_span(span: &Json) -> Span {
    let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
    let kinds = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
    let kind = kinds.iter().position(|kind| span["kind"] == *kind).map_or(0, |place| place as i32 + 1);
    let events = span["events_json"].as_array().into_iter().flatten();
    Span {
        trace_id: bytes(&text("trace_id")),
        span_id: bytes(&text("span_id")),
        parent_span_id: bytes(&text("parent_span_id")),
        trace_state: text("trace_state"),
        flags: count(&span["trace_flags"]),
        name: text("name"),
        kind,
        start_time_unix_nano: nanos(&text("start_time")),
        end_time_unix_nano: nanos(&text("end_time")),
        attributes: pairs(&span["attributes_json"]),
        dropped_attributes_count: count(&span["dropped_attributes_count"]),
        events: events
            .map(|event| Event {
                name: event["name"].as_str().unwrap_or_default().to_owned(),
                time_unix_nano: event["timeUnixNano"]
                    .as_str()
                    .and_then(|text| text.parse().ok())
                    .unwrap_or_default(),
                attributes: pairs(&event["attributes"]),
                dropped_attributes_count: count(&event["droppedAttributesCount"]),
            })
            .collect(),
        dropped_events_count: count(&span["dropped_events_count"]),
        dropped_links_count: count(&span["dropped_links_count"]),
        status: Some(Status {
            code: text("status_code").parse().unwrap_or_default(),
            message: text("status_message"),
        }),
        ..Span::default()
    }
}

fn count(json: &Json) -> u32 {
    json.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or_default()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16));
    digits.collect::<Result<_, _>>().expect("ids are hexadecimal")
}

/// Nanoseconds since the Unix epoch of `2026-07-13T12:00:00.000500+00:00`.
fn nanos(text: &str) -> u64 {
    let number =
        |range: std::ops::Range<usize>| -> u64 { text[range].parse().expect("a time of the fixtures") };
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // days of the civil calendar, years beginning in March
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    let seconds = days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    let fraction: String = text[19..].chars().skip(1).take_while(char::is_ascii_digit).collect();
    let nanos: u64 =
        if text[19..].starts_with('.') { format!("{fraction:0<9}").parse().unwrap_or_default() } else { 0 };
    seconds * 1_000_000_000 + nanos
}

fn pairs(json: &Json) -> Vec<KeyValue> {
    let members = json.as_object().into_iter().flatten();
    members
        .map(|(key, value)| KeyValue {
            key: key.clone(),
            value: Some(any_value(value)),
            ..KeyValue::default()
        })
        .collect()
}

fn any_value(json: &Json) -> AnyValue {
    let value = match json {
        Json::Null => None,
        Json::Bool(flag) => Some(Value::BoolValue(*flag)),
        Json::Number(number) => Some(
            number
                .as_i64()
                .map_or_else(|| Value::DoubleValue(number.as_f64().unwrap_or_default()), Value::IntValue),
        ),
        Json::String(text) => Some(Value::StringValue(text.clone())),
        Json::Array(items) => {
            Some(Value::ArrayValue(ArrayValue { values: items.iter().map(any_value).collect() }))
        }
        Json::Object(_) => Some(Value::KvlistValue(KeyValueList { values: pairs(json) })),
    };
    AnyValue { value }
}
