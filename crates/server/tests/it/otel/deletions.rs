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

/// The files of a folder that hold the text as it is.
fn files_with(dir: &std::path::Path, text: &str) -> Vec<std::path::PathBuf> {
    let paths = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let holds = |path: std::path::PathBuf| match std::fs::read(&path) {
        _ if path.is_dir() => files_with(&path, text),
        Ok(bytes) if bytes.windows(text.len()).any(|part| part == text.as_bytes()) => vec![path],
        // a file that has gone meanwhile holds nothing
        _ => Vec::new(),
    };
    paths.flat_map(holds).collect()
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

/// Puts what a damaged folder had set aside into the quarantine folder: copies of index and log, and kept records.
fn set_aside(dir: &std::path::Path, gone: &str, kept: &str) {
    let folder = dir.join("quarantine");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["index-1.duckdb", "index-2.duckdb.wal", "wal-0123.db", "wal-0123.db-wal"] {
        std::fs::write(folder.join(name), gone).unwrap();
    }
    for (number, trace, text) in [(1, 1, gone), (2, 2, kept)] {
        let record = request("x", vec![SpanBuilder::new(trace, 9, START).with("payload", text).build()]);
        let frame = zstd::encode_all(&record.encode_to_vec()[..], 1).unwrap();
        std::fs::write(folder.join(format!("record-{number:020}.otlp.zst")), frame).unwrap();
        std::fs::write(folder.join(format!("record-{number:020}.otlp.txt")), text).unwrap();
    }
}

/// Scenario: the data of one of two users is deleted, sealed and not yet sealed, of which damaged copies and a kept record lie in
/// quarantine as well. Guarantee: when the deletion is done, and again after a stop, no file of the whole data folder has a byte of
/// it; what the other user has is still there, and so is their record.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_text_is_in_no_file() {
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &["--seal-seconds=1"]).await;
    let client = server.client(&server.set_up().await);
    let (gone, kept) = ("f0rg3t-m3-Qx7Zp2Lw9Vn4", "k33p-m3-Rb8Tc5Ys1Hd6");
    for id in 1..4 {
        for (trace, text) in [(1, gone), (2, kept)] {
            let text = format!("{text}-{id}");
            let span = SpanBuilder::new(trace, id, START).with("user.id", &text).with("payload", &text);
            send(&client, &text, vec![span.build()]).await;
        }
        server.api.drained().await;
    }
    let dir = server.dir.path();
    set_aside(dir, gone, kept);
    assert!(files_with(dir, gone).len() > 6, "nothing is readable, or this test proves nothing");
    let (status, deletion) =
        server.api.post("/otel/deletions", &json!({"user_id": format!("{gone}-1")})).await;
    assert_eq!(status, 202, "{deletion}");
    done(&server.api, deletion["id"].as_str().unwrap()).await;
    assert_eq!(files_with(dir, gone), [] as [&std::path::Path; 0]);
    let listed = server.api.read("/otel/spans").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);

    let dir = server.stop().await;
    assert_eq!(files_with(dir.path(), gone), [] as [&std::path::Path; 0]);
    assert!(!files_with(&dir.path().join("archive"), kept).is_empty());
    assert!(dir.path().join("quarantine/record-00000000000000000002.otlp.zst").try_exists().unwrap());
    let server = TestServer::start_in(dir).await;
    server.api.login().await;
    server.api.drained().await;
    assert_eq!(server.api.read("/otel/spans").await["items"], listed["items"]);
    server.stop().await;
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
