//! Results: the numbers as JSON, and the same as one compact table with every anchor beside what it is for.

mod isolation;
mod store;
mod table;

use std::time::Duration;

use serde::Serialize;

use crate::load::Outcome;
use crate::measure::{CpuUse, DiskUse, Memory};
use crate::subject::{BareAppend, LogSummary, Status};

pub(crate) use isolation::{Budget, Downloaded, Isolation, Round};
pub(crate) use store::{Filled, Queries, Rebuild, Store, Stores, Timed, Times};
pub(crate) use table::wal_anchor as wal_anchor_table;

/// Share of the sending time that is left out at either end when a steady rate is computed.
const EDGE: f64 = 0.15;

/// One look at the server's status while spans are sent.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Since the first request.
    pub(crate) at: Duration,
    pub(crate) status: Status,
}

/// What was sent and where.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Setting {
    pub(crate) corpus: Corpus,
    pub(crate) protocol: String,
    pub(crate) connections: u16,
    pub(crate) in_flight: u16,
    pub(crate) gzip: bool,
    pub(crate) machine: Machine,
}

/// The pool of requests.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Corpus {
    pub(crate) requests: u64,
    pub(crate) spans_per_request: f64,
    /// Serialised.
    pub(crate) bytes_per_span: f64,
}

/// Where it ran.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) cores: usize,
    /// Before the run.
    pub(crate) load_average: f64,
    /// Under the data folders.
    pub(crate) file_system: String,
}

/// Acknowledged requests.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Acked {
    pub(crate) spans: u64,
    pub(crate) seconds: f64,
    pub(crate) spans_per_second: f64,
    pub(crate) megabytes_per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) refusals: u64,
    pub(crate) cpu: CpuUse,
}

impl Acked {
    pub(crate) fn new(mut outcome: Outcome, cpu: CpuUse) -> Self {
        Self {
            spans: outcome.spans,
            seconds: outcome.elapsed.as_secs_f64(),
            spans_per_second: outcome.spans_per_second(),
            megabytes_per_second: outcome.megabytes_per_second(),
            p50_ms: outcome.latencies.percentile_millis(0.5),
            p95_ms: outcome.latencies.percentile_millis(0.95),
            p99_ms: outcome.latencies.percentile_millis(0.99),
            refusals: outcome.refusals,
            cpu,
        }
    }
}

/// Acknowledged and queryable.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Queryable {
    /// From the first request until the last span was queryable.
    pub(crate) seconds: f64,
    pub(crate) spans_per_second: f64,
    /// Indexed a second in the middle of the sending.
    pub(crate) while_sending_per_second: f64,
    /// Indexed a second after the sending; `None` when hardly anything was left.
    pub(crate) after_sending_per_second: Option<f64>,
    /// The most spans that were acknowledged and not queryable.
    pub(crate) backlog_spans_max: u64,
    /// The most compressed bytes in the log.
    pub(crate) wal_bytes_max: u64,
    /// Of the server, from the first request on.
    pub(crate) cpu: CpuUse,
}

impl Queryable {
    pub(crate) fn new(outcome: &Outcome, until: Duration, samples: &[Sample], cpu: CpuUse) -> Self {
        let seconds = until.as_secs_f64();
        let indexed_at_end = samples.last().map_or(0, |sample| sample.status.indexed_spans);
        let left = outcome.spans.saturating_sub(indexed_at_end);
        let draining = until.saturating_sub(outcome.elapsed).as_secs_f64();
        let backlog =
            |sample: &Sample| sample.status.accepted_spans.saturating_sub(sample.status.indexed_spans);
        Self {
            seconds,
            spans_per_second: outcome.spans as f64 / seconds,
            while_sending_per_second: steady_rate(samples, outcome.elapsed),
            after_sending_per_second: (left > outcome.spans / 20).then(|| left as f64 / draining),
            backlog_spans_max: samples.iter().map(backlog).max().unwrap_or(0),
            wal_bytes_max: samples.iter().map(|sample| sample.status.wal.bytes).max().unwrap_or(0),
            cpu,
        }
    }
}

/// Spans indexed a second between the edges of the sending time; 0 for a run too short to say.
fn steady_rate(samples: &[Sample], elapsed: Duration) -> f64 {
    let (from, to) = (elapsed.mul_f64(EDGE), elapsed.mul_f64(1.0 - EDGE));
    let mut inner = samples.iter().filter(|sample| (from..=to).contains(&sample.at));
    let (Some(first), Some(last)) = (inner.next(), inner.next_back()) else { return 0.0 };
    let indexed = last.status.indexed_spans.saturating_sub(first.status.indexed_spans);
    indexed as f64 / last.at.saturating_sub(first.at).as_secs_f64()
}

/// Acknowledged to visible.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Freshness {
    /// Sent meanwhile.
    pub(crate) spans_per_second: f64,
    pub(crate) probes: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

/// The bare write-ahead log.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WalAnchor {
    pub(crate) acked: Acked,
    pub(crate) peak_bytes: u64,
}

/// All of `ingest`.
#[derive(Debug, Serialize)]
pub(crate) struct Ingest {
    pub(crate) setting: Setting,
    pub(crate) acked: Acked,
    pub(crate) queryable: Queryable,
    pub(crate) freshness: Option<Freshness>,
    /// The same beside a large trace that grows.
    pub(crate) freshness_beside: Option<Freshness>,
    pub(crate) memory: Memory,
    /// After a clean stop.
    pub(crate) disk: DiskUse,
    pub(crate) log: LogSummary,
    /// When everything was queryable.
    pub(crate) status: Status,
    pub(crate) wal_anchor: Option<WalAnchor>,
    pub(crate) bare_append: Vec<BareAppend>,
}

impl Ingest {
    /// The fastest layout: what the server is compared with.
    pub(crate) fn best_append(&self) -> Option<&BareAppend> {
        self.bare_append.iter().max_by(|a, b| a.spans_per_second.total_cmp(&b.spans_per_second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(millis: u64, indexed_spans: u64) -> Sample {
        let status = Status { indexed_spans, accepted_spans: indexed_spans + 50, ..Status::default() };
        Sample { at: Duration::from_millis(millis), status }
    }

    /// Scenario: a slow start, a steady middle. Guarantee: only the middle counts, and a short run gives no rate.
    #[test]
    fn steady_rate_leaves_the_edges_out() {
        let samples = [sample(0, 0), sample(2_000, 100), sample(8_000, 6_100), sample(9_900, 6_100)];
        let rate = steady_rate(&samples, Duration::from_secs(10));
        assert!((rate - 1_000.0).abs() < 1e-9, "{rate}");
        assert!(steady_rate(&samples[..1], Duration::from_secs(1)).abs() < f64::EPSILON);
    }
}
