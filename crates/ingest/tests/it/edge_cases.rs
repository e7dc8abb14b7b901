//! Every case of the kit's `gen_edge.py` over HTTP: odd data is kept, bad spans are left out, broken bodies are refused.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, StatusCode};
use junjo_test_support::{delimited_messages, fixture};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;

use crate::harness::{JSON, KEY, PROTOBUF, TestReceiver, send};

/// What is left out; nothing of any other case.
const REJECTED: &[(&str, u32)] =
    &[("zero ids", 1), ("short trace id", 1), ("empty ids", 1), ("mixed valid+invalid", 1)];

fn cases() -> Vec<(String, Vec<u8>)> {
    let names: Vec<String> = serde_json::from_slice(&fixture("edge_cases.bin.names.json")).unwrap();
    names.into_iter().zip(delimited_messages(&fixture("edge_cases.bin"))).collect()
}

fn case(name: &str) -> Vec<u8> {
    cases().into_iter().find(|(known, _)| known == name).expect("a case of the fixture").1
}

fn span_count(request: &ExportTraceServiceRequest) -> usize {
    request.resource_spans.iter().flat_map(|r| &r.scope_spans).map(|s| s.spans.len()).sum()
}

/// Scenario: all protobuf requests of the script. Guarantee: success; good spans are stored byte for byte, bad ones are
/// counted in `partial_success`.
#[tokio::test]
async fn odd_protobuf_is_kept() {
    for (name, message) in cases() {
        let server = TestReceiver::open();
        let rejected = REJECTED.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count);
        let answer = server.post("/v1/traces", PROTOBUF, message.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        let partial = ExportTraceServiceResponse::decode(&answer.body[..]).unwrap().partial_success;
        assert_eq!(partial.map_or(0, |partial| partial.rejected_spans), i64::from(rejected), "{name}");
        let sent = span_count(&ExportTraceServiceRequest::decode(&message[..]).unwrap());
        let stored = server.traces();
        let expected = sent - rejected as usize;
        assert_eq!(stored.iter().map(span_count).sum::<usize>(), expected, "{name}");
        if rejected == 0 && expected > 0 {
            assert_eq!(server.records()[0].message().unwrap(), message, "{name}");
        }
    }
}

/// Scenario: the script's raw bodies. Guarantee: broken ones are 400, a name that is no UTF-8 and fields of the future are
/// kept.
#[tokio::test]
async fn raw_protobuf_is_judged_by_its_bytes() {
    let server = TestReceiver::open();
    let raw = case("no resource");
    let status = async |body: Vec<u8>| server.post("/v1/traces", PROTOBUF, body).await.status.as_u16();
    assert_eq!(status(raw[..raw.len() - 3].to_vec()).await, 400, "truncated");
    assert_eq!(status([0xff, 0xfe, 0xfd].repeat(10)).await, 400, "garbage");
    assert!(server.records().is_empty());
    let future = [&raw[..], b"\xfa\x3f\x03abc"].concat();
    assert_eq!(status(future.clone()).await, 200, "unknown fields");
    let at = raw.windows(11).position(|window| window == b"no resource").unwrap();
    let mut odd = raw.clone();
    odd[at..at + 11].copy_from_slice(b"no\xff\xferesourc");
    assert_eq!(status(odd.clone()).await, 200, "invalid utf8 name");
    let stored: Vec<_> = server.records().iter().map(|record| record.message().unwrap()).collect();
    assert_eq!(stored, [future, odd]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Scenario: the script's HTTP cases. Guarantee: the codes of the OTLP specification, and the content type of the request.
#[tokio::test]
async fn http_cases_have_their_codes() {
    let server = TestReceiver::open();
    let raw = case("no resource");
    let bomb = gzip(&vec![0; 200 << 20]);
    for (name, content_type, encoding, body, expected) in [
        ("protobuf", PROTOBUF, None, raw.clone(), 200),
        ("protobuf gzip", PROTOBUF, Some("gzip"), gzip(&raw), 200),
        ("empty body", PROTOBUF, None, Vec::new(), 200),
        ("truncated", PROTOBUF, None, raw[..raw.len() - 3].to_vec(), 400),
        ("gzip header, plain body", PROTOBUF, Some("gzip"), raw.clone(), 400),
        ("gzip bomb 200MB", PROTOBUF, Some("gzip"), bomb, 413),
        ("unknown encoding", PROTOBUF, Some("br"), raw.clone(), 415),
        (
            "content type charset",
            "application/json; charset=utf-8",
            None,
            b"{\"resourceSpans\":[]}".to_vec(),
            200,
        ),
        ("text/plain", "text/plain", None, raw.clone(), 415),
    ] {
        let mut headers = vec![("x-junjo-api-key", KEY), ("content-type", content_type)];
        headers.extend(encoding.map(|encoding| ("content-encoding", encoding)));
        let answer = server.post_with("/v1/traces", &headers, body).await;
        assert_eq!(answer.status.as_u16(), expected, "{name}");
        let told = if content_type == PROTOBUF { PROTOBUF } else { JSON };
        assert_eq!(answer.header("content-type"), Some(told), "{name}");
    }
    assert_eq!(server.post("/v1/nope", PROTOBUF, raw.clone()).await.status, StatusCode::NOT_FOUND);
    let headers = [("x-junjo-api-key", KEY), ("content-type", PROTOBUF)];
    let answer = send(&server.router, Method::GET, "/v1/traces", &headers, "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(server.post("/v1/traces/", PROTOBUF, raw).await.status, StatusCode::OK);
    assert_eq!(server.records().len(), 3);
}

/// The script's JSON span with more members.
fn js(more: &serde_json::Value) -> Vec<u8> {
    let mut span = json!({
        "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "parentSpanId": "",
        "name": "json", "kind": 2, "startTimeUnixNano": "1544712660000000000",
        "endTimeUnixNano": 1_544_712_661_000_000_000_u64,
    });
    span.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let attributes = json!([{"key": "service.name", "value": {"stringValue": "edge-json"}}]);
    let scope_spans = json!([{"scope": {"name": "j"}, "spans": [span]}]);
    let request =
        json!({"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": scope_spans}]});
    request.to_string().into_bytes()
}

/// The span that is stored for `body`.
async fn stored(body: Vec<u8>) -> Span {
    let server = TestReceiver::open();
    let answer = server.post("/v1/traces", JSON, body).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, b"{}".to_vec()));
    server.traces().remove(0).resource_spans.remove(0).scope_spans.remove(0).spans.remove(0)
}

