//! The trace that freshness is measured beside: filled first, and growing while others are looked for.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::ensure;

use crate::clock::unix_nanos;
use crate::corpus::{OneTrace, Template};
use crate::load::{self, Feed, Pace, Target};

/// Spans a request while it is filled.
const FILL_BATCH: u64 = 10_000;
/// Between two spans while it grows.
const GROWTH_INTERVAL: Duration = Duration::from_millis(100);

/// Sends the first `spans` of the trace.
pub(super) async fn fill(target: &Target, trace: &mut OneTrace, spans: u64) -> anyhow::Result<()> {
    while trace.made() < spans {
        let count = FILL_BATCH.min(spans - trace.made());
        send(target, trace, count).await?;
    }
    Ok(())
}

/// Sends one span after another.
pub(super) async fn grow(target: &Target, trace: &mut OneTrace) -> anyhow::Result<Infallible> {
    loop {
        send(target, trace, 1).await?;
        tokio::time::sleep(GROWTH_INTERVAL).await;
    }
}

async fn send(target: &Target, trace: &mut OneTrace, count: u64) -> anyhow::Result<()> {
    let template = Template::new(&trace.next(count, unix_nanos()))?;
    let mut feed = Feed::once(&[template], false)?;
    let target = Target { gzip: false, connections: 1, in_flight: 1, ..target.clone() };
    let outcome = load::run(&target, &Pace::default(), &mut feed).await?;
    ensure!(outcome.failures.is_empty(), "the server refused for good: {}", outcome.failures[0]);
    Ok(())
}
