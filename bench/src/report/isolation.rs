//! The report of `isolation`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::store::{Times, goal};
use super::table::{MIB, number};

/// What may become of an acknowledgement, and of a ping, while answers of any size are read.
const ACK_GROWTH_GOAL: f64 = 1.1;
const PING_GOAL_MS: f64 = 2.0;

/// What a reader of exports has read.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Downloaded {
    /// Whole answers.
    pub(crate) finished: u64,
    pub(crate) bytes: u64,
}

/// Senders beside readers.
#[derive(Debug, Serialize)]
pub(crate) struct Isolation {
    /// In the store that is exported.
    pub(crate) spans: u64,
    /// Spans a second that arrive.
    pub(crate) rate: f64,
    /// Spans of a request.
    pub(crate) batch: u32,
    pub(crate) alone: Round,
    pub(crate) beside_export: Round,
    pub(crate) budget: Option<Budget>,
    pub(crate) problems: Vec<String>,
}

/// A time of sending.
#[derive(Debug, Serialize)]
pub(crate) struct Round {
    pub(crate) spans_per_second: f64,
    pub(crate) requests: u64,
    pub(crate) refusals: u64,
    pub(crate) acks: Times,
    pub(crate) pings: Times,
    pub(crate) exported: Downloaded,
}

/// The same with little memory, questions and an export at once.
#[derive(Debug, Serialize)]
pub(crate) struct Budget {
    pub(crate) budget_mib: u64,
    /// Sending alone.
    pub(crate) sending: Round,
    pub(crate) peak_sending_bytes: u64,
    /// With everything at once.
    pub(crate) peak_bytes: u64,
    /// At the end.
    pub(crate) anonymous_bytes: u64,
    pub(crate) drain_seconds: f64,
    pub(crate) round: Round,
    pub(crate) questions: u64,
    pub(crate) question_p95_ms: f64,
    pub(crate) problems: Vec<String>,
}

impl fmt::Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = number(self.spans as f64);
        writeln!(f, "{:.0} spans/s in requests of {}, on a store of {spans} spans", self.rate, self.batch)?;
        writeln!(
            f,
            "\n{:<26}{:>10}{:>9}{:>9}{:>9}{:>11}{:>9}{:>10}",
            "milliseconds", "spans/s", "ack p50", "p95", "p99", "ping p50", "p99", "exported"
        )?;
        self.alone.write(f, "alone")?;
        self.beside_export.write(f, "beside a full export")?;
        if let Some(budget) = &self.budget {
            budget.sending.write(f, &format!("alone in {} MiB", budget.budget_mib))?;
            budget.round.write(f, &format!("all at once in {} MiB", budget.budget_mib))?;
        }
        let growth = self.beside_export.acks.p99_ms / self.alone.acks.p99_ms;
        writeln!(f, "\nack p99 beside an export / alone  {growth:>10.2}  {}", goal(ACK_GROWTH_GOAL, growth))?;
        let ping = self.alone.pings.p99_ms;
        writeln!(f, "ping p99, ms                      {ping:>10.2}  {}", goal(PING_GOAL_MS, ping))?;
        if let Some(budget) = &self.budget {
            budget.write(f)?;
        }
        self.problems.iter().try_for_each(|line| writeln!(f, "log: {line}"))
    }
}

impl Round {
    fn write(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let (acks, pings) = (&self.acks, &self.pings);
        let text = format!(
            "{name:<26}{:>10.0}{:>9.2}{:>9.2}{:>9.2}{:>11.2}{:>9.2}",
            self.spans_per_second, acks.p50_ms, acks.p95_ms, acks.p99_ms, pings.p50_ms, pings.p99_ms
        );
        let exported = &self.exported;
        let refused = if self.refusals > 0 {
            format!("  {} requests were refused", self.refusals)
        } else {
            String::new()
        };
        if exported.bytes == 0 {
            return writeln!(f, "{text}{refused}");
        }
        writeln!(f, "{text}{:>6.0} MB, {} whole{refused}", exported.bytes as f64 / 1e6, exported.finished)
    }
}

impl Budget {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peak = self.peak_bytes as f64 / MIB;
        let sending = self.peak_sending_bytes as f64 / MIB;
        let limit = goal(self.budget_mib as f64, sending);
        writeln!(f, "peak resident memory, MiB         {sending:>10.0}  {limit}")?;
        writeln!(f, "  with everything at once         {peak:>10.0}")?;
        writeln!(f, "  not backed by a file at the end {:>10.0}", self.anonymous_bytes as f64 / MIB)?;
        writeln!(f, "  questions meanwhile             {:>10}", self.questions)?;
        writeln!(f, "  their p95, ms                   {:>10.1}", self.question_p95_ms)?;
        writeln!(f, "  until all was queryable, s      {:>10.1}", self.drain_seconds)?;
        self.problems.iter().try_for_each(|line| writeln!(f, "log within the budget: {line}"))
    }
}
