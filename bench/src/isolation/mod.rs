//! `isolation`: whether those who send notice those who read. Spans arrive at a steady rate while everything is exported,
//! pings are answered meanwhile, and all of it goes on with little memory.

mod download;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::cli::IsolationArgs;
use crate::clock::unix_nanos;
use crate::corpus::{Mixed, Shape, Template};
use crate::ingest::drain;
use crate::load::{self, Feed, Latencies, Outcome, Pace, Target};
use crate::measure::Memory;
use crate::report::{Budget, Downloaded, Isolation, Round};
use crate::store::{Facts, Folder, Setup, fill, target, wait_until_open};
use crate::subject::{Api, ServerProcess};
use download::Download;

pub(crate) use download::run as download;

/// Different spans in memory; they are sent round and round as new ones.
const POOL_SPANS: u64 = 20_000;
/// Between two pings, and between two questions: somebody at work, not a load test.
const PING_INTERVAL: Duration = Duration::from_millis(5);
const QUESTION_INTERVAL: Duration = Duration::from_millis(250);
/// Generations of the pool that one run takes at most.
const GENERATIONS: u64 = 1 << 20;
const NANOS_PER_SECOND: u64 = 1_000_000_000;
const EXPORT: &str = "/otel/export?format=json";

/// A server with a store, and what is sent to it.
struct Subject {
    server: ServerProcess,
    api: Api,
    target: Target,
    read_key: String,
    pool: Arc<Vec<Template>>,
    rate: f64,
}

/// What one run saw.
struct Seen {
    outcome: Outcome,
    pings: Latencies,
}

/// Runs everything on one store.
pub(crate) async fn run(args: &IsolationArgs) -> anyhow::Result<Isolation> {
    let setup = Setup::find(args.server.as_ref(), &args.server_arg)?;
    let folder = Folder::new(args.data.as_deref(), args.temp.as_deref(), args.spans)?;
    let facts = match folder.facts()? {
        Some(facts) => facts,
        None => fill(&setup, &folder, shape(args, args.spans, 168.0)).await?,
    };
    let subject = Subject::start(args, &setup, &folder, &[]).await?;
    let (mut alone, mut beside) = (Sum::default(), Sum::default());
    let duration = Duration::from_secs(args.seconds);
    for _ in 0..args.rounds {
        alone.add(subject.load(duration).await?, Downloaded::default());
        let download = Download::start(&subject.api.url(EXPORT), &subject.read_key, duration)?;
        let seen = subject.load(duration).await?;
        beside.add(seen, download.finish()?);
    }
    let problems = subject.stop().await?;
    let budget =
        if args.budget_seconds > 0 { Some(under_budget(args, &setup, &folder, &facts).await?) } else { None };
    Ok(Isolation {
        spans: facts.spans,
        rate: args.rate,
        batch: args.batch,
        alone: alone.into_round(),
        beside_export: beside.into_round(),
        budget,
        problems,
    })
}

/// Sends, and then sends, asks and exports at once, with little memory.
async fn under_budget(
    args: &IsolationArgs,
    setup: &Setup<'_>,
    folder: &Folder,
    facts: &Facts,
) -> anyhow::Result<Budget> {
    let subject =
        Subject::start(args, setup, folder, &[format!("--memory-limit={}M", args.budget_mib)]).await?;
    let pid = subject.server.pid();
    let duration = Duration::from_secs(args.budget_seconds).div_f64(2.0);
    let mut sending = Sum::default();
    sending.add(subject.load(duration).await?, Downloaded::default());
    let peak_sending_bytes = Memory::of(pid).peak_bytes;
    let (mut asked, mut answers) = (0, Latencies::default());
    let download = Download::start(&subject.api.url(EXPORT), &subject.read_key, duration)?;
    let seen = tokio::select! {
        seen = subject.load(duration) => seen?,
        failed = ask(&subject.api, facts, &mut asked, &mut answers) => match failed? {},
    };
    let exported = download.finish()?;
    let memory = Memory::of(pid);
    let mut sum = Sum::default();
    sum.add(seen, exported);
    let sent = Instant::now();
    let problems = subject.stop().await?;
    Ok(Budget {
        budget_mib: args.budget_mib,
        sending: sending.into_round(),
        peak_sending_bytes,
        peak_bytes: memory.peak_bytes,
        anonymous_bytes: memory.anonymous_bytes,
        drain_seconds: sent.elapsed().as_secs_f64(),
        round: sum.into_round(),
        questions: asked,
        question_p95_ms: answers.percentile_millis(0.95),
        problems,
    })
}

