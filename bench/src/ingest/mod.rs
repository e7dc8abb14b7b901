//! The measurement of ingest: anchor, server, anchor, one after another on the same machine with the same requests.

mod beside;
mod freshness;
mod watch;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

use crate::cli::{AnchorArgs, IngestArgs, LoadArgs, WalAnchorArgs};
use crate::corpus::{Generator, OneTrace, Reader, Template};
use crate::load::{self, Feed, Pace, Protocol, Target};
use crate::measure::{CpuMark, DiskUse, Memory, Recorder, file_system, load_average};
use crate::report::{Acked, Corpus, Freshness, Ingest, Machine, Queryable, Setting, WalAnchor};
use crate::subject::{
    AckAnchor, Api, BareAppend, LogSummary, ServerProcess, Status, program, run_bare_append,
};
use watch::Watch;

pub(crate) use watch::drain;

/// Longest run of the WAL anchor: it only has to be long enough for many commits.
const ANCHOR_SECONDS_MAX: u64 = 30;
/// Spans of a corpus file that are kept in memory for anchors and for freshness.
const POOL_SPANS_MAX: u64 = 200_000;
const BUILD_ANCHORS: &str = "cargo build --release -p junjo-wal --example ack_anchor && \
    cargo build --release -p junjo-span-store --example bare_append";
const BUILD_SERVER: &str = "cargo build --release -p junjo-server";

/// Runs the whole measurement.
pub(crate) async fn run(args: &IngestArgs) -> anyhow::Result<Ingest> {
    let binary = program(args.server.as_ref(), "junjo-server", BUILD_SERVER)?;
    let anchors = Anchors::find(&args.anchors)?;
    let work = Work::prepare(&args.load)?;
    let wal_anchor = match &anchors {
        Some(anchors) => Some(measure_wal_anchor(&anchors.ack, &work, args.anchors.anchor_spans).await?),
        None => None,
    };
    let measured = measure_server(args, &binary, &work).await?;
    let bare_append = match &anchors {
        Some(anchors) => {
            let dir = work.dir()?;
            run_bare_append(&anchors.append, dir.path(), &work.pool, args.anchors.anchor_spans)?
        }
        None => Vec::new(),
    };
    Ok(measured.into_report(args, &work, wal_anchor, bare_append))
}

/// Runs the WAL anchor alone.
pub(crate) async fn run_wal_anchor(args: &WalAnchorArgs) -> anyhow::Result<(Setting, WalAnchor)> {
    let Some(anchors) = Anchors::find(&args.anchors)? else {
        bail!("--no-anchors leaves nothing to measure")
    };
    let work = Work::prepare(&args.load)?;
    let measured = measure_wal_anchor(&anchors.ack, &work, args.anchors.anchor_spans).await?;
    Ok((work.setting(Protocol::Grpc), measured))
}

struct Anchors {
    ack: std::path::PathBuf,
    append: std::path::PathBuf,
}

impl Anchors {
    fn find(args: &AnchorArgs) -> anyhow::Result<Option<Self>> {
        if args.no_anchors {
            return Ok(None);
        }
        let ack = program(args.ack_anchor.as_ref(), "examples/ack_anchor", BUILD_ANCHORS)?;
        let append = program(args.bare_append.as_ref(), "examples/bare_append", BUILD_ANCHORS)?;
        Ok(Some(Self { ack, append }))
    }
}

/// What is sent, and where files may be made.
struct Work<'a> {
    args: &'a LoadArgs,
    pool: Arc<Vec<Template>>,
    corpus: Corpus,
}

impl<'a> Work<'a> {
    fn prepare(args: &'a LoadArgs) -> anyhow::Result<Self> {
        let mut pool = Vec::new();
        if let Some(path) = &args.corpus {
            let mut spans = 0;
            for message in Reader::open(path)? {
                let template = Template::new(&message?)?;
                spans += u64::from(template.span_count());
                pool.push(template);
                if spans >= POOL_SPANS_MAX {
                    break;
                }
            }
        } else {
            for message in Generator::new(args.shape.shape()) {
                pool.push(Template::new(&message)?);
            }
        }
        ensure!(!pool.is_empty(), "the corpus is empty");
        let spans: u64 = pool.iter().map(|template| u64::from(template.span_count())).sum();
        let bytes: u64 = pool.iter().map(|template| template.message().len() as u64).sum();
        let corpus = Corpus {
            requests: pool.len() as u64,
            spans_per_request: spans as f64 / pool.len() as f64,
            bytes_per_span: bytes as f64 / spans as f64,
        };
        Ok(Self { args, pool: Arc::new(pool), corpus })
    }

    fn dir(&self) -> anyhow::Result<TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("junjo-bench-");
        let dir = match &self.args.temp {
            Some(parent) => builder.tempdir_in(parent),
            None => builder.tempdir(),
        };
        dir.context("cannot make a temporary folder (--temp)")
    }

    fn target(&self, addr: std::net::SocketAddr, protocol: Protocol, key: Option<String>) -> Target {
        Target {
            addr,
            protocol,
            key,
            gzip: self.args.gzip,
            connections: self.args.conc.into(),
            in_flight: self.args.in_flight.into(),
        }
    }

    /// What the server gets.
    fn feed(&self) -> anyhow::Result<Feed> {
        match (&self.args.corpus, self.args.seconds) {
            (_, Some(_)) => Feed::renewed(Arc::clone(&self.pool), 0),
            (Some(path), None) => Ok(Feed::file(Reader::open(path)?)),
            (None, None) => Feed::once(&self.pool, self.args.gzip),
        }
    }

    fn setting(&self, protocol: Protocol) -> Setting {
        let temp = self.args.temp.clone().unwrap_or_else(std::env::temp_dir);
        Setting {
            corpus: self.corpus.clone(),
            protocol: format!("{protocol:?}").to_lowercase(),
            connections: self.args.conc,
            in_flight: self.args.in_flight,
            gzip: self.args.gzip,
            machine: Machine {
                cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
                load_average: load_average(),
                file_system: file_system(&temp),
            },
        }
    }
}

