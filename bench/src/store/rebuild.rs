//! How long a lost index takes to be made again, while spans go on arriving and people go on asking.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::facts::{Facts, Folder};
use super::fill::{target, wait_until_sealed};
use super::setup::Setup;
use crate::clock::unix_nanos;
use crate::corpus::{Mixed, Shape};
use crate::load::{self, Feed, Latencies, Outcome, Pace, Target};
use crate::measure::Memory;
use crate::report::Rebuild;
use crate::subject::Api;

/// Spans a second that arrive meanwhile.
const RATE: f64 = 500.0;
const BATCH: usize = 50;
/// More than arrive in any rebuild.
const SPANS_MAX: u64 = 10_000_000;
/// Between two looks at the state; what they cost is below what is measured.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// Between two lists of the newest traces.
const ASK_INTERVAL: Duration = Duration::from_millis(200);
const LIMIT: Duration = Duration::from_mins(15);
/// The corpus of the filling has another one.
const SEED: u64 = 0x7eb1;

/// Deletes the index of `folder` and starts the server.
pub(super) async fn rebuild(setup: &Setup<'_>, folder: &Folder, facts: &Facts) -> anyhow::Result<Rebuild> {
    for suffix in ["duckdb", "duckdb.wal"] {
        let path = folder.data().join("index").with_extension(suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => {}
        }
    }
    let started = Instant::now();
    let server = setup.start(folder, &[])?;
    let api = Api::sign_in(server.http()).await?;
    let target = target(&server, api.create_key().await?);
    let done = Cell::new(false);
    let (arrived, asked, seconds) =
        futures::try_join!(arrive(&target, &done), ask(&api, &done), queryable(&api, facts, &done, started))?;
    let peak_bytes = Memory::of(server.pid()).peak_bytes;
    ensure!(arrived.failures.is_empty(), "spans were refused meanwhile: {}", arrived.failures[0]);
    let problems = server.log().problems;
    // so that the next start is a fresh one
    wait_until_sealed(&api).await?;
    server.stop().await?;
    let (mut latencies, mut lists) = (arrived.latencies, asked.latencies);
    Ok(Rebuild {
        seconds,
        spans_per_second: facts.spans as f64 / seconds,
        peak_bytes,
        answered: asked.answered,
        unanswered: asked.unanswered,
        newest_p95_ms: lists.percentile_millis(0.95),
        arrived_spans: arrived.spans,
        refusals: arrived.refusals,
        ack_p99_ms: latencies.percentile_millis(0.99),
        // the rebuild itself is announced as a warning
        problems: problems.into_iter().filter(|line| !line.contains("filling the index")).collect(),
    })
}

/// Sends spans until the rebuild is done.
async fn arrive(target: &Target, done: &Cell<bool>) -> anyhow::Result<Outcome> {
    let shape = Shape {
        spans: SPANS_MAX,
        batch: BATCH,
        split_traces: true,
        seed: SEED,
        span_bytes: 1_400,
        services: 4,
        end_unix_seconds: unix_nanos() / 1_000_000_000,
        hours: 1.0,
    };
    let mut feed = Feed::Made(Box::new(Mixed::new(shape)));
    let pace = Pace { duration: Some(Duration::from_secs(1)), spans_per_second: Some(RATE), acked: None };
    let mut sum = Outcome::default();
    while !done.get() {
        sum.add(load::run(target, &pace, &mut feed).await?);
    }
    Ok(sum)
}

/// Lists of the newest traces that were asked for.
#[derive(Default)]
struct Asked {
    answered: u64,
    unanswered: u64,
    latencies: Latencies,
}

/// Asks for the newest traces until the rebuild is done.
async fn ask(api: &Api, done: &Cell<bool>) -> anyhow::Result<Asked> {
    let mut asked = Asked::default();
    while !done.get() {
        let began = Instant::now();
        if api.get("/otel/traces").await.is_ok() {
            asked.answered += 1;
            asked.latencies.add(began.elapsed());
        } else {
            asked.unanswered += 1;
        }
        tokio::time::sleep(ASK_INTERVAL).await;
    }
    Ok(asked)
}

/// Waits until everything is queryable; returns the seconds since the start of the process.
async fn queryable(api: &Api, facts: &Facts, done: &Cell<bool>, started: Instant) -> anyhow::Result<f64> {
    loop {
        let status = api.status().await?;
        if status.index == "ok" && status.indexed_spans >= facts.spans {
            done.set(true);
            return Ok(started.elapsed().as_secs_f64());
        }
        ensure!(started.elapsed() < LIMIT, "not rebuilt within {LIMIT:?}: {status:?}");
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}
