//! Split mode for real: the Go ingestion service and this server as two processes, as the compose profile runs them.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use junjo_test_support::{OtlpClient, SpanBuilder, eventually, request};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tonic::Code;

use crate::harness::{Api, PATIENCE, ServerProcess};
use crate::telemetry::START;

pub(super) const TOKEN: &str = "token-of-both-sides";
const LOGS: &str = "logs.v1.LogsService";

/// Builds the Go program into `dir`. `None` when there is no Go: loudly, and never in CI.
pub(super) async fn build(dir: &Path) -> Option<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let program = dir.join("ingestion-service");
    let output = Command::new(repository.join("scripts/with-go.sh"))
        .args(["go", "build", "-o"])
        .args([program.as_os_str(), "./cmd/ingestion-service".as_ref()])
        .current_dir(repository.join("ingestion-service"))
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // the script's word for a machine without Go
    if output.status.code() == Some(3) && std::env::var_os("CI").is_none() {
        eprintln!("NOT TESTED: split mode with the Go ingestion service: {said}");
        return None;
    }
    assert!(output.status.success(), "the ingestion service does not build: {said}");
    Some(program)
}

/// A running ingestion service.
pub(super) struct Ingestion {
    pub(super) grpc: SocketAddr,
    http: SocketAddr,
    pub(super) internal: SocketAddr,
    child: Child,
}

impl Ingestion {
    /// Starts the program; `internal` may have port 0. Keys are checked at `backend`.
    pub(super) async fn start(program: &Path, dir: &Path, internal: SocketAddr, backend: SocketAddr) -> Self {
        Self::start_with(program, dir, (internal, backend), &[]).await
    }

    /// The same with more variables, which win.
    pub(super) async fn start_with(
        program: &Path,
        dir: &Path,
        (internal, backend): (SocketAddr, SocketAddr),
        variables: &[(&str, &str)],
    ) -> Self {
        let mut child = Command::new(program)
            .env_clear()
            .env("BADGERDB_PATH", dir)
            .env("JUNJO_OTLP_GRPC_ADDR", "127.0.0.1:0")
            .env("JUNJO_OTLP_HTTP_ADDR", "127.0.0.1:0")
            .env("JUNJO_METRICS_ADDR", "127.0.0.1:0")
            .env("JUNJO_INTERNAL_GRPC_ADDR", internal.to_string())
            .env("JUNJO_INTERNAL_TOKEN", TOKEN)
            .env("JUNJO_BACKEND_ADDR", backend.to_string())
            .env("JUNJO_FREE_SPACE_MIN", "1M")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut bound = std::collections::HashMap::new();
        let opened = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = log.next_line().await.unwrap() {
                let event: Value = serde_json::from_str(&line).unwrap_or_default();
                if event["msg"] == "listening" {
                    let address: SocketAddr = event["address"].as_str().unwrap().parse().unwrap();
                    bound.entry(event["for"].as_str().unwrap().to_owned()).or_insert(address);
                }
                if event["msg"] == "the write-ahead log is open" {
                    return;
                }
            }
            panic!("the ingestion service ended before its log was open");
        });
        opened.await.expect("the ingestion service opens its log in time");
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self { grpc: bound["otlp/grpc"], http: bound["otlp/http"], internal: bound["internal"], child }
    }

    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, which must end it with success.
    pub(super) async fn terminate(mut self) {
        let pid = self.child.id().unwrap().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert_eq!(status.code(), Some(0));
    }
}

/// A port that is free now: each process has to know the other's before both run.
pub(super) fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

pub(super) async fn start_server(dir: &Path, ingestion: SocketAddr, internal: SocketAddr) -> ServerProcess {
    let mut command = ServerProcess::command(dir);
    command
        .env("JUNJO_INGESTION_URL", format!("http://{ingestion}"))
        .env("JUNJO_INTERNAL_GRPC_ADDR", internal.to_string())
        .env("JUNJO_INTERNAL_TOKEN", TOKEN);
    ServerProcess::start_command(command).await
}

pub(super) fn spans(
    trace: u64,
) -> opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest {
    let span = |number| SpanBuilder::new(trace.into(), number, START + trace * 1_000 + number).build();
    request("split", (1..=3).map(span).collect())
}

pub(super) async fn status_when(api: &Api, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    eventually(what, PATIENCE, || async {
        let (code, status) = api.get("/otel/status").await;
        (code == 200 && holds(&status)).then_some(status)
    })
    .await
}

