//! What a chaos run prints at its end.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::compare::Findings;
use crate::ledger::Ledger;
use crate::tally::Tally;

/// Broken promises that are described one by one.
const VIOLATIONS_MAX: usize = 50;

/// What a run gathers.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// By fault or pair of faults.
    pub(crate) rounds: BTreeMap<String, Rounds>,
    pub(crate) findings: Findings,
    pub(crate) comparisons: u64,
    /// Starts that did not succeed while a fault went on.
    pub(crate) hindered_starts: u64,
    violations: Vec<String>,
    violation_count: u64,
}

/// Rounds of one kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rounds {
    pub(crate) count: u64,
    /// In which the fault did not do what it is for, such as a kill in a merge when nothing was merged.
    pub(crate) without_effect: u64,
}

impl Results {
    /// A promise was broken.
    pub(crate) fn violated(&mut self, words: String) {
        self.violation_count += 1;
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(words);
        }
    }

    /// A round is over.
    pub(crate) fn had(&mut self, name: &str, has_effect: bool) {
        let rounds = self.rounds.entry(name.to_owned()).or_default();
        rounds.count += 1;
        rounds.without_effect += u64::from(!has_effect);
    }

    /// Nothing was broken so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.violation_count == 0 && self.findings.is_clean()
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) time: Duration,
    pub(crate) disk: &'static str,
    pub(crate) left_out: Vec<String>,
    pub(crate) results: Results,
    pub(crate) tally: Tally,
    pub(crate) sent_spans: u64,
    pub(crate) acknowledged_spans: u64,
    pub(crate) deleted_traces: u64,
    /// What the server's log said above info, and how often.
    pub(crate) problems: BTreeMap<String, u64>,
}

impl Report {
    /// Takes the numbers of the ledger.
    pub(crate) fn count(mut self, ledger: &Ledger) -> Self {
        self.sent_spans = ledger.sent_spans();
        self.acknowledged_spans = ledger.acknowledged_spans();
        self.deleted_traces = ledger.deleted_traces();
        self
    }

    /// No promise was broken, and something was tested.
    pub(crate) fn is_clean(&self) -> bool {
        self.results.is_clean() && self.tally.forbidden().0 == 0 && self.acknowledged_spans > 0
    }

    fn longest_outage(&self) -> Duration {
        self.tally.outages().values().max().copied().unwrap_or_default()
    }

    fn write_numbers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.results.findings;
        for (number, what) in [
            (self.sent_spans, "spans sent"),
            (self.acknowledged_spans, "spans acknowledged"),
            (self.deleted_traces, "traces deleted"),
            (found.stored_unanswered, "findings of a span that was stored and never acknowledged (allowed)"),
            (self.results.comparisons, "comparisons with the ledger"),
            (found.compared_spans, "comparisons of a span"),
            (found.compared_contents, "comparisons of a span's content"),
            (self.tally.broken(), "requests without an answer"),
            (self.tally.refused(), "requests refused"),
            (self.results.hindered_starts, "starts that a fault hindered"),
            (self.tally.forbidden().0, "REFUSED FOR GOOD"),
            (found.lost, "LOST"),
            (found.doubled, "DOUBLED"),
            (found.wrong, "WRONG"),
            (found.undeleted, "SHOWN THOUGH DELETED"),
            (self.results.violation_count, "OTHER PROMISES BROKEN"),
        ] {
            writeln!(f, "{number:>9} {what}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, {} s, data on {}", self.seed, self.time.as_secs(), self.disk)?;
        writeln!(f, "\n   rounds  without effect  longest outage  fault")?;
        for (name, rounds) in &self.results.rounds {
            let outage = self.tally.outages().get(name).copied().unwrap_or_default().as_secs_f64();
            writeln!(f, "{:>9}  {:>14}  {outage:>12.1} s  {name}", rounds.count, rounds.without_effect)?;
        }
        let (count, without_effect) =
            self.results.rounds.values().fold((0, 0), |(count, without), rounds| {
                (count + rounds.count, without + rounds.without_effect)
            });
        let outage = self.longest_outage().as_secs_f64();
        writeln!(f, "{count:>9}  {without_effect:>14}  {outage:>12.1} s  all\n")?;
        self.write_numbers(f)?;
        for (code, count) in self.tally.refused_by_code() {
            writeln!(f, "refused, {count} times: {code}")?;
        }
        for left_out in &self.left_out {
            writeln!(f, "LEFT OUT: {left_out}")?;
        }
        for (problem, count) in &self.problems {
            writeln!(f, "log, {count} times: {problem}")?;
        }
        for words in self.results.findings.words.iter().chain(&self.results.violations) {
            writeln!(f, "violation: {words}")?;
        }
        for words in self.tally.forbidden().1 {
            writeln!(f, "violation: refused for good: {words}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::carrier::Answer;

    fn report() -> Report {
        Report {
            seed: 7,
            time: Duration::from_secs(61),
            disk: "memory",
            left_out: vec!["clock jumps: no library".to_owned()],
            results: Results::default(),
            tally: Tally::default(),
            sent_spans: 20,
            acknowledged_spans: 10,
            deleted_traces: 0,
            problems: BTreeMap::new(),
        }
    }

    /// Scenario: a clean run, and one for each way in which a promise can be broken. Guarantee: only the first is clean.
    #[test]
    fn every_violation_counts() {
        assert!(report().is_clean());
        let mut broken = Vec::from([(); 5].map(|()| report()));
        broken[0].results.findings.lost = 1;
        broken[1].results.findings.undeleted = 1;
        broken[2].results.violated("it did not start".to_owned());
        broken[3].acknowledged_spans = 0;
        let refused = Answer::Refused { code: "HTTP 500".to_owned(), is_retryable: false };
        broken[4].tally.heard(&refused, Instant::now());
        assert_eq!(broken.iter().map(Report::is_clean).collect::<Vec<_>>(), [false; 5]);
    }

    /// Scenario: two rounds of a fault, one without effect. Guarantee: the table has both, and says what was left out.
    #[test]
    fn the_table_tells_all() {
        let mut report = report();
        report.results.had("slow disk", true);
        report.results.had("slow disk", false);
        let text = report.to_string();
        assert!(text.contains("        2               1           0.0 s  slow disk"), "{text}");
        assert!(text.contains("LEFT OUT: clock jumps: no library"), "{text}");
    }
}
