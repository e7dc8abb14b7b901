//! A record that ends the process: the real server dies over it at start after start, until it is put aside.

use std::path::Path;
use std::process::Stdio;

use junjo_test_support::FileOperation::Write;
use junjo_test_support::StoreFile::IndexLog;
use junjo_test_support::{Fault, Faults, OtlpClient, SpanBuilder, request};

use crate::harness::{Api, PATIENCE, ServerProcess, fault_library};
use crate::telemetry::START;

/// Sends a trace of one span.
async fn send(server: &ServerProcess, key: &str, trace: u64) {
    let span = SpanBuilder::new(trace.into(), 1, START + trace).build();
    OtlpClient::new(server.grpc, Some(key)).export(&request("shop", vec![span])).await.unwrap();
}

fn note(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("index.indexing")).unwrap_or_default()
}

/// Scenario: an acknowledged request ends the real server whenever it is committed to the index, although a child process decodes
/// it; the server is started again and again. Guarantee: after ten deaths a start puts the record aside, says so and counts it; what came before and what
/// comes after is there.
#[tokio::test(flavor = "multi_thread")]
async fn record_that_ends_the_server_again_and_again_is_put_aside() {
    let Some(library) = fault_library() else { return };
    let dir = tempfile::tempdir().unwrap();
    let page = tempfile::NamedTempFile::new().unwrap();
    let faults = Faults::new(library, page.path()).unwrap();
    let server = ServerProcess::start(dir.path()).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    send(&server, &key, 1).await;
    api.drained().await;
    server.terminate().await;
    let command = || {
        let mut command = ServerProcess::command(dir.path());
        command.envs(faults.environment());
        command
    };
    let server = ServerProcess::start_command(command()).await;
    faults.arm(&[(IndexLog, Write)], 0, Fault::KillBefore).unwrap();
    send(&server, &key, 2).await;
    server.ended().await;
    assert!(note(dir.path()).ends_with(" 1"), "{}", note(dir.path()));
    for deaths in (2..=10).map(|deaths| format!(" {deaths}")) {
        faults.arm(&[(IndexLog, Write)], 0, Fault::KillBefore).unwrap();
        let mut child = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::timeout(PATIENCE, child.wait()).await.expect("it ends in time").unwrap();
        assert_eq!(faults.hit().unwrap(), Some((IndexLog, Write)), "it ended for another reason");
        assert!(note(dir.path()).ends_with(&deaths), "{}", note(dir.path()));
    }
    faults.disarm().unwrap();
    let server = ServerProcess::start_command(command()).await;
    send(&server, &key, 3).await;
    let api = Api::new(server.http);
    api.login().await;
    let status = api.drained().await;
    assert_eq!((&status["quarantined_batches"], &status["indexed_spans"]), (&1.into(), &3.into()));
    let traces = api.read("/otel/traces").await;
    let ids: Vec<&str> =
        traces["items"].as_array().unwrap().iter().filter_map(|row| row["trace_id"].as_str()).collect();
    assert_eq!(ids, [format!("{:032x}", 3), format!("{:032x}", 1)]);
    let (code, log) = server.terminate().await;
    assert_eq!(code, Some(0));
    assert!(log.iter().any(|line| line.contains("ended the server several times")), "{log:#?}");
    let kept = std::fs::read_dir(dir.path().join("quarantine")).unwrap().count();
    assert_eq!(kept, 2, "the payload, and why it is there");
    assert_eq!(note(dir.path()), "");
}
