//! `/v1/traces` and its gRPC twin: from an SDK's export to what the API shows.

use std::collections::{BTreeMap, BTreeSet};

use junjo_test_support::{SpanBuilder, delimited_messages, fixture, request};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use serde_json::Value;
use tonic::codec::CompressionEncoding;

use crate::harness::TestServer;
use crate::telemetry::START;

/// Every span of a capture by trace, as lowercase hex.
fn spans_of(capture: &str) -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
    let (mut traces, mut workflows) = (BTreeMap::<_, BTreeSet<String>>::new(), BTreeSet::new());
    for message in delimited_messages(&fixture(capture)) {
        let request = ExportTraceServiceRequest::decode(&message[..]).unwrap();
        let spans = request.resource_spans.iter().flat_map(|r| &r.scope_spans).flat_map(|s| &s.spans);
        for span in spans {
            let (trace, id) = (hex(&span.trace_id), hex(&span.span_id));
            let is_workflow = span.attributes.iter().any(|attribute| {
                attribute.key == "junjo.span_type"
                    && format!("{:?}", attribute.value).contains("\"workflow\"")
            });
            if is_workflow {
                workflows.insert(id.clone());
            }
            traces.entry(trace).or_default().insert(id);
        }
    }
    (traces, workflows)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

async fn items(server: &TestServer, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.api.read(&format!("{path}?limit=50{cursor}")).await;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Scenario: captures of the real Junjo SDK, newest and 0.61.1, and of other instrumentations are sent as they were
/// recorded. Guarantee: every span is in the API under its id, every workflow is listed, every span page opens.
#[tokio::test(flavor = "multi_thread")]
async fn export_real_captures_every_span_is_in_the_api() {
    let captures = [
        "junjo_capture.bin",
        "junjo_capture_0.61.1.bin",
        "genai_capture.bin",
        "real_openinference.bin",
        "real_otel-v2.bin",
    ];
    for capture in captures {
        let server = TestServer::start().await;
        let key = server.set_up().await;
        for message in delimited_messages(&fixture(capture)) {
            let answer = server.client(&key).call("trace.v1.TraceService", message.into()).await.unwrap();
            assert!(answer.is_empty(), "nothing of {capture} is rejected");
        }
        server.api.drained().await;
        let (expected, workflows) = spans_of(capture);
        let mut found = BTreeMap::new();
        for trace in items(&server, "/otel/traces").await {
            let id = trace["trace_id"].as_str().unwrap().to_owned();
            let detail = server.api.read(&format!("/otel/trace/{id}")).await;
            let spans: BTreeSet<String> = detail["spans"]
                .as_array()
                .unwrap()
                .iter()
                .map(|span| span["span_id"].as_str().unwrap().to_owned())
                .collect();
            for span in &spans {
                let page = server.api.read(&format!("/otel/spans/{id}/{span}")).await;
                assert_eq!(page["span_id"], *span);
            }
            assert_eq!(trace["span_count"], spans.len());
            found.insert(id, spans);
        }
        assert_eq!(found, expected, "{capture}");
        let listed: BTreeSet<String> = items(&server, "/otel/runs")
            .await
            .iter()
            .map(|run| run["span_id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(listed, workflows, "{capture}");
        server.stop().await;
    }
}

/// Scenario: the same spans arrive compressed with each encoding that gRPC clients use. Guarantee: all are stored.
#[tokio::test(flavor = "multi_thread")]
async fn export_compressed_is_stored() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    for (trace, encoding) in [(1, CompressionEncoding::Gzip), (2, CompressionEncoding::Zstd)] {
        let client = server.client(&key).compressed(encoding);
        client.export(&request("shop", vec![SpanBuilder::new(trace, 1, START).build()])).await.unwrap();
    }
    server.api.drained().await;
    assert_eq!(items(&server, "/otel/traces").await.len(), 2);
    server.stop().await;
}

/// Scenario: OTLP/HTTP in protobuf on the receiver's own port and in JSON on the main port. Guarantee: both are stored,
/// and the main port's sessions, body limits and error documents stay out of the way.
#[tokio::test(flavor = "multi_thread")]
async fn export_over_http_is_stored_on_both_ports() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let client = reqwest::Client::new();
    let message = request("http", vec![SpanBuilder::new(1, 1, START).build()]).encode_to_vec();
    let own_port = client
        .post(format!("http://{}/v1/traces", server.otlp_http))
        .header("content-type", "application/x-protobuf")
        .header("authorization", format!("Bearer {key}"))
        .body(message);
    assert_eq!(own_port.send().await.unwrap().status(), 200);
    let span = serde_json::json!({
        "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "name": "json",
        "startTimeUnixNano": START.to_string(), "endTimeUnixNano": START + 5,
        "attributes": [{"key": "input.value", "value": {"stringValue": "x".repeat(2 << 20)}}],
    });
    let body = serde_json::json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string();
    let main_port = server.api.anonymous().call(reqwest::Method::POST, "/v1/traces");
    let main_port = main_port.header("content-type", "application/json").header("x-api-key", &key).body(body);
    let answer = main_port.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "{}");
    let refused = server.api.anonymous().call(reqwest::Method::POST, "/v1/traces");
    let refused = refused.header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(server.api.drained().await["accepted_spans"], 2);
    server.stop().await;
}
