//! Acknowledged means on disk: the real binary is killed at random moments, and every acknowledged span is there once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use junjo_test_support::{OtlpClient, SpanBuilder, request};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::harness::{Api, ServerProcess};

const START: u64 = 1_767_323_045_000_000_000;
const KILLS: u64 = 20;
const SENDERS: u64 = 4;
const SPANS_PER_REQUEST: u64 = 5;

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

/// Scenario: four senders, `kill -9` at a random moment, restart, 20 times over one data folder. Guarantee: every
/// acknowledged span is in the API exactly once; what was not acknowledged is there whole or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn kill_at_random_moments_loses_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(20_261_121);
    let next_trace = Arc::new(AtomicU64::new(1));
    let mut acknowledged = BTreeSet::new();
    let mut key = String::new();
    for round in 0..KILLS {
        let server = ServerProcess::start(dir.path()).await;
        if round == 0 {
            let api = Api::new(server.http);
            api.register().await;
            key = api.create_key().await;
        }
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                let client = OtlpClient::new(server.grpc, Some(&key));
                tokio::spawn(send_until_killed(client, Arc::clone(&next_trace)))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(random.random_range(5..400))).await;
        server.kill().await;
        for sender in senders {
            acknowledged.extend(sender.await.unwrap());
        }
    }
    let server = ServerProcess::start(dir.path()).await;
    let api = Api::new(server.http);
    api.login().await;
    let status = api.drained().await;
    assert_eq!(status["quarantined_batches"], 0);
    assert_eq!(status["duplicate_spans"], 0);
    let found = all_traces(&api).await;
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(
        lost.is_empty(),
        "{} of {} acknowledged traces are lost: {lost:?}",
        lost.len(),
        acknowledged.len()
    );
    assert_eq!(status["store"]["spans"].as_u64().unwrap(), found.len() as u64 * SPANS_PER_REQUEST);
    assert!(
        acknowledged.len() > 20,
        "only {} requests were acknowledged: nothing was tested",
        acknowledged.len()
    );
    let (code, _) = server.terminate().await;
    assert_eq!(code, Some(0));
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
