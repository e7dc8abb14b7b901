//! A full or broken disk under the real binary: senders are asked to come back, nothing acknowledged is lost, nothing
//! ends, and everything goes on by itself when the disk works again.

use std::path::{Path, PathBuf};
use std::process::Command;

use junjo_test_support::FileOperation::{Create, Sync, Truncate, Write};
use junjo_test_support::StoreFile::{AppLog, Archive, Index, IndexLog, Wal, WalLog};
use junjo_test_support::{Fault, Faults, Operation, OtlpClient, SpanBuilder, eventually, request};
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::harness::{Api, PATIENCE, ServerProcess, fault_library};
use crate::telemetry::START;

/// A server whose disk can be made to fail, with a key and an API session.
struct Subject {
    dir: tempfile::TempDir,
    faults: Faults,
    server: ServerProcess,
    api: Api,
    key: String,
    last: u64,
    acknowledged: Vec<u64>,
}

impl Subject {
    async fn start() -> Option<Self> {
        let library = fault_library()?;
        let dir = tempfile::tempdir().unwrap();
        let faults = Faults::new(library, &dir.path().join("faults")).unwrap();
        let faults = faults.with_disk(&dir.path().join("limbo")).unwrap();
        let server = start(&dir.path().join("data"), &faults).await;
        let api = Api::new(server.http);
        api.register().await;
        let key = api.create_key().await;
        Some(Self { dir, faults, server, api, key, last: 0, acknowledged: Vec::new() })
    }

    /// Sends one span as a trace of its own.
    async fn send(&mut self) -> Result<(), Status> {
        let trace = self.next_trace();
        self.export(trace).await?;
        self.acknowledged.push(trace);
        Ok(())
    }

    /// Sends a span again and again until it is taken, as clients do.
    async fn send_until_taken(&mut self) {
        let trace = self.next_trace();
        let subject = &*self;
        eventually("a span that is taken", PATIENCE, || async { subject.export(trace).await.ok() }).await;
        self.acknowledged.push(trace);
    }

    const fn next_trace(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    async fn export(&self, trace: u64) -> Result<(), Status> {
        let client = OtlpClient::new(self.server.grpc, Some(&self.key));
        let span = SpanBuilder::new(trace.into(), 1, START + trace).build();
        client.export(&request("disk", vec![span])).await.map(drop)
    }

    fn break_disk(&self, operations: &[Operation], errno: u64) {
        self.faults.arm(operations, 0, Fault::Fail { errno, times: u64::MAX }).unwrap();
    }

    /// Waits until a fault has happened.
    async fn met_a_fault(&self) {
        eventually("a fault", PATIENCE, || async { (self.faults.hits().unwrap() > 0).then_some(()) }).await;
    }

    async fn log_state(&self) -> Value {
        self.api.read("/health").await["log"].clone()
    }

    /// After the server has ended by itself: another one on the same folder, with a disk that works.
    async fn started_again(self) -> Self {
        self.server.ended().await;
        self.faults.disarm().unwrap();
        let server = start(&self.dir.path().join("data"), &self.faults).await;
        let api = Api::new(server.http);
        api.login().await;
        Self { server, api, ..self }
    }

    /// Everything that was acknowledged is there once, also after `kill -9` and a start.
    async fn ends_with_everything_there(self) {
        compare(&self.api, &self.acknowledged).await;
        self.server.kill().await;
        let server = start(&self.dir.path().join("data"), &self.faults).await;
        let api = Api::new(server.http);
        api.login().await;
        compare(&api, &self.acknowledged).await;
        let (code, _) = server.terminate().await;
        assert_eq!(code, Some(0));
    }
}

async fn start(dir: &Path, faults: &Faults) -> ServerProcess {
    let mut command = ServerProcess::command(dir);
    command.args(["--seal-seconds=1"]).envs(faults.environment());
    ServerProcess::start_command(command).await
}

async fn compare(api: &Api, acknowledged: &[u64]) {
    let status = api.drained().await;
    assert_eq!(status["quarantined_batches"], 0, "{status}");
    for trace in acknowledged {
        let detail = api.read(&format!("/otel/trace/{trace:032x}")).await;
        assert_eq!(detail["spans"].as_array().unwrap().len(), 1, "trace {trace}");
        let whole = api.read(&format!("/otel/spans/{trace:032x}/{:016x}", 1)).await;
        assert_eq!(whole["name"], "span 1");
    }
}

/// A refusal that every kind of client takes as "come back": both forms of retry info.
fn assert_is_retryable(refused: &Status) {
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    assert!(!refused.details().is_empty(), "no google.rpc.RetryInfo in the details");
    assert!(refused.metadata().get_bin("google.rpc.retryinfo-bin").is_some(), "no RetryInfo of its own");
}

/// Scenario: the log's disk is full, over gRPC and HTTP. Guarantee: UNAVAILABLE and 503 with retry info, `/health` says
/// so; when there is room again spans are taken without a restart, and nothing acknowledged is missing.
#[tokio::test(flavor = "multi_thread")]
async fn full_disk_under_the_log_is_unavailable_until_there_is_room() {
    let Some(mut subject) = Subject::start().await else { return };
    subject.send().await.unwrap();
    subject.break_disk(&[(WalLog, Write)], Fault::ENOSPC);
    assert_is_retryable(&subject.send().await.unwrap_err());
    let http = subject.api.call(reqwest::Method::POST, "/v1/traces").header("x-junjo-api-key", &subject.key);
    let span = SpanBuilder::new(9_999, 1, START).build();
    let body = prost::Message::encode_to_vec(&request("disk", vec![span]));
    let answer = http.header("content-type", "application/x-protobuf").body(body).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers()["retry-after"].to_str().unwrap().parse::<u32>().is_ok());
    assert_eq!(subject.log_state().await, "failing");
    subject.faults.disarm().unwrap();
    // nobody sends: it notices by itself
    eventually("recovery", PATIENCE, || async { (subject.log_state().await == "ok").then_some(()) }).await;
    subject.send().await.unwrap();
    subject.ends_with_everything_there().await;
}

