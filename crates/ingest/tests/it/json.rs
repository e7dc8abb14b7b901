//! Captures of real clients as JSON: what is stored is what the same client sends as protobuf.

use http::StatusCode;
use junjo_test_support::{delimited_messages, fixture};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use serde_json::Value;

use crate::harness::{JSON, TestReceiver};

/// The captured requests of `name`, as JSON, of one signal.
fn captured(name: &str, signal: &str) -> Vec<String> {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let capture: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let requests = capture.as_array().unwrap().iter().filter(|request| request["signal"] == signal);
    requests.map(|request| request["request"].to_string()).collect()
}

/// Scenario: the capture of an instrumentation in JSON and in protobuf. Guarantee: the same spans and logs are stored.
#[tokio::test]
async fn captures_in_json_are_stored_as_in_protobuf() {
    for name in ["real_openinference", "real_otel-v2"] {
        let server = TestReceiver::open();
        for signal in ["traces", "logs", "metrics"] {
            for request in captured(&format!("{name}.json"), signal) {
                let answer = server.post(&format!("/v1/{signal}"), JSON, request).await;
                assert_eq!((answer.status, answer.body), (StatusCode::OK, b"{}".to_vec()), "{name} {signal}");
            }
        }
        let spans = delimited_messages(&fixture(&format!("{name}.bin")));
        let expected: Vec<_> =
            spans.iter().map(|message| ExportTraceServiceRequest::decode(&message[..]).unwrap()).collect();
        assert_eq!(server.traces(), expected, "{name}");
    }
    let server = TestReceiver::open();
    for request in captured("real_otel-v2.json", "logs") {
        server.post("/v1/logs", JSON, request).await;
    }
    let stored = server.records();
    let stored =
        stored.iter().map(|record| ExportLogsServiceRequest::decode(&record.message().unwrap()[..]).unwrap());
    let logs = delimited_messages(&fixture("real_otel-v2.logs.bin"));
    let expected = logs.iter().map(|message| ExportLogsServiceRequest::decode(&message[..]).unwrap());
    assert!(stored.eq(expected));
}

/// Scenario: the same two spans as OpenTelemetry JS (0.223) wrote them with its JSON and with its protobuf exporter.
/// Guarantee: the same spans are stored.
#[tokio::test]
async fn javascript_in_json_is_stored_as_in_protobuf() {
    let fixture =
        |name: &str| std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let server = TestReceiver::open();
    let answer = server.post("/v1/traces", JSON, fixture("js_exporter.json")).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, b"{}".to_vec()));
    let expected = ExportTraceServiceRequest::decode(&fixture("js_exporter.bin")[..]).unwrap();
    assert_eq!(server.traces(), [expected]);
}
