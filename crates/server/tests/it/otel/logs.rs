//! `/otel/logs`, and log records as spans show them: every transport, both orders.

use junjo_test_support::{delimited_messages, fixture};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message as _;
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::telemetry::{LOGS, START, drained, logs_request, record, send_logs};

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
