//! The report of `store`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Machine;
use super::table::{self, MIB, number};
use crate::load::Latencies;
use crate::measure::{DiskUse, Memory};

/// Goals for a store of [`GOAL_SPANS`].
const BYTES_PER_SPAN_GOAL: f64 = 350.0;
const FRESH_MIB_GOAL: f64 = 60.0;
const REBUILD_SECONDS_GOAL: f64 = 60.0;
const GROWTH_GOAL: f64 = 1.3;
/// The size that the goals are for.
const GOAL_SPANS: u64 = 10_000_000;

/// How the filling went.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Filled {
    /// From the first request until all was queryable.
    pub(crate) seconds: f64,
    /// Acknowledged and queryable.
    pub(crate) spans_per_second: f64,
    pub(crate) peak_bytes: u64,
    /// After everything was sealed and the server had stopped.
    pub(crate) disk: DiskUse,
    /// Lines above info in the server's log, and counts that are not what they should be.
    pub(crate) problems: Vec<String>,
}

/// Stores of several sizes, the smallest first.
#[derive(Debug, Serialize)]
pub(crate) struct Stores {
    pub(crate) machine: Machine,
    pub(crate) stores: Vec<Store>,
}

/// One store.
#[derive(Debug, Serialize)]
pub(crate) struct Store {
    pub(crate) spans: u64,
    pub(crate) traces: u64,
    pub(crate) hours: f64,
    pub(crate) filled: Filled,
    pub(crate) queries: Option<Queries>,
    pub(crate) rebuild: Option<Rebuild>,
}

/// What people ask.
#[derive(Debug, Serialize)]
pub(crate) struct Queries {
    /// From the start of the process until the index was open.
    pub(crate) start_seconds: f64,
    /// Before any query.
    pub(crate) fresh: Memory,
    /// After all of them.
    pub(crate) after: Memory,
    pub(crate) rows: Vec<Timed>,
    pub(crate) problems: Vec<String>,
}

/// Questions of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct Timed {
    pub(crate) name: String,
    pub(crate) questions: usize,
    /// Over HTTP.
    pub(crate) server: Times,
    /// DuckDB alone, in plain SQL.
    pub(crate) bare: Times,
    pub(crate) goal_ms: Option<f64>,
    /// Whether it should hardly take longer in a larger store.
    pub(crate) is_flat: bool,
}

/// Milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Times {
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
}

impl From<Latencies> for Times {
    fn from(mut latencies: Latencies) -> Self {
        let [p50_ms, p95_ms, p99_ms] = [0.5, 0.95, 0.99].map(|share| latencies.percentile_millis(share));
        Self { p50_ms, p95_ms, p99_ms }
    }
}

/// A lost index made again.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Rebuild {
    /// From the start of the process until everything was queryable.
    pub(crate) seconds: f64,
    pub(crate) spans_per_second: f64,
    pub(crate) peak_bytes: u64,
    /// Spans acknowledged meanwhile.
    pub(crate) arrived_spans: u64,
    pub(crate) refusals: u64,
    pub(crate) ack_p99_ms: f64,
    /// Lists of the newest traces that were answered meanwhile, and not.
    pub(crate) answered: u64,
    pub(crate) unanswered: u64,
    pub(crate) newest_p95_ms: f64,
    pub(crate) problems: Vec<String>,
}

impl fmt::Display for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cores, load_average, file_system } = &self.machine;
        writeln!(f, "{cores} cores, load average {load_average:.1}, data on {file_system}")?;
        self.stores.iter().try_for_each(|store| write!(f, "\n{store}"))?;
        match (self.stores.first(), self.stores.last()) {
            (Some(first), Some(last)) if first.spans < last.spans => write_growth(f, first, last),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (spans, traces) = (number(self.spans as f64), number(self.traces as f64));
        writeln!(f, "{spans} spans in {traces} traces over {:.0} hours", self.hours)?;
        let filled = &self.filled;
        line(f, "filled: acknowledged and queryable spans/s", filled.spans_per_second, "")?;
        line(f, "  peak resident memory, MiB", filled.peak_bytes as f64 / MIB, "")?;
        let per_span = |bytes: u64| bytes as f64 / self.spans.max(1) as f64;
        let stored = per_span(filled.disk.index_bytes + filled.disk.archive_bytes);
        line(f, "stored B/span: index + archive", stored, &goal(BYTES_PER_SPAN_GOAL, stored))?;
        line(f, "  index", per_span(filled.disk.index_bytes), "")?;
        line(f, "  archive", per_span(filled.disk.archive_bytes), "")?;
        if let Some(queries) = &self.queries {
            queries.write(f, self.spans)?;
        }
        if let Some(rebuild) = &self.rebuild {
            rebuild.write(f, self.spans)?;
        }
        filled.problems.iter().try_for_each(|line| writeln!(f, "while filling: {line}"))
    }
}

