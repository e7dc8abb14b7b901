//! Fills a data folder over the network, as clients would, and waits until all of it is queryable and sealed.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use super::facts::{Facts, Folder};
use super::setup::Setup;
use crate::corpus::{Mixed, Shape};
use crate::ingest::drain;
use crate::load::{self, Feed, Pace, Protocol, Target};
use crate::measure::{DiskUse, Memory};
use crate::report::Filled;
use crate::subject::{Api, ServerProcess};

const CONNECTIONS: usize = 4;
/// The log's share of the disk while filling: the generator is faster than the index, and need not be.
const WAL_MAX_ARG: &str = "--wal-max-bytes=1G";
/// Longest wait until the last spans are sealed, which happens by age.
const SEAL_LIMIT: Duration = Duration::from_mins(5);
const SEAL_LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Fills `folder` with a corpus of `shape`.
pub(crate) async fn fill(setup: &Setup<'_>, folder: &Folder, shape: Shape) -> anyhow::Result<Facts> {
    let server = setup.start(folder, &[WAL_MAX_ARG.to_owned()])?;
    let api = Api::register(server.http()).await?;
    let target = target(&server, api.create_key().await?);
    let mut feed = Feed::Made(Box::new(Mixed::new(shape)));
    let started = Instant::now();
    let outcome = load::run(&target, &Pace::default(), &mut feed).await?;
    ensure!(outcome.failures.is_empty(), "the server refused for good: {}", outcome.failures[0]);
    let status = drain(&api, outcome.spans).await?;
    let seconds = started.elapsed().as_secs_f64();
    wait_until_sealed(&api).await?;
    let peak_bytes = Memory::of(server.pid()).peak_bytes;
    let mut problems = server.log().problems;
    if status.quarantined_batches > 0 || status.duplicate_spans > 0 || outcome.spans != shape.spans {
        problems.push(format!("WRONG: {} spans were sent, and the status is {status:?}", outcome.spans));
    }
    server.stop().await?;
    let Feed::Made(corpus) = feed else { bail!("the feed has changed") };
    let (from_unix_nano, width) = shape.window();
    let facts = Facts {
        spans: outcome.spans,
        traces: corpus.traces_done(),
        from_unix_nano,
        to_unix_nano: from_unix_nano + width,
        samples: corpus.samples().to_vec(),
        filled: Filled {
            seconds,
            spans_per_second: outcome.spans as f64 / seconds,
            peak_bytes,
            disk: DiskUse::of(&folder.data()),
            problems,
        },
    };
    folder.keep_facts(&facts)?;
    Ok(facts)
}

/// Where spans go.
pub(crate) fn target(server: &ServerProcess, key: String) -> Target {
    Target {
        addr: server.receiver(Protocol::Grpc),
        protocol: Protocol::Grpc,
        key: Some(key),
        gzip: false,
        connections: CONNECTIONS,
        in_flight: 1,
    }
}

pub(super) async fn wait_until_sealed(api: &Api) -> anyhow::Result<()> {
    let started = Instant::now();
    while api.status().await?.wal.batches > 0 {
        ensure!(started.elapsed() < SEAL_LIMIT, "the log was not sealed within {SEAL_LIMIT:?}");
        tokio::time::sleep(SEAL_LOOK_INTERVAL).await;
    }
    Ok(())
}
