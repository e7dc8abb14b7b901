//! `import go` on generated files.

use junjo_go_migration::generator::{CURSOR, append_duckdb, email, password, span_ids};
use junjo_pipeline::existing_service;
use junjo_test_support::{OtlpClient, SpanBuilder, request};
use serde_json::json;

use super::go_files::GoFiles;
use crate::harness::{Api, ServerProcess};
use crate::telemetry::START;

const SPANS: u32 = 2_100;

/// Scenario: a dry run on a fresh machine. Guarantee: a report of everything, and no data folder.
#[tokio::test(flavor = "multi_thread")]
async fn dry_run_reports_and_writes_nothing() {
    let files = GoFiles::new(120).await;
    let before = std::fs::read(files.duckdb()).unwrap();
    let report = files.import(&["--dry-run"]).await;
    assert!(
        report.starts_with(
            "accounts  7\nAPI keys  6\nspans     120 rows: 120 spans, 0 already here, 0 left out"
        ),
        "{report}"
    );
    assert!(report.contains("integers are beyond 2^53") && report.contains("span links"), "{report}");
    assert_eq!(std::fs::read_dir(files.data.path()).unwrap().count(), 0);
    assert_eq!(std::fs::read(files.duckdb()).unwrap(), before, "the old file is as it was");
}

/// Scenario: an import, the same again, then the Go server adds rows and it is imported once more. Guarantee: everything is there once
/// and works, a second run changes nothing, a third brings what is new; what is left out is named.
#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_over_once() {
    let mut files = GoFiles::new(SPANS).await;
    let report = files.import(&["--badger", " http://ingestion:50052 "]).await;
    assert!(report.starts_with("accounts  4 added as admin, 0 imported before, 3 left out\n"), "{report}");
    assert!(report.contains("API keys  4 added, 0 imported before, 2 left out\n"), "{report}");
    assert!(report.contains("- account \"odd@example.com\": the password hash is not bcrypt"), "{report}");
    assert!(report.contains("http://ingestion:50052 is read on behind what came at 2025-"), "{report}");
    let again = files.import(&["--badger", "http://ingestion:50052"]).await;
    assert!(again.starts_with("accounts  0 added as admin, 4 imported before, 3 left out\n"), "{again}");
    assert!(again.contains("API keys  0 added, 4 imported before, 2 left out\n"), "{again}");
    assert!(again.contains(&format!("spans     {SPANS} rows: {SPANS} spans, 0 already here")), "{again}");
    assert!(again.contains("this server has read http://ingestion:50052 further already"), "{again}");
    let (path, rows) = (files.duckdb(), SPANS..SPANS + 40);
    tokio::task::spawn_blocking(move || append_duckdb(&path, rows)).await.unwrap().unwrap();
    files.amounts.spans += 40;
    let third = files.import(&[]).await;
    assert!(third.contains(&format!("{SPANS} of these rows were imported before this run")), "{third}");
    files.check().await;
    let noted = position_in_log(&files).await;
    assert_eq!(noted, CURSOR.to_vec());
}

