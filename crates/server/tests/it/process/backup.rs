//! A copy of the data folder that is made while the server works, as `docs/backup.md` says.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use junjo_test_support::{OtlpClient, SpanBuilder, eventually, request};
use serde_json::Value;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::harness::{Api, PATIENCE, ServerProcess};
use crate::telemetry::START;

/// Sends one trace after the other until it is told to stop.
#[derive(Clone, Default)]
struct Sender {
    acknowledged: Arc<Mutex<Vec<u64>>>,
    is_over: Arc<AtomicBool>,
}

impl Sender {
    async fn send(&self, client: &OtlpClient, trace: u64) {
        let span = SpanBuilder::new(trace.into(), 1, START + trace).with("number", &trace.to_string());
        client.export(&request("shop", vec![span.build()])).await.unwrap();
        self.acknowledged.lock().unwrap().push(trace);
    }

    async fn run(self, client: OtlpClient) {
        for trace in 1.. {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            self.send(&client, trace).await;
        }
    }

    fn so_far(&self) -> Vec<u64> {
        self.acknowledged.lock().unwrap().clone()
    }
}

/// Step 1 and 2: a consistent copy of one SQLite file.
async fn copy_database(data: &Path, copy: &Path, name: &str) {
    let options = SqliteConnectOptions::new().filename(data.join(name));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let target = copy.join(name).to_str().unwrap().to_owned();
    sqlx::query("VACUUM INTO ?1").bind(target).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Step 3: files that are not there yet; false when one vanished meanwhile.
fn copy_new_files(from: &Path, to: &Path) -> bool {
    std::fs::create_dir_all(to).unwrap();
    let mut is_complete = true;
    let Ok(entries) = std::fs::read_dir(from) else { return false };
    for entry in entries {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            is_complete &= copy_new_files(&path, &target);
        } else if path.extension().is_some_and(|extension| extension == "parquet")
            && !target.try_exists().unwrap()
        {
            is_complete &= std::fs::copy(&path, &target).is_ok();
        }
    }
    is_complete
}

async fn span_of(api: &Api, trace: u64) -> Value {
    let mut span = api.read(&format!("/otel/spans/{trace:032x}/{:016x}", 1)).await;
    span.as_object_mut().unwrap().remove("logs");
    span
}

/// Scenario: the data folder is copied as the manual says while spans arrive, are sealed and trimmed; a server starts on the
/// copy. Guarantee: every span that was acknowledged before the copy began is in it with the same content, every trace is
/// there once, and new spans take the place of none.
#[tokio::test(flavor = "multi_thread")]
async fn copy_made_while_spans_arrive_has_everything_acknowledged_before() {
    let (data, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = ServerProcess::command(data.path());
    command.args(["--seal-seconds=1", "--seal-bytes=4K"]);
    let server = ServerProcess::start_command(command).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    let sender = Sender::default();
    let sending = tokio::spawn(sender.clone().run(OtlpClient::new(server.grpc, Some(&key))));
    eventually("a few archive files", PATIENCE, || async {
        let status = api.read("/otel/status").await;
        (status["archive"]["files"].as_u64() >= Some(3) && sender.so_far().len() > 20).then_some(())
    })
    .await;

    let before = sender.so_far();
    copy_database(data.path(), copy.path(), "wal.db").await;
    copy_database(data.path(), copy.path(), "app.db").await;
    while !copy_new_files(&data.path().join("archive"), &copy.path().join("archive")) {}
    eventually("a span after the copy began", PATIENCE, async || {
        (sender.so_far().len() > before.len()).then_some(())
    })
    .await;
    sender.is_over.store(true, Ordering::Relaxed);
    sending.await.unwrap();

    let restored = ServerProcess::start(copy.path()).await;
    let other = Api::new(restored.http);
    other.login().await;
    other.drained().await;
    let client = OtlpClient::new(restored.grpc, Some(&key));
    for trace in 1_000_001..=1_000_010 {
        sender.send(&client, trace).await;
    }
    let status = other.drained().await;
    api.drained().await;
    for trace in &before {
        assert_eq!(span_of(&other, *trace).await, span_of(&api, *trace).await);
    }
    for trace in 1_000_001..=1_000_010_u64 {
        assert_eq!(span_of(&other, trace).await["attributes"]["number"], trace.to_string());
    }
    assert_eq!((&status["duplicate_spans"], &status["quarantined_batches"]), (&0.into(), &0.into()));
    assert_eq!(restored.terminate().await.0, Some(0));
    assert_eq!(server.terminate().await.0, Some(0));
}
