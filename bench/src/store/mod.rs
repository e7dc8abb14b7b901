//! `store`: stores of given sizes, filled over the network, and what people ask of them. Every question is also put to
//! DuckDB alone over the rows that the server made.

mod ask;
mod facts;
mod fill;
mod questions;
mod rebuild;
mod setup;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::cli::{Phase, StoreArgs};
use crate::clock::unix_nanos;
use crate::corpus::Shape;
use crate::measure::{Memory, file_system, load_average};
use crate::report::{Machine, Queries, Store, Stores};
use crate::subject::{Api, ServerProcess, program};

pub(crate) use facts::{Facts, Folder};
pub(crate) use fill::{fill, target};
pub(crate) use setup::Setup;

const BUILD_ANCHOR: &str = "cargo build --release -p junjo-span-store --example bare_query";
/// Longest wait for an index that is there.
const OPEN_LIMIT: Duration = Duration::from_mins(2);
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// After the start, until memory is read: what the start left is given back by then.
const SETTLE: Duration = Duration::from_secs(2);

/// Measures a store of each size, the smallest first.
pub(crate) async fn run(args: &StoreArgs) -> anyhow::Result<Stores> {
    let setup = Setup::find(args.server.as_ref(), &args.server_arg)?;
    let anchor = program(args.bare_query.as_ref(), "examples/bare_query", BUILD_ANCHOR)?;
    let mut sizes = args.spans.clone();
    sizes.sort_unstable();
    let temp = args.data.clone().or_else(|| args.temp.clone()).unwrap_or_else(std::env::temp_dir);
    let machine = Machine {
        cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        load_average: load_average(),
        file_system: file_system(&temp),
    };
    let mut stores = Vec::new();
    for spans in sizes {
        let folder = Folder::new(args.data.as_deref(), args.temp.as_deref(), spans)?;
        stores.push(measure(args, &setup, &anchor, &folder, spans).await?);
    }
    Ok(Stores { machine, stores })
}

async fn measure(
    args: &StoreArgs,
    setup: &Setup<'_>,
    anchor: &Path,
    folder: &Folder,
    spans: u64,
) -> anyhow::Result<Store> {
    let facts = match folder.facts()? {
        Some(facts) => facts,
        None => fill(setup, folder, shape(args, spans)).await?,
    };
    let queries =
        if args.has(Phase::Queries) { Some(query(args, setup, anchor, folder, &facts).await?) } else { None };
    let rebuild =
        if args.has(Phase::Rebuild) { Some(rebuild::rebuild(setup, folder, &facts).await?) } else { None };
    Ok(Store {
        spans: facts.spans,
        traces: facts.traces,
        hours: (facts.to_unix_nano - facts.from_unix_nano) as f64 / 3.6e12,
        filled: facts.filled,
        queries,
        rebuild,
    })
}

fn shape(args: &StoreArgs, spans: u64) -> Shape {
    Shape {
        spans,
        batch: args.batch as usize,
        split_traces: true,
        seed: args.seed,
        span_bytes: args.span_bytes,
        services: args.services,
        end_unix_seconds: unix_nanos() / 1_000_000_000,
        hours: args.hours,
    }
}

/// Memory of a fresh start, then the questions, to the server and to DuckDB alone.
async fn query(
    args: &StoreArgs,
    setup: &Setup<'_>,
    anchor: &Path,
    folder: &Folder,
    facts: &Facts,
) -> anyhow::Result<Queries> {
    let started = Instant::now();
    let server = setup.start(folder, &[])?;
    wait_until_open(&server).await?;
    let start_seconds = started.elapsed().as_secs_f64();
    tokio::time::sleep(SETTLE).await;
    let fresh = Memory::of(server.pid());
    let api = Api::sign_in(server.http()).await?;
    let rows = questions::rows(facts, args.questions);
    let mut asked = Vec::new();
    for row in &rows {
        asked.push(ask::ask(&api, row).await.with_context(|| row.name.to_owned())?);
    }
    let after = Memory::of(server.pid());
    let mut problems = server.log().problems;
    server.stop().await?;
    let (rows, different) = ask::compare(anchor, &folder.index(), &rows, asked)?;
    problems.extend(different);
    Ok(Queries { start_seconds, fresh, after, rows, problems })
}

/// `/health` says so without asking the index anything.
pub(crate) async fn wait_until_open(server: &ServerProcess) -> anyhow::Result<()> {
    let api = Api::anonymous(server.http())?;
    let started = Instant::now();
    loop {
        let health: serde_json::Value = serde_json::from_slice(&api.get("/health").await?)?;
        if health["index"] == "ok" {
            return Ok(());
        }
        ensure!(started.elapsed() < OPEN_LIMIT, "the index did not open within {OPEN_LIMIT:?}: {health}");
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}