/// Scenario: the index's disk is full while spans arrive. Guarantee: they are acknowledged all the same, and indexed when
/// there is room, without a restart.
#[tokio::test(flavor = "multi_thread")]
async fn full_disk_under_the_index_delays_only_the_index() {
    let Some(mut subject) = Subject::start().await else { return };
    subject.break_disk(&[(IndexLog, Create), (IndexLog, Write), (Index, Write)], Fault::ENOSPC);
    for _ in 0..20 {
        subject.send().await.unwrap();
    }
    subject.met_a_fault().await;
    subject.send().await.unwrap();
    assert_eq!(subject.log_state().await, "ok");
    subject.faults.disarm().unwrap();
    subject.ends_with_everything_there().await;
}

/// Scenario: there is no room for an archive file, and then none for its line in the manifest. Guarantee: spans are
/// acknowledged and readable meanwhile, no part of a file stays, and they are sealed once when there is room.
#[tokio::test(flavor = "multi_thread")]
async fn full_disk_under_the_archive_delays_only_the_seal() {
    let Some(mut subject) = Subject::start().await else { return };
    for operations in [&[(Archive, Write)][..], &[(AppLog, Write)]] {
        subject.break_disk(operations, Fault::ENOSPC);
        subject.send().await.unwrap();
        subject.met_a_fault().await;
        subject.send().await.unwrap();
        subject.api.drained().await;
        let files = files_below(&subject.dir.path().join("data/archive"));
        assert!(files.iter().all(|file| file.extension().is_some_and(|end| end == "parquet")), "{files:?}");
        subject.faults.disarm().unwrap();
        eventually("sealing", PATIENCE, || async {
            let status = subject.api.read("/otel/status").await;
            (status["wal"]["batches"] == 0).then_some(())
        })
        .await;
    }
    let status = subject.api.read("/otel/status").await;
    let files = files_below(&subject.dir.path().join("data/archive"));
    assert_eq!(status["archive"]["files"], files.len(), "{files:?}");
    subject.ends_with_everything_there().await;
}

/// Scenario: there is no room for accounts and keys. Guarantee: changing them is 503, spans are still acknowledged, and
/// changing them works when there is room.
#[tokio::test(flavor = "multi_thread")]
async fn full_disk_under_the_accounts_is_unavailable() {
    let Some(mut subject) = Subject::start().await else { return };
    subject.break_disk(&[(AppLog, Write)], Fault::ENOSPC);
    let (code, problem) = subject.api.post("/api-keys", &json!({"name": "second"})).await;
    assert_eq!(code, 503, "{problem}");
    subject.send().await.unwrap();
    subject.faults.disarm().unwrap();
    let (code, problem) = subject.api.post("/api-keys", &json!({"name": "second"})).await;
    assert_eq!(code, 201, "{problem}");
    subject.ends_with_everything_there().await;
}

/// Scenario: an fsync of the log fails, and so does opening it again; then the disk works. Guarantee: nothing is
/// acknowledged before the log was opened again, brought into one file and read through; nothing acknowledged is missing.
#[tokio::test(flavor = "multi_thread")]
async fn failed_fsync_is_not_trusted_until_the_log_is_verified() {
    let Some(mut subject) = Subject::start().await else { return };
    subject.send().await.unwrap();
    // neither the commit nor what brings the file in order again can be made durable
    subject.break_disk(&[(WalLog, Sync), (Wal, Sync), (WalLog, Truncate)], Fault::EIO);
    for _ in 0..3 {
        assert_is_retryable(&subject.send().await.unwrap_err());
    }
    assert_eq!(subject.log_state().await, "failing");
    subject.faults.disarm().unwrap();
    subject.send_until_taken().await;
    assert_eq!(subject.log_state().await, "ok");
    subject.ends_with_everything_there().await;
}

