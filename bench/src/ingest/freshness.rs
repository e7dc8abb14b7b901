//! From the acknowledgement of a request until its last trace can be read over HTTP, one probe at a time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{bail, ensure};
use tokio::sync::watch;

use crate::corpus::Template;
use crate::load::{self, Acked, Feed, Latencies, Pace, Target};
use crate::report::Freshness;
use crate::subject::Api;

/// Between two tries to read a trace; also the error of the measurement.
const TRY_INTERVAL: Duration = Duration::from_millis(5);
/// Between two probes, so that the probes are not a load of their own.
const PROBE_PAUSE: Duration = Duration::from_millis(50);
/// A trace that is not there by then is lost.
const PROBE_LIMIT: Duration = Duration::from_mins(1);
/// Requests of a run have ids that those of the run before, of which the main run starts at 0, will not have reached.
const FIRST_GENERATION: u64 = 1 << 32;

/// How hard and how long.
pub(crate) struct Plan {
    /// Spans a second.
    pub(crate) rate: f64,
    pub(crate) duration: Duration,
    /// Number of this measurement against one server.
    pub(crate) run: u64,
}

/// Sends at the planned rate and probes meanwhile.
pub(crate) async fn measure(
    plan: &Plan,
    target: &Target,
    api: &Api,
    pool: Arc<Vec<Template>>,
) -> anyhow::Result<Freshness> {
    let (acked, newest) = watch::channel(None);
    let pace = Pace { duration: Some(plan.duration), spans_per_second: Some(plan.rate), acked: Some(acked) };
    let mut feed = Feed::renewed(pool, FIRST_GENERATION * plan.run)?;
    let target = Target { gzip: false, ..target.clone() };
    let mut latencies = Latencies::default();
    let outcome = tokio::select! {
        outcome = load::run(&target, &pace, &mut feed) => outcome?,
        failed = probe(api, newest, &mut latencies) => match failed? {},
    };
    ensure!(outcome.failures.is_empty(), "the server refused for good: {}", outcome.failures[0]);
    ensure!(latencies.count() > 0, "no trace became visible while sending: use a longer --freshness-seconds");
    Ok(Freshness {
        spans_per_second: outcome.spans_per_second(),
        probes: latencies.count(),
        p50_ms: latencies.percentile_millis(0.5),
        p99_ms: latencies.percentile_millis(0.99),
        max_ms: latencies.percentile_millis(1.0),
    })
}

async fn probe(
    api: &Api,
    mut newest: watch::Receiver<Option<Acked>>,
    latencies: &mut Latencies,
) -> anyhow::Result<Infallible> {
    loop {
        newest.changed().await?;
        let Some(acked) = *newest.borrow_and_update() else { continue };
        while !api.has_trace(acked.trace_id).await? {
            if acked.at.elapsed() > PROBE_LIMIT {
                bail!("an acknowledged trace was not visible after {PROBE_LIMIT:?}");
            }
            tokio::time::sleep(TRY_INTERVAL).await;
        }
        latencies.add(acked.at.elapsed());
        tokio::time::sleep(PROBE_PAUSE).await;
        newest.mark_unchanged();
    }
}