impl Queries {
    fn write(&self, f: &mut fmt::Formatter<'_>, spans: u64) -> fmt::Result {
        line(f, "start until the index is open, s", self.start_seconds, "")?;
        let fresh = self.fresh.now_bytes as f64 / MIB;
        line(f, "resident memory before any query, MiB", fresh, &goal(FRESH_MIB_GOAL, fresh))?;
        line(f, "  of it not backed by a file, MiB", self.fresh.anonymous_bytes as f64 / MIB, "")?;
        line(f, "  after all queries, MiB", self.after.now_bytes as f64 / MIB, "")?;
        writeln!(
            f,
            "\n{:<34}{:>6}{:>10}{:>8}{:>10}{:>8}{:>8}  goal p95",
            "milliseconds", "times", "HTTP p50", "p95", "bare p50", "p95", "ratio"
        )?;
        for row in &self.rows {
            let of_size = row.goal_ms.filter(|_| spans >= GOAL_SPANS);
            let text = format!(
                "{:<34}{:>6}{:>10.1}{:>8.1}{:>10.1}{:>8.1}{:>8.2}  {}",
                row.name,
                row.questions,
                row.server.p50_ms,
                row.server.p95_ms,
                row.bare.p50_ms,
                row.bare.p95_ms,
                row.server.p95_ms / row.bare.p95_ms,
                of_size.map(|limit| goal(limit, row.server.p95_ms)).unwrap_or_default()
            );
            writeln!(f, "{}", text.trim_end())?;
        }
        self.problems.iter().try_for_each(|line| writeln!(f, "while asking: {line}"))
    }
}

impl Rebuild {
    fn write(&self, f: &mut fmt::Formatter<'_>, spans: u64) -> fmt::Result {
        let limit =
            if spans >= GOAL_SPANS { goal(REBUILD_SECONDS_GOAL, self.seconds) } else { String::new() };
        writeln!(f)?;
        line(f, "index lost: seconds until all is queryable", self.seconds, &limit)?;
        line(f, "  spans/s", self.spans_per_second, "")?;
        line(f, "  peak resident memory, MiB", self.peak_bytes as f64 / MIB, "")?;
        line(f, "  spans acknowledged meanwhile", self.arrived_spans as f64, "")?;
        line(f, "  their p99, ms", self.ack_p99_ms, "")?;
        line(f, "  newest traces meanwhile: p95, ms", self.newest_p95_ms, "")?;
        if self.refusals > 0 || self.unanswered > 0 {
            writeln!(
                f,
                "  {} requests were refused and sent again, {} of {} lists had no answer",
                self.refusals,
                self.unanswered,
                self.answered + self.unanswered
            )?;
        }
        self.problems.iter().try_for_each(|line| writeln!(f, "while rebuilding: {line}"))
    }
}

/// How much longer questions take in the largest store than in the smallest.
fn write_growth(f: &mut fmt::Formatter<'_>, first: &Store, last: &Store) -> fmt::Result {
    let (Some(small), Some(large)) = (&first.queries, &last.queries) else { return Ok(()) };
    let (from, to) = (number(first.spans as f64), number(last.spans as f64));
    writeln!(f, "\n{:<40}{:>10}{:>10}  goal p95", format!("growth from {from} to {to}"), "p50", "p95")?;
    for (small, large) in small.rows.iter().zip(&large.rows) {
        let (p50, p95) =
            (large.server.p50_ms / small.server.p50_ms, large.server.p95_ms / small.server.p95_ms);
        let limit = if large.is_flat { goal(GROWTH_GOAL, p95) } else { String::new() };
        let text = format!("{:<40}{p50:>10.2}{p95:>10.2}  {limit}", large.name);
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, value: f64, goal: &str) -> fmt::Result {
    table::row(f, name, (value, None), goal)
}

/// The limit, and whether the value is beyond it.
pub(super) fn goal(limit: f64, value: f64) -> String {
    format!("<= {limit}{}", if value > limit { "  MISSED" } else { "" })
}
