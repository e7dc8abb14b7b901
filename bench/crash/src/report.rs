//! What a campaign prints.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::compare::Findings;
use crate::ledger::Ledger;

/// How long the server took to be ready again.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Restarts {
    millis: Vec<u64>,
    pub(crate) seconds_in_all: u64,
}

impl Restarts {
    pub(crate) fn took(&mut self, time: Duration) {
        self.millis.push(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }

    fn quantile(&self, percent: usize) -> u64 {
        let mut sorted = self.millis.clone();
        sorted.sort_unstable();
        sorted.get((sorted.len().saturating_sub(1)) * percent / 100).copied().unwrap_or(0)
    }
}

/// What a campaign gathers.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Kills by what they hit.
    pub(crate) kills: BTreeMap<String, u32>,
    pub(crate) restarts: Restarts,
    pub(crate) findings: Findings,
    /// What the programs' logs said above info, and how often.
    pub(crate) problems: BTreeMap<String, u64>,
}

/// What is printed.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) mode: &'static str,
    pub(crate) seed: u64,
    pub(crate) kills: u32,
    pub(crate) kills_by_phase: BTreeMap<String, u32>,
    pub(crate) requests: u64,
    pub(crate) repeated_requests: u64,
    pub(crate) acknowledged_requests: u64,
    pub(crate) sent_spans: u64,
    pub(crate) acknowledged_spans: u64,
    #[serde(flatten)]
    pub(crate) findings: Findings,
    pub(crate) restart_p50_ms: u64,
    pub(crate) restart_max_ms: u64,
    pub(crate) seconds: u64,
    pub(crate) problems: BTreeMap<String, u64>,
}

impl Report {
    /// The report of what `outcome` gathered.
    pub(crate) fn new(mode: &'static str, seed: u64, ledger: &Ledger, outcome: Outcome) -> Self {
        let Outcome { kills, restarts, findings, problems } = outcome;
        Self {
            mode,
            seed,
            kills: kills.values().sum(),
            kills_by_phase: kills,
            requests: ledger.requests,
            repeated_requests: ledger.repeated_requests,
            acknowledged_requests: ledger.acknowledged_requests,
            sent_spans: ledger.sent_spans(),
            acknowledged_spans: ledger.acknowledged_spans(),
            findings,
            restart_p50_ms: restarts.quantile(50),
            restart_max_ms: restarts.quantile(100),
            seconds: restarts.seconds_in_all,
            problems,
        }
    }

    /// Nothing lost, doubled or wrong, and something was tested.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_clean() && self.acknowledged_spans > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "mode {}, seed {}, {} s", self.mode, self.seed, self.seconds)?;
        writeln!(f, "{:>9} kills", self.kills)?;
        for (phase, count) in &self.kills_by_phase {
            writeln!(f, "{count:>9}   {phase}")?;
        }
        let found = &self.findings;
        for (number, what) in [
            (self.sent_spans, "spans sent"),
            (self.acknowledged_spans, "spans acknowledged"),
            (self.repeated_requests, "times a request was sent again"),
            (found.stored_unanswered, "findings of a span that was stored and never acknowledged (allowed)"),
            (found.compared_spans, "comparisons of a span"),
            (found.compared_contents, "comparisons of a span's content"),
            (self.restart_p50_ms, "ms until ready after a kill, median"),
            (self.restart_max_ms, "ms until ready after a kill, longest"),
            (found.lost, "LOST"),
            (found.doubled, "DOUBLED"),
            (found.wrong, "WRONG"),
        ] {
            writeln!(f, "{number:>9} {what}")?;
        }
        for words in &found.words {
            writeln!(f, "finding: {words}")?;
        }
        for (problem, count) in &self.problems {
            writeln!(f, "log, {count} times: {problem}")?;
        }
        Ok(())
    }
}
