//! `/otel/deletions`: gone at once, gone from the disk, still gone after a restart.

use junjo_test_support::{OtlpClient, SpanBuilder, eventually, request};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, PATIENCE, TestServer};
use crate::otel::calls::START;
use crate::telemetry::{LOGS, drained, logs_request, prompt};

const TRACES: &str = "trace.v1.TraceService";

/// What nobody may read any more.
const SECRET: &str = "the customer's secret";

fn span(trace: u128, id: u64, session: &str) -> Span {
    SpanBuilder::new(trace, id, START + u64::try_from(trace).unwrap() * 1_000)
        .with("gen_ai.conversation.id", session)
        .with("user.id", session)
        .with("payload", SECRET)
        .with("junjo.span_type", "workflow")
        .build()
}

async fn send(client: &OtlpClient, service: &str, spans: Vec<Span>) {
    client.call(TRACES, request(service, spans).encode_to_vec().into()).await.unwrap();
}

fn hex(trace: u128) -> String {
    format!("{trace:032x}")
}

/// Every list that shows traces, spans, logs or what is made of them.
async fn everything(api: &Api) -> Vec<Value> {
    let mut answers = Vec::new();
    for path in [
        "/otel/traces",
        "/otel/traces?q=secret",
        "/otel/spans",
        "/otel/spans?filter=attributes.payload%20exists",
        "/otel/services",
        "/otel/conversations",
        "/otel/users",
        "/otel/runs",
        "/otel/logs",
    ] {
        answers.push(api.read(path).await["items"].clone());
    }
    for path in ["/otel/export?of=spans", "/otel/export?of=traces"] {
        let text = api.call(Method::GET, path).send().await.unwrap().text().await.unwrap();
        answers.push(Value::String(text));
    }
    answers
}

/// Waits until a deletion says that it is done.
async fn done(api: &Api, id: &str) -> Value {
    eventually("the deletion", PATIENCE, || async {
        let deletion = api.read(&format!("/otel/deletions/{id}")).await;
        (deletion["state"] == "done").then_some(deletion)
    })
    .await
}

/// Whether any file of the data folder but the accounts' holds the text as it is.
fn folder_holds(dir: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return folder_holds(&path, text);
        }
        let is_account = path.file_name().unwrap().to_string_lossy().starts_with("app.db");
        !is_account && std::fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes())
    })
}

/// Scenario: all telemetry of a server (spans, log records, sessions, runs, sealed and not) is deleted by trace, by session,
/// by user and by service. Guarantee: each time the answer is 202, no list, detail or export has any of it from then on,
/// the deletion becomes done, says who asked for it, and is in the audit log; a restart brings nothing back; what is sent
/// later shows.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_telemetry_is_gone_for_every_reader() {
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &["--seal-seconds=1"]).await;
    let client = server.client(&server.set_up().await);
    drained(&server.api).await;
    let nothing = everything(&server.api).await;
    for body in [
        json!({"trace_ids": [hex(1)]}),
        json!({"session_id": "s-1"}),
        json!({"user_id": "s-1"}),
        json!({"service": "shop"}),
    ] {
        send(&client, "shop", vec![span(1, 1, "s-1")]).await;
        client.call(LOGS, logs_request("shop", vec![prompt(SECRET)]).encode_to_vec().into()).await.unwrap();
        drained(&server.api).await;
        assert_ne!(everything(&server.api).await[0], json!([]), "{body}");

        let (status, deletion) = server.api.post("/otel/deletions", &body).await;
        assert_eq!((status, &deletion["finished_at"]), (202, &Value::Null), "{deletion}");
        assert_eq!(everything(&server.api).await, nothing, "{body}");
        let detail = format!("/otel/trace/{}", hex(1));
        assert_eq!(server.api.get(&detail).await.0, 404);
        assert_eq!(server.api.get(&format!("/otel/spans/{}/{:016x}", hex(1), 1)).await.0, 404);
        let deletion = done(&server.api, deletion["id"].as_str().unwrap()).await;
        let me = server.api.read("/auth/me").await;
        assert_eq!(deletion["requested_by"], me["id"]);
        assert_eq!(deletion["service"].is_null(), deletion["trace_count"] == 1, "{deletion}");
    }
    let listed = server.api.read("/otel/deletions?limit=3").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    assert_eq!(listed["items"][0]["service"], "shop");
    let rest = format!("/otel/deletions?cursor={}", listed["next_cursor"].as_str().unwrap());
    assert_eq!(server.api.read(&rest).await["items"][0]["trace_ids"], json!([hex(1)]));
    let audit = server.api.read("/auth/audit?action=telemetry.delete").await;
    let words: Vec<_> = audit["items"].as_array().unwrap().iter().map(|event| &event["detail"]).collect();
    assert_eq!(words, ["service", "user", "session", "traces"]);

    let server = TestServer::start_in(server.stop().await).await;
    server.api.login().await;
    server.api.drained().await;
    assert_eq!(everything(&server.api).await, nothing);
    let client = server.client(&server.api.create_key().await);
    send(&client, "shop", vec![span(1, 1, "s-1")]).await;
    server.api.drained().await;
    assert_eq!(server.api.read("/otel/traces").await["items"][0]["trace_id"], hex(1));
    server.stop().await;
}

/// Scenario: one of two traces is deleted, and the server is stopped when that is done. Guarantee: the bytes of the deleted
/// one's name are in no file of archive and index, those of the other are.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_text_is_in_no_file() {
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &["--seal-seconds=1"]).await;
    let client = server.client(&server.set_up().await);
    let (gone, kept) = ("a-service-to-forget", "a-service-to-keep");
    send(&client, gone, vec![span(1, 1, "s-1")]).await;
    send(&client, kept, vec![span(2, 1, "s-2")]).await;
    server.api.drained().await;
    let (status, deletion) = server.api.post("/otel/deletions", &json!({"trace_ids": [hex(1)]})).await;
    assert_eq!(status, 202);
    done(&server.api, deletion["id"].as_str().unwrap()).await;
    let dir = server.stop().await;
    let archive = dir.path().join("archive");
    assert!(folder_holds(&archive, kept), "Parquet keeps short texts readable, or this test proves nothing");
    assert!(!folder_holds(&archive, gone));
}

/// Scenario: requests that say nothing, too much or nonsense. Guarantee: 400 or 404, and nothing is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn deletions_that_are_not_clear_are_refused() {
    let server = TestServer::start().await;
    let client = server.client(&server.set_up().await);
    send(&client, "shop", vec![span(1, 1, "s-1")]).await;
    server.api.drained().await;
    for body in [
        json!({}),
        json!({"trace_ids": []}),
        json!({"trace_ids": ["xyz"]}),
        json!({"trace_ids": [hex(1)], "service": "shop"}),
        json!({"service": "x".repeat(5_000)}),
        json!({"everything": true}),
    ] {
        let (status, answer) = server.api.post("/otel/deletions", &body).await;
        assert!([400, 422].contains(&status), "{body}: {status} {answer}");
    }
    assert_eq!(server.api.post("/otel/deletions", &json!({"user_id": "nobody"})).await.0, 404);
    assert_eq!(server.api.get("/otel/deletions/7").await.0, 404);
    assert_eq!(server.api.get("/otel/deletions/x").await.0, 404);
    assert_eq!(server.api.read("/otel/deletions").await["items"], json!([]));
    assert_eq!(server.api.read("/otel/traces").await["items"].as_array().unwrap().len(), 1);
    server.stop().await;
}
