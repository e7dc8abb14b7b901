//! `/otel/export`: every format, and that heavy exports leave the rest of the server alone.

use junjo_test_support::{SpanBuilder, eventually, request};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{PATIENCE, TestServer};
use crate::otel::calls::START;
use crate::otel::routed::server;

async fn body(server: &TestServer, path: &str) -> (String, Vec<u8>) {
    let response = server.api.call(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    (kind, response.bytes().await.unwrap().to_vec())
}

/// Value of a metric without labels.
async fn metric(server: &TestServer, name: &str) -> Option<f64> {
    let (_, text) = server.api.get("/metrics").await;
    let line = text.as_str()?.lines().find(|line| line.starts_with(name))?.to_owned();
    line.rsplit(' ').next()?.parse().ok()
}

/// Scenario: spans and traces in each format, with a filter on an attribute. Guarantee: each format holds exactly the
/// rows that match, whole.
#[tokio::test(flavor = "multi_thread")]
async fn export_streams_every_format() {
    let server = server().await;
    let (kind, bytes) = body(&server, "/otel/export?filter=attributes.http.route%20%3D%20%27/a%27").await;
    assert_eq!(kind, "application/x-ndjson");
    let lines: Vec<Value> =
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let traces: Vec<&Value> = lines.iter().map(|line| &line["trace_id"]).collect();
    assert_eq!(traces, [&json!(format!("{:032x}", 1)), &json!(format!("{:032x}", 3))]);
    assert_eq!(lines[0]["attributes"], json!({"http.route": "/a"}));
    assert_eq!(lines[0]["resource"]["attributes"]["service.name"], "shop");
    let (kind, bytes) = body(&server, "/otel/export?format=csv").await;
    assert!(kind.starts_with("text/csv"));
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains(r#""{""http.route"":""/b, \""quoted\""""}""#), "{text}");
    let (_, bytes) = body(&server, "/otel/export?format=csv&of=traces&service=shop").await;
    assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), 4);
    for of in ["spans", "traces"] {
        let (kind, bytes) = body(&server, &format!("/otel/export?format=parquet&of={of}")).await;
        assert_eq!(kind, "application/vnd.apache.parquet");
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    }
    assert_eq!(server.api.get("/otel/export?format=xml").await.0, 400);
    assert_eq!(server.api.get("/otel/export?filter=nonsense").await.0, 400);
    assert_eq!(server.api.anonymous().get("/otel/export").await.0, 401);
    server.stop().await;
}

/// Scenario: a client asks for megabytes and does not read them; then it goes away. Guarantee: meanwhile spans are
/// acknowledged and lists answered, and afterwards nothing of the export is left running.
#[tokio::test(flavor = "multi_thread")]
async fn export_of_a_stalled_client_holds_up_nobody() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let client = server.client(&key);
    let big = "x".repeat(1 << 20);
    for n in 1..=40 {
        let span = SpanBuilder::new(n, 1, START).with("input.value", &big).build();
        client.export(&request("big", vec![span])).await.unwrap();
    }
    server.api.drained().await;
    let stalled = server.api.call(Method::GET, "/otel/export").header("accept-encoding", "identity");
    let stalled = stalled.send().await.unwrap();
    assert_eq!(stalled.status(), 200);
    assert!(metric(&server, "junjo_exports_running").await.is_some_and(|running| running >= 1.0));
    client.export(&request("small", vec![SpanBuilder::new(100, 1, START).build()])).await.unwrap();
    assert_eq!(server.api.drained().await["accepted_spans"], 41);
    assert_eq!(server.api.read("/otel/traces?service=small").await["items"].as_array().unwrap().len(), 1);
    drop(stalled);
    eventually("ending the export", PATIENCE, || async {
        (metric(&server, "junjo_exports_running").await == Some(0.0)).then_some(())
    })
    .await;
    server.stop().await;
}