/// What a page asks for, one question after another.
async fn ask(
    api: &Api,
    facts: &Facts,
    asked: &mut u64,
    answers: &mut Latencies,
) -> anyhow::Result<Infallible> {
    loop {
        for sample in &facts.samples {
            let paths = [
                "/otel/traces".to_owned(),
                format!("/otel/trace/{}?include=payload", sample.trace_id),
                format!("/otel/traces?service={}", sample.service),
                "/otel/stats?interval=1h".to_owned(),
            ];
            for path in paths {
                let started = Instant::now();
                api.get(&path).await?;
                answers.add(started.elapsed());
                *asked += 1;
                tokio::time::sleep(QUESTION_INTERVAL).await;
            }
        }
    }
}

impl Subject {
    async fn start(
        args: &IsolationArgs,
        setup: &Setup<'_>,
        folder: &Folder,
        first: &[String],
    ) -> anyhow::Result<Self> {
        let corpus = Mixed::new(shape(args, POOL_SPANS, 0.1));
        let pool = corpus.map(|message| Template::new(&message)).collect::<anyhow::Result<Vec<_>>>()?;
        let server = setup.start(folder, first)?;
        wait_until_open(&server).await?;
        let api = Api::sign_in(server.http()).await?;
        let target = target(&server, api.create_key().await?);
        let read_key = api.create_key_for("read").await?;
        Ok(Self { server, api, target, read_key, pool: Arc::new(pool), rate: args.rate })
    }

    /// Sends for `duration` and pings meanwhile.
    async fn load(&self, duration: Duration) -> anyhow::Result<Seen> {
        // no two runs begin in the same second, so that none repeats ids that the store has
        let first = unix_nanos() / NANOS_PER_SECOND * GENERATIONS;
        let mut feed = Feed::renewed(Arc::clone(&self.pool), first)?;
        let pace = Pace { duration: Some(duration), spans_per_second: Some(self.rate), acked: None };
        let mut pings = Latencies::default();
        let outcome = tokio::select! {
            outcome = load::run(&self.target, &pace, &mut feed) => outcome?,
            failed = ping(&self.api, &mut pings) => match failed? {},
        };
        ensure!(outcome.failures.is_empty(), "the server refused for good: {}", outcome.failures[0]);
        Ok(Seen { outcome, pings })
    }

    /// Waits until all is indexed and stops; returns what the log complained of.
    async fn stop(self) -> anyhow::Result<Vec<String>> {
        drain(&self.api, 0).await?;
        let problems = self.server.log().problems;
        self.server.stop().await?;
        Ok(problems)
    }
}

async fn ping(api: &Api, latencies: &mut Latencies) -> anyhow::Result<Infallible> {
    loop {
        let started = Instant::now();
        api.get("/ping").await?;
        latencies.add(started.elapsed());
        tokio::time::sleep(PING_INTERVAL).await;
    }
}

/// Several runs of one kind.
#[derive(Default)]
struct Sum {
    outcome: Outcome,
    pings: Latencies,
    exported: Downloaded,
}

impl Sum {
    fn add(&mut self, seen: Seen, exported: Downloaded) {
        self.outcome.add(seen.outcome);
        self.pings.extend(seen.pings);
        self.exported.finished += exported.finished;
        self.exported.bytes += exported.bytes;
    }

    fn into_round(self) -> Round {
        Round {
            spans_per_second: self.outcome.spans_per_second(),
            requests: self.outcome.requests,
            refusals: self.outcome.refusals,
            acks: self.outcome.latencies.into(),
            pings: self.pings.into(),
            exported: self.exported,
        }
    }
}

fn shape(args: &IsolationArgs, spans: u64, hours: f64) -> Shape {
    Shape {
        spans,
        batch: args.batch as usize,
        split_traces: true,
        seed: 2,
        span_bytes: 1_400,
        services: 8,
        end_unix_seconds: unix_nanos() / 1_000_000_000,
        hours,
    }
}