/// Scenario: the script's JSON cases. Guarantee: each is read as proto3's JSON mapping and OTLP say.
#[tokio::test]
async fn json_cases_are_read_as_meant() {
    let span = stored(js(&json!({}))).await;
    let trace_id = b"\x5b\x8e\xff\xf7\x98\x03\x81\x03\xd2\x69\xb6\x33\x81\x3f\xc6\x0c";
    let span_id = b"\xee\xe1\x9b\x7e\xc3\xc1\xb1\x74";
    assert_eq!(
        (&span.trace_id[..], &span.span_id[..], &span.parent_span_id[..]),
        (&trace_id[..], &span_id[..], &[][..])
    );
    assert_eq!(
        (span.kind, span.start_time_unix_nano, span.end_time_unix_nano),
        (2, 1_544_712_660_000_000_000, 1_544_712_661_000_000_000)
    );

    let numbers = json!({"attributes": [
        {"key": "a", "value": {"intValue": 5}}, {"key": "b", "value": {"intValue": "6"}},
        {"key": "c", "value": {"doubleValue": 1}}, {"key": "n", "value": {}},
    ]});
    let values: Vec<_> =
        stored(js(&numbers)).await.attributes.into_iter().map(|pair| pair.value.unwrap().value).collect();
    let expected = [Some(Value::IntValue(5)), Some(Value::IntValue(6)), Some(Value::DoubleValue(1.0)), None];
    assert_eq!(values, expected);

    let named = json!({"kind": "SPAN_KIND_SERVER", "status": {"code": "STATUS_CODE_ERROR"}});
    let span = stored(js(&named)).await;
    assert_eq!((span.kind, span.status.unwrap().code), (2, 2));
    assert_eq!(stored(js(&json!({"futureField": {"x": 1}}))).await.name, "json");
    assert!(stored(js(&json!({"attributes": null}))).await.attributes.is_empty());
    let snake = json!({"resource_spans": [{"scope_spans": [{"spans": [{
        "trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b174", "name": "snake",
        "start_time_unix_nano": "1", "end_time_unix_nano": "2",
    }]}]}]});
    let span = stored(snake.to_string().into_bytes()).await;
    assert_eq!(
        (&span.trace_id[..], span.name.as_str(), span.end_time_unix_nano),
        (&trace_id[..], "snake", 2)
    );
    let base64 = json!({"traceId": "W47/95gDgQPSabYzgT/GDA==", "spanId": "7uGbfsPBsXQ="});
    let span = stored(js(&base64)).await;
    assert_eq!((&span.trace_id[..], &span.span_id[..]), (&trace_id[..], &span_id[..]));
    let nan = json!({"attributes": [{"key": "x", "value": {"doubleValue": "NaN"}}]});
    let span = stored(js(&nan)).await;
    assert!(
        matches!(span.attributes[0].value.as_ref().unwrap().value, Some(Value::DoubleValue(x)) if x.is_nan())
    );

    let server = TestReceiver::open();
    for malformed in [&b"{\"resourceSpans\": ["[..], b"[]"] {
        assert_eq!(server.post("/v1/traces", JSON, malformed).await.refused(), (400, 3));
    }
    let headers = [("x-api-key", KEY), ("content-type", JSON), ("content-encoding", "gzip")];
    let answer = server.post_with("/v1/traces", &headers, gzip(&js(&json!({})))).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(server.records().len(), 1);
}