/// Scenario: both real programs; spans over gRPC and HTTP, a log record, a wrong key; then `kill -9` of the ingestion
/// service, of the server, and of both, with spans in between. Guarantee: every acknowledged span is in the API once,
/// the wrong key shows in the server's status, nobody is told "invalid key" while the server is away, and what the server
/// has is dropped by the ingestion service.
#[tokio::test(flavor = "multi_thread")]
async fn both_processes_lose_nothing_when_killed() {
    let (programs, data, wal) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(program) = build(programs.path()).await else { return };
    let backend = free_port();
    let ingestion = Ingestion::start(&program, wal.path(), "127.0.0.1:0".parse().unwrap(), backend).await;
    let internal = ingestion.internal;

    let away = OtlpClient::new(ingestion.grpc, Some("any-key")).export(&spans(1)).await;
    assert_eq!(away.unwrap_err().code(), Code::Unavailable, "keys cannot be checked yet");

    let server = start_server(data.path(), internal, backend).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    let refused = OtlpClient::new(ingestion.grpc, Some("wrong")).export(&spans(1)).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
    send_in_every_way(&ingestion, &key).await;
    let status = status_when(&api, "pulling", |status| {
        status["indexed_spans"] == 6 && status["sources"][0]["pulled_items"] == 7
    })
    .await;
    assert_eq!(status["sources"][0]["mode"], "batches");
    status_when(&api, "showing the wrong key", |status| {
        let rejections = status["recent_rejections"].as_array().unwrap();
        rejections.iter().any(|rejection| rejection["reason"] == "unauthenticated")
    })
    .await;

    // the ingestion service dies: the server finds the next one at the same address
    ingestion.kill().await;
    let ingestion = Ingestion::start(&program, wal.path(), internal, backend).await;
    let client = OtlpClient::new(ingestion.grpc, Some(&key));
    client.export(&spans(3)).await.unwrap();
    status_when(&api, "pulling again", |status| status["indexed_spans"] == 9).await;

    // the server dies: a key that was good within ten seconds still is, and what is acknowledged waits
    server.kill().await;
    let waits = client.export(&spans(4)).await;
    let unknown = OtlpClient::new(ingestion.grpc, Some("never-asked")).export(&spans(5)).await;
    assert_eq!(unknown.unwrap_err().code(), Code::Unavailable);
    let server = start_server(data.path(), internal, backend).await;
    if let Err(refusal) = waits {
        assert_eq!(refusal.code(), Code::Unavailable, "the ten seconds were over");
        export_patiently(&client, 4).await;
    }
    export_patiently(&client, 5).await;

    // both die
    ingestion.kill().await;
    server.kill().await;
    let ingestion = Ingestion::start(&program, wal.path(), internal, backend).await;
    let server = start_server(data.path(), internal, backend).await;
    let api = Api::new(server.http);
    api.login().await;
    let status = status_when(&api, "the rest", |status| status["indexed_spans"] == 15).await;
    assert_eq!((&status["duplicate_spans"], &status["quarantined_batches"]), (&0.into(), &0.into()));
    assert_eq!(status["store"]["spans"], 15);
    let traces = api.read("/otel/traces?service=split").await;
    assert_eq!(traces["items"].as_array().unwrap().len(), 5);
    eventually("trimming", PATIENCE, || async {
        let status = status_of(&program, internal).await;
        (status["storedBatches"] == "6" && status.get("liveBatches").is_none()).then_some(())
    })
    .await;
    assert_eq!(server.terminate().await.0, Some(0));
    ingestion.terminate().await;
}

/// As an SDK sends: again while the answer is that it should try again.
async fn export_patiently(client: &OtlpClient, trace: u64) {
    let request = spans(trace);
    eventually("taking a trace", PATIENCE, || async {
        match client.export(&request).await {
            Ok(_) => Some(()),
            Err(refusal) => {
                assert_eq!(refusal.code(), Code::Unavailable, "{refusal}");
                None
            }
        }
    })
    .await;
}

/// Trace 1 over gRPC, trace 2 over HTTP, and a log record.
async fn send_in_every_way(ingestion: &Ingestion, key: &str) {
    let client = OtlpClient::new(ingestion.grpc, Some(key));
    client.export(&spans(1)).await.unwrap();
    let over_http = reqwest::Client::new()
        .post(format!("http://{}/v1/traces", ingestion.http))
        .header("content-type", "application/x-protobuf")
        .header("x-junjo-api-key", key)
        .body(spans(2).encode_to_vec());
    assert_eq!(over_http.send().await.unwrap().status(), 200);
    client.call(LOGS, log_request().encode_to_vec().into()).await.unwrap();
}

/// What the operator's command says; counts of zero are left out.
pub(super) async fn status_of(program: &Path, internal: SocketAddr) -> Value {
    let mut command = Command::new(program);
    command
        .arg("status")
        .env("JUNJO_INTERNAL_GRPC_ADDR", internal.to_string())
        .env("JUNJO_INTERNAL_TOKEN", TOKEN);
    serde_json::from_slice(&command.output().await.unwrap().stdout).unwrap_or_default()
}

fn log_request() -> ExportLogsServiceRequest {
    let record = LogRecord { time_unix_nano: START, ..LogRecord::default() };
    let scope_logs = vec![ScopeLogs { log_records: vec![record], ..ScopeLogs::default() }];
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }] }
}