async fn measure_wal_anchor(program: &Path, work: &Work<'_>, spans_max: u64) -> anyhow::Result<WalAnchor> {
    let dir = work.dir()?;
    let anchor = AckAnchor::start(program, dir.path())?;
    let seconds = work.args.seconds.map(|seconds| seconds.min(ANCHOR_SECONDS_MAX));
    let mut feed = if seconds.is_some() {
        Feed::renewed(Arc::clone(&work.pool), 0)?
    } else {
        let mut spans = 0;
        let within = work.pool.iter().take_while(|template| {
            let take = spans < spans_max;
            spans += u64::from(template.span_count());
            take
        });
        Feed::once(&work.pool[..within.count()], false)?
    };
    let pace = Pace { duration: seconds.map(Duration::from_secs), ..Pace::default() };
    // the anchor takes no compressed requests: gzip is the server's own cost
    let target = Target { gzip: false, ..work.target(anchor.addr, Protocol::Grpc, None) };
    let mark = CpuMark::now(anchor.pid());
    let outcome = load::run(&target, &pace, &mut feed).await?;
    let cpu = mark.used();
    ensure!(outcome.failures.is_empty(), "the WAL anchor failed: {}", outcome.failures[0]);
    Ok(WalAnchor { acked: Acked::new(outcome, cpu), peak_bytes: Memory::of(anchor.pid()).peak_bytes })
}

/// What the server did, before it is put beside the anchors.
struct Measured {
    acked: Acked,
    queryable: Queryable,
    freshness: Option<Freshness>,
    freshness_beside: Option<Freshness>,
    memory: Memory,
    disk: DiskUse,
    log: LogSummary,
    status: Status,
}

async fn measure_server(args: &IngestArgs, binary: &Path, work: &Work<'_>) -> anyhow::Result<Measured> {
    let dir = work.dir()?;
    let server = ServerProcess::start(binary, dir.path(), &args.server_arg)?;
    let api = Api::register(server.http()).await?;
    let key = api.create_key().await?;
    let target = work.target(server.receiver(args.protocol), args.protocol, Some(key));
    let record =
        |phase| args.perf.as_deref().map(|dir| Recorder::start(dir, phase, server.pid())).transpose();

    let mut feed = work.feed()?;
    let pace = Pace { duration: work.args.seconds.map(Duration::from_secs), ..Pace::default() };
    let recorder = record("send")?;
    let whole_mark = CpuMark::now(server.pid());
    let started = Instant::now();
    let watch = Watch { api: &api, started };
    let (outcome, samples) = watch.during(load::run(&target, &pace, &mut feed)).await?;
    let cpu = whole_mark.used();
    recorder.map(Recorder::stop).transpose()?;
    ensure!(outcome.failures.is_empty(), "the server refused for good: {}", outcome.failures[0]);

    let recorder = record("drain")?;
    let status = drain(&api, outcome.spans).await?;
    let until_queryable = started.elapsed();
    recorder.map(Recorder::stop).transpose()?;
    let queryable = Queryable::new(&outcome, until_queryable, &samples, whole_mark.used());
    let memory = Memory::of(server.pid());

    let rate = queryable.spans_per_second / 2.0;
    let (freshness, freshness_beside) = measure_freshness(args, rate, &target, &api, work).await?;
    let log = server.log();
    server.stop().await?;
    let disk = DiskUse::of(dir.path());
    let acked = Acked::new(outcome, cpu);
    Ok(Measured { acked, queryable, freshness, freshness_beside, memory, disk, log, status })
}

/// Acknowledged to visible at `rate`, and the same beside a trace that is large and grows.
async fn measure_freshness(
    args: &IngestArgs,
    rate: f64,
    target: &Target,
    api: &Api,
    work: &Work<'_>,
) -> anyhow::Result<(Option<Freshness>, Option<Freshness>)> {
    if !args.freshness {
        return Ok((None, None));
    }
    let duration = Duration::from_secs(args.freshness_seconds);
    let plan = |run| freshness::Plan { rate, duration, run };
    let alone = freshness::measure(&plan(1), target, api, Arc::clone(&work.pool)).await?;
    let Some(spans) = args.beside_trace_of else { return Ok((Some(alone), None)) };
    let mut trace = OneTrace::default();
    beside::fill(target, &mut trace, spans).await?;
    drain(api, spans).await?;
    let second = plan(2);
    let beside = tokio::select! {
        measured = freshness::measure(&second, target, api, Arc::clone(&work.pool)) => measured?,
        failed = beside::grow(target, &mut trace) => match failed? {},
    };
    Ok((Some(alone), Some(beside)))
}

impl Measured {
    fn into_report(
        self,
        args: &IngestArgs,
        work: &Work<'_>,
        wal_anchor: Option<WalAnchor>,
        bare_append: Vec<BareAppend>,
    ) -> Ingest {
        Ingest {
            setting: work.setting(args.protocol),
            acked: self.acked,
            queryable: self.queryable,
            freshness: self.freshness,
            freshness_beside: self.freshness_beside,
            memory: self.memory,
            disk: self.disk,
            log: self.log,
            status: self.status,
            wal_anchor,
            bare_append,
        }
    }
}
