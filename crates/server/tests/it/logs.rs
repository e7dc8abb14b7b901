//! Log records on the running server: every transport, both orders, kills, split mode.

use junjo_test_support::{OtlpClient, SpanBuilder, delimited_messages, eventually, fixture, request, text};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value as OtlpValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use serde_json::{Value, json};

use crate::harness::{Api, PATIENCE, ServerProcess, TestServer};

const START: u64 = 1_767_323_045_000_000_000;
const LOGS: &str = "logs.v1.LogsService";

/// A plain record of span 1 of trace 1.
fn record(number: u64, body: &str) -> LogRecord {
    LogRecord {
        time_unix_nano: START + number,
        severity_number: 9,
        trace_id: 1_u128.to_be_bytes().to_vec(),
        span_id: 1_u64.to_be_bytes().to_vec(),
        body: Some(AnyValue { value: Some(OtlpValue::StringValue(body.to_owned())) }),
        ..Default::default()
    }
}

pub(crate) fn logs_request(service: &str, log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource {
                attributes: vec![text("service.name", service)],
                ..Default::default()
            }),
            scope_logs: vec![ScopeLogs { log_records, ..Default::default() }],
            ..Default::default()
        }],
    }
}

/// A prompt of span 1 of trace 1, as older instrumentations send it.
pub(crate) fn prompt(content: &str) -> LogRecord {
    LogRecord {
        event_name: "gen_ai.user.message".into(),
        attributes: vec![text("gen_ai.system", "openai"), text("content", content)],
        body: None,
        ..record(1, "")
    }
}

async fn send_logs(client: &OtlpClient, records: Vec<LogRecord>) {
    let message = logs_request("shop", records).encode_to_vec();
    client.call(LOGS, message.into()).await.unwrap();
}

/// Waits until spans and log records are queryable.
pub(crate) async fn drained(api: &Api) -> Value {
    eventually("draining", PATIENCE, || async {
        let (code, status) = api.get("/otel/status").await;
        let equal = |accepted: &str, indexed: &str| status[accepted] == status[indexed];
        let is_drained = code == 200
            && status["index"] == "ok"
            && equal("accepted_spans", "indexed_spans")
            && equal("accepted_logs", "indexed_logs");
        is_drained.then_some(status)
    })
    .await
}

/// Scenario: the capture of an instrumentation that sends prompts only as log records, logs before spans as it sent
/// them, and spans before logs. Guarantee: both end with the same page for every span: its conversation, its records,
/// and the same row in the trace list.
#[tokio::test(flavor = "multi_thread")]
async fn captured_prompts_show_whichever_arrives_first() {
    let (spans, logs) = (
        delimited_messages(&fixture("real_otel-v2.bin")),
        delimited_messages(&fixture("real_otel-v2.logs.bin")),
    );
    let mut pages = Vec::new();
    for logs_first in [true, false] {
        let server = TestServer::start().await;
        let client = server.client(&server.set_up().await);
        let traces = spans.iter().map(|message| ("trace.v1.TraceService", message));
        let records = logs.iter().map(|message| (LOGS, message));
        let messages: Vec<_> =
            if logs_first { records.chain(traces).collect() } else { traces.chain(records).collect() };
        for (service, message) in messages {
            client.call(service, message.clone().into()).await.unwrap();
            drained(&server.api).await;
        }
        let status = drained(&server.api).await;
        assert!(status["accepted_logs"].as_u64().unwrap() > 0);
        assert_eq!(status["store"]["logs"], status["accepted_logs"]);
        let traces = server.api.read("/otel/traces").await;
        let trace = traces["items"][0]["trace_id"].as_str().unwrap().to_owned();
        let detail = server.api.read(&format!("/otel/trace/{trace}?include=payload")).await;
        let mut page = vec![traces["items"][0].clone()];
        for span in detail["spans"].as_array().unwrap() {
            let id = span["span_id"].as_str().unwrap();
            let mut shown = server.api.read(&format!("/otel/spans/{trace}/{id}")).await;
            assert_eq!(shown["derived"], span["payload"]["derived"], "both views read the same");
            for log in shown["logs"].as_array_mut().unwrap() {
                assert_eq!((&log["trace_id"], &log["span_id"]), (&json!(trace), &json!(id)));
                log["received_at"] = Value::Null;
            }
            page.push(json!([shown["name"], shown["derived"], shown["logs"]]));
        }
        let told: Vec<_> = page[1..].iter().filter(|span| span[1]["input_messages"] != json!([])).collect();
        assert!(
            told.iter()
                .any(|span| span[1]["input_messages"][1]["parts"][0]["content"] == "Weather in Prague?")
        );
        assert!(told.iter().any(|span| span[1]["output_messages"][0]["parts"][0]["name"] == "get_weather"));
        pages.push(page);
        server.stop().await;
    }
    assert_eq!(pages[0], pages[1]);
}

