//! Acknowledged means on disk: the real binary is killed at random moments and in every phase of its work, and every
//! acknowledged span is there once. The long version of this is `bench/crash`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use junjo_test_support::FileOperation::{Rename, Sync, Unlink, Write};
use junjo_test_support::StoreFile::{AppLog, Archive, Index, IndexLog, Wal, WalLog};
use junjo_test_support::{Fault, Faults, Operation, OtlpClient, SpanBuilder, eventually, request};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use crate::harness::{Api, PATIENCE, ServerProcess, fault_library};
use crate::telemetry::{START, drained, prompt, record, send_logs};

const RANDOM_KILLS: u64 = 8;
const SENDERS: u64 = 4;
const SPANS_PER_REQUEST: u64 = 5;
/// Time for requests to gather before a phase is waited for.
const WARM_UP: Duration = Duration::from_millis(50);

/// Operations at which the running server is killed: appending, moving the log's pages, committing to the index, sealing,
/// and removing what was merged.
const RUNNING: &[(Operation, u64, Fault)] = &[
    ((WalLog, Write), 25, Fault::KillInside),
    ((WalLog, Sync), 12, Fault::KillBefore),
    ((WalLog, Sync), 12, Fault::KillAfter),
    ((IndexLog, Write), 9, Fault::KillInside),
    ((IndexLog, Sync), 3, Fault::KillAfter),
    ((Archive, Write), 1, Fault::KillInside),
    ((Archive, Rename), 0, Fault::KillAfter),
    ((AppLog, Sync), 0, Fault::KillAfter),
    ((Archive, Unlink), 0, Fault::KillBefore),
    ((Archive, Unlink), 3, Fault::KillAfter),
];

/// Operations at which it is killed after SIGTERM.
const STOPPING: &[(Operation, u64, Fault)] =
    &[((Index, Write), 0, Fault::KillInside), ((Wal, Write), 0, Fault::KillInside)];

/// Sends requests of one trace each until the server is gone; returns the traces that were acknowledged.
async fn send_until_killed(client: OtlpClient, next_trace: Arc<AtomicU64>) -> Vec<u64> {
    let mut acknowledged = Vec::new();
    loop {
        let trace = next_trace.fetch_add(1, Ordering::Relaxed);
        let spans = (1..=SPANS_PER_REQUEST)
            .map(|span| {
                SpanBuilder::new(trace.into(), span, START + trace * 1_000 + span).with("k", "v").build()
            })
            .collect();
        match client.export(&request("crash", spans)).await {
            Ok(_) => acknowledged.push(trace),
            Err(_) => return acknowledged,
        }
    }
}

/// One data folder, and what its servers have acknowledged.
struct Ledger {
    dir: tempfile::TempDir,
    next_trace: Arc<AtomicU64>,
    acknowledged: BTreeSet<u64>,
    key: String,
}

impl Ledger {
    /// Sets the folder up with a first server, which ends in order.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = ServerProcess::start(dir.path()).await;
        let api = Api::new(server.http);
        api.register().await;
        let key = api.create_key().await;
        server.terminate().await;
        Self { dir, next_trace: Arc::new(AtomicU64::new(1)), acknowledged: BTreeSet::new(), key }
    }

    /// Sends to `server` until `kill` has ended it.
    async fn send_until(&mut self, server: ServerProcess, kill: impl AsyncFnOnce(ServerProcess)) {
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                let client = OtlpClient::new(server.grpc, Some(&self.key));
                tokio::spawn(send_until_killed(client, Arc::clone(&self.next_trace)))
            })
            .collect();
        kill(server).await;
        for sender in senders {
            self.acknowledged.extend(sender.await.unwrap());
        }
    }

    /// Starts a last server and compares.
    async fn check(self) {
        let server = ServerProcess::start(self.dir.path()).await;
        let api = Api::new(server.http);
        api.login().await;
        let status = api.drained().await;
        assert_eq!(status["quarantined_batches"], 0);
        assert_eq!(status["duplicate_spans"], 0);
        let found = all_traces(&api).await;
        let acknowledged = self.acknowledged;
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        let count = acknowledged.len();
        assert!(lost.is_empty(), "{} of {count} acknowledged traces are lost: {lost:?}", lost.len());
        let spans = found.len() as u64 * SPANS_PER_REQUEST;
        assert_eq!(status["store"]["spans"], spans);
        assert_eq!(status["accepted_spans"], spans);
        assert!(count > 20, "only {count} requests were acknowledged: nothing was tested");
        let (code, _) = server.terminate().await;
        assert_eq!(code, Some(0));
    }
}

/// The numbers of all traces; each must have all of its spans.
async fn all_traces(api: &Api) -> BTreeSet<u64> {
    let (mut found, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = api.read(&format!("/otel/traces?limit=500{cursor}")).await;
        for trace in page["items"].as_array().unwrap() {
            assert_eq!(trace["span_count"], SPANS_PER_REQUEST, "{trace}");
            let id = u64::from_str_radix(trace["trace_id"].as_str().unwrap(), 16).unwrap();
            assert!(found.insert(id), "trace {id} is listed twice");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// Scenario: four senders, `kill -9` at a random moment, restart, several times over one data folder. Guarantee: every
/// acknowledged span is in the API exactly once; what was not acknowledged is there whole or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn kill_at_random_moments_loses_and_doubles_nothing() {
    let mut random = StdRng::seed_from_u64(20_261_121);
    let mut ledger = Ledger::new().await;
    for _ in 0..RANDOM_KILLS {
        let server = ServerProcess::start(ledger.dir.path()).await;
        let pause = Duration::from_millis(random.random_range(5..400));
        let kill = async |server: ServerProcess| {
            tokio::time::sleep(pause).await;
            server.kill().await;
        };
        ledger.send_until(server, kill).await;
    }
    ledger.check().await;
}

/// Scenario: the same, but the server dies before, inside or after a chosen write, fsync or rename: of the log, the index,
/// an archive file or the manifest, while it runs and while it shuts down. Guarantee: the same.
#[tokio::test(flavor = "multi_thread")]
async fn kill_in_every_phase_loses_and_doubles_nothing() {
    let Some(library) = fault_library() else { return };
    let mut ledger = Ledger::new().await;
    let page = tempfile::NamedTempFile::new().unwrap();
    let faults = Faults::new(library, page.path()).unwrap();
    for (is_running, cases) in [(true, RUNNING), (false, STOPPING)] {
        for (operation, skip, fault) in cases {
            let server = start_watched(ledger.dir.path(), &faults).await;
            let indexed = faults.count((IndexLog, Sync)).unwrap();
            let kill = async |server: ServerProcess| {
                tokio::time::sleep(WARM_UP).await;
                // something that a checkpoint at the end has to move
                eventually("indexing", PATIENCE, || async {
                    (faults.count((IndexLog, Sync)).unwrap() > indexed).then_some(())
                })
                .await;
                faults.arm(&[*operation], *skip, *fault).unwrap();
                if !is_running {
                    server.ask_to_end().await;
                }
                server.ended().await;
            };
            ledger.send_until(server, kill).await;
            assert_eq!(faults.hit().unwrap(), Some(*operation), "the server ended for another reason");
            faults.disarm().unwrap();
        }
    }
    ledger.check().await;
}

/// A server that seals all the time, and whose file operations obey `faults`.
async fn start_watched(dir: &Path, faults: &Faults) -> ServerProcess {
    let mut command = ServerProcess::command(dir);
    command.args(["--seal-seconds=1", "--seal-bytes=4K"]).envs(faults.environment());
    ServerProcess::start_command(command).await
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