/// The position in the ingestion service, read from the log's file.
async fn position_in_log(files: &GoFiles) -> Vec<u8> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(files.data.path().join("wal.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query_scalar("SELECT position FROM cursors WHERE source = ?")
        .bind(existing_service("http://ingestion:50052"))
        .fetch_one(&pool)
        .await
        .unwrap()
}

/// Scenario: what was imported is looked at. Guarantee: attributes, kinds, events, the run of a workflow with its states, in the words of
/// the SDK, and where it comes from.
#[tokio::test(flavor = "multi_thread")]
async fn imported_spans_are_what_was_sent() {
    let files = GoFiles::new(64).await;
    files.import(&["--role", "viewer"]).await;
    let server = ServerProcess::start(files.data.path()).await;
    let api = Api::new(server.http);
    let (_, me) = api.post("/auth/login", &json!({"email": email(1), "password": password(1)})).await;
    assert_eq!(me["role"], "viewer");
    api.drained().await;
    let span = async |number: u32| {
        let (trace_id, span_id) = span_ids(number);
        api.read(&format!("/otel/spans/{trace_id}/{span_id}")).await
    };
    let workflow = span(0).await;
    assert_eq!(workflow["kind"], "internal", "{workflow}");
    assert_eq!(workflow["resource"]["attributes"]["junjo.import.source"], "go-server", "{workflow}");
    assert_eq!(workflow["attributes"]["junjo.workflow.state.end"], r#"{"count":1}"#);
    let odd = span(13).await;
    assert_eq!(odd["attributes"]["big"], json!({"int": "9007199254741006"}), "{odd}");
    assert_eq!(odd["attributes"]["empty"], json!([]));
    assert_eq!(span(15).await["attributes"]["junjo.import.attributes_json"], "[1]");
    let node = span(3).await;
    assert_eq!(node["events"][0]["name"], "set_state", "{node}");
    let (trace_id, span_id) = span_ids(0);
    let run = api.read(&format!("/otel/workflow/{trace_id}/{span_id}")).await;
    let node = &run["graph"]["nodes"][0];
    assert_eq!((&node["label"], &node["declared"]), (&json!("A"), &json!(true)), "{run}");
    let runs = api.read("/otel/workflows?service=shop&limit=500").await;
    assert!(!runs["items"].as_array().unwrap().is_empty());
    server.terminate().await;
}

/// Scenario: the server had some of the spans already, from the ingestion service. Guarantee: the import leaves those as they are.
#[tokio::test(flavor = "multi_thread")]
async fn spans_that_are_here_stay_as_they_are() {
    let files = GoFiles::new(40).await;
    let server = ServerProcess::start(files.data.path()).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    // the ids of row 0, and more than the Go server had kept of it
    let span = SpanBuilder::new(0xa000, 1, START).with("whole", "yes").build();
    OtlpClient::new(server.grpc, Some(&key)).export(&request("shop", vec![span])).await.unwrap();
    let refused = files.run(&[]).await;
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("another server uses the data folder"));
    server.terminate().await;
    let report = files.import(&[]).await;
    assert!(report.contains("40 rows: 39 spans, 1 already here, 0 left out"), "{report}");
    let server = ServerProcess::start(files.data.path()).await;
    let api = Api::new(server.http);
    api.login().await;
    let status = api.drained().await;
    assert_eq!((&status["store"]["spans"], &status["duplicate_spans"]), (&json!(40), &json!(0)));
    let (trace_id, span_id) = span_ids(0);
    let kept = api.read(&format!("/otel/spans/{trace_id}/{span_id}")).await;
    assert_eq!(kept["attributes"]["whole"], "yes");
    server.terminate().await;
}

/// Scenario: files that are none, and files in the wrong place. Guarantee: a sentence that says what was expected, and no data folder.
#[tokio::test(flavor = "multi_thread")]
async fn foreign_files_are_refused_before_anything_is_made() {
    let files = GoFiles::new(1).await;
    let (sqlite, duckdb) = (files.sqlite(), files.duckdb());
    let text = files.folder.path().join("notes.txt");
    std::fs::write(&text, "no database").unwrap();
    for (first, second, expected) in [
        (&text, &duckdb, "notes.txt cannot be read as a SQLite database"),
        (&sqlite, &sqlite, "app_data.db cannot be read as a DuckDB database"),
        (
            &files.folder.path().join("gone"),
            &duckdb,
            "name the SQLite database (app_data.db) of the Go server",
        ),
    ] {
        let mut command = ServerProcess::command(files.data.path());
        command.args(["import", "go", "--sqlite"]).arg(first).arg("--duckdb").arg(second);
        let output = command.output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected), "{said}");
    }
    assert_eq!(std::fs::read_dir(files.data.path()).unwrap().count(), 0);
}