/// Scenario: an fsync of the log fails, spans are acknowledged after it, and then the power is cut, so that pages of the
/// failed commit never reach the disk. Guarantee: what was acknowledged does not depend on them.
#[tokio::test(flavor = "multi_thread")]
async fn power_cut_after_a_failed_fsync_loses_nothing_acknowledged() {
    let Some(mut subject) = Subject::start().await else { return };
    for seed in 0..4 {
        subject.send().await.unwrap();
        subject.break_disk(&[(WalLog, Sync)], Fault::EIO);
        assert_is_retryable(&subject.send().await.unwrap_err());
        subject.faults.disarm().unwrap();
        subject.send_until_taken().await;
        subject.send().await.unwrap();
        subject.faults.arm(&[(WalLog, Sync)], 0, Fault::PowerCut { seed }).unwrap();
        subject.send().await.unwrap_err();
        subject = subject.started_again().await;
        compare(&subject.api, &subject.acknowledged).await;
    }
    subject.ends_with_everything_there().await;
}

/// Scenario: writes and fsyncs of every file fail now and then while spans arrive. Guarantee: nothing acknowledged is
/// missing, and the server lives.
#[tokio::test(flavor = "multi_thread")]
async fn failing_disk_loses_nothing_acknowledged() {
    let Some(mut subject) = Subject::start().await else { return };
    let everything: Vec<Operation> = [WalLog, Wal, IndexLog, Index, Archive, AppLog]
        .into_iter()
        .flat_map(|file| [(file, Write), (file, Sync)])
        .collect();
    for round in 0..12 {
        let fault = Fault::Fail { errno: Fault::EIO, times: 2 };
        subject.faults.arm(&everything, round * 3, fault).unwrap();
        for _ in 0..10 {
            if let Err(refused) = subject.send().await {
                assert_is_retryable(&refused);
            }
        }
    }
    subject.faults.disarm().unwrap();
    subject.send_until_taken().await;
    subject.ends_with_everything_there().await;
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// A file system of a few megabytes, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None`, and loudly, where this process may not mount. In CI it has to.
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "junjo-small-disk"])
            .arg(dir.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(dir)),
            other => {
                let reason = other.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
                eprintln!("SKIPPED, NOT PASSED: no small disk can be mounted here: {reason:?}");
                None
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// Scenario: a data folder on a disk of 24 MiB is filled to the last byte by spans and a foreign file, which then goes.
/// Guarantee: the server refuses with retry info and lives; with room it takes spans again; everything acknowledged is
/// there.
#[tokio::test(flavor = "multi_thread")]
async fn small_disk_fills_up_and_recovers() {
    let Some(disk) = SmallDisk::mount() else { return };
    let data = disk.0.path().join("data");
    let mut command = ServerProcess::command(&data);
    command.env("JUNJO_FREE_SPACE_MIN", "0").args(["--seal-seconds=1"]);
    let server = ServerProcess::start_command(command).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    let client = OtlpClient::new(server.grpc, Some(&key));
    let ballast = disk.0.path().join("ballast");
    std::fs::write(&ballast, vec![1; 10 << 20]).unwrap();
    let send = async |trace: u64| {
        let text: String =
            (0..20_000).map(|at: u64| char::from(b'0' + (hash(trace, at) % 74) as u8)).collect();
        let span = SpanBuilder::new(trace.into(), 1, START + trace).with("text", &text).build();
        client.export(&request("disk", vec![span])).await
    };
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    for trace in 1..=2_000 {
        match send(trace).await {
            Ok(_) => acknowledged.push(trace),
            Err(status) => {
                assert_is_retryable(&status);
                refused += 1;
            }
        }
        if refused >= 20 {
            break;
        }
    }
    assert!(refused >= 20, "the disk never filled up");
    assert_eq!(api.read("/health").await["status"], "ok");
    std::fs::remove_file(&ballast).unwrap();
    eventually("room", PATIENCE, || async { send(1_000_000).await.ok() }).await;
    acknowledged.push(1_000_000);
    compare(&api, &acknowledged).await;
    let (code, _) = server.terminate().await;
    assert_eq!(code, Some(0));
}

/// Mixes two numbers, so that the text does not compress.
fn hash(trace: u64, at: u64) -> u64 {
    let mut z =
        trace.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(at.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