/// Scenario: one record each over gRPC, HTTP in protobuf and HTTP in JSON, then lists with every parameter, a bad one and a
/// cursor of another list. Guarantee: each transport's record is there with what it carried, filters work, and mistakes
/// are told.
#[tokio::test(flavor = "multi_thread")]
async fn every_transport_stores_logs_and_the_list_filters_them() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    send_logs(&server.client(&key), vec![record(1, "grpc")]).await;
    let post = async |content_type: &str, body: Vec<u8>| {
        let request = reqwest::Client::new().post(format!("http://{}/v1/logs", server.otlp_http));
        let request = request.header("content-type", content_type).header("x-api-key", &key).body(body);
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    let protobuf = LogRecord { severity_number: 17, ..record(2, "protobuf") };
    post("application/x-protobuf", logs_request("other", vec![protobuf]).encode_to_vec()).await;
    let json = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "timeUnixNano": (START + 3).to_string(), "severityNumber": 21, "severityText": "Panic",
        "body": {"kvlistValue": {"values": [{"key": "big", "value": {"intValue": "9223372036854775807"}}]}},
        "attributes": [{"key": "k", "value": {"stringValue": "needle"}}], "eventName": "app.crash",
    }]}]}]});
    post("application/json", json.to_string().into_bytes()).await;
    drained(&server.api).await;
    let list = async |query: &str| {
        let page = server.api.read(&format!("/otel/logs?{query}")).await;
        let times: Vec<u64> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|log| log["time_unix_nano"].as_str().unwrap().parse::<u64>().unwrap() - START)
            .collect();
        (times, page)
    };
    let (all, page) = list("").await;
    assert_eq!(all, [3, 2, 1]);
    let newest = &page["items"][0];
    assert_eq!(newest["body"]["big"]["int"], "9223372036854775807");
    assert_eq!((&newest["severity"], &newest["severity_text"]), (&json!("fatal"), &json!("Panic")));
    assert_eq!((&newest["service"], &newest["trace_id"]), (&json!("unknown_service"), &Value::Null));
    assert_eq!((&newest["event_name"], &page["stopped_early"]), (&json!("app.crash"), &json!(false)));
    assert_eq!(list("severity=error").await.0, [3, 2]);
    assert_eq!(list("severity=21").await.0, [3]);
    assert_eq!(list("service=other").await.0, [2]);
    assert_eq!(list("q=NEEDLE").await.0, [3]);
    assert_eq!(list("event_name=app.crash").await.0, [3]);
    assert_eq!(list(&format!("trace_id={:032x}", 1)).await.0, [2, 1]);
    assert_eq!(list(&format!("trace_id={:032x}&span_id={:016x}", 1, 2)).await.0, Vec::<u64>::new());
    assert_eq!(list(&format!("from={}&to={}", START + 2, START + 3)).await.0, [2]);
    let (first, page) = list("limit=2").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!((first, list(&format!("limit=2&cursor={cursor}")).await.0), (vec![3, 2], vec![1]));
    for bad in ["severity=loud", "severity=25", "trace_id=1", "span_id=x", "from=then", "nonsense=1"] {
        assert_eq!(server.api.get(&format!("/otel/logs?{bad}")).await.0, 400, "{bad}");
    }
    assert_eq!(server.api.get(&format!("/otel/logs?service=x&cursor={cursor}")).await.0, 400);
    assert_eq!(server.api.anonymous().get("/otel/logs").await.0, 401);
    server.stop().await;
}

/// Scenario: the real server acknowledges log records and their span, and is killed before anything else; the client
/// sends the logs again after the restart. Guarantee: nothing is lost, the retry shows once, the prompt is on the span.
#[tokio::test(flavor = "multi_thread")]
async fn kill_loses_no_acknowledged_log() {
    let dir = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(dir.path()).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    let records = || vec![prompt("hello"), record(2, "plain")];
    send_logs(&OtlpClient::new(server.grpc, Some(&key)), records()).await;
    let span = SpanBuilder::new(1, 1, START).build();
    OtlpClient::new(server.grpc, Some(&key)).export(&request("shop", vec![span])).await.unwrap();
    server.kill().await;
    let server = ServerProcess::start(dir.path()).await;
    send_logs(&OtlpClient::new(server.grpc, Some(&key)), records()).await;
    let api = Api::new(server.http);
    api.login().await;
    let status = drained(&api).await;
    assert_eq!((&status["accepted_logs"], &status["duplicate_logs"]), (&json!(4), &json!(2)));
    assert_eq!((&status["store"]["logs"], &status["accepted_spans"]), (&json!(2), &json!(1)));
    let shown = api.read(&format!("/otel/spans/{:032x}/{:016x}", 1, 1)).await;
    assert_eq!(shown["derived"]["input_messages"][0]["parts"][0]["content"], "hello");
    assert_eq!((&shown["derived"]["role"], &shown["derived"]["provider"]), (&json!("llm"), &json!("openai")));
    assert_eq!(shown["logs"].as_array().unwrap().len(), 2);
    let traces = api.read("/otel/traces?role=llm").await;
    assert_eq!(traces["items"][0]["llm_call_count"], 1);
    server.terminate().await;
}
