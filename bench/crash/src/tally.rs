//! What the senders heard: answers by kind, answers that no sender may get, and how long nobody was acknowledged. Only
//! counts; it asks nobody and has no clock.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::carrier::Answer;

/// Answers that no sender may get, described one by one.
const WORDS_MAX: usize = 20;

/// The answers so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    acknowledged: u64,
    refused: BTreeMap<String, u64>,
    broken: u64,
    forbidden: Vec<String>,
    forbidden_count: u64,
    last: Option<Instant>,
    under: String,
    outages: BTreeMap<String, Duration>,
}

impl Tally {
    /// From now on outages are put down to `name`; the time before it was asked for does not count.
    pub(crate) fn begin(&mut self, name: &str, now: Instant) {
        name.clone_into(&mut self.under);
        self.outages.entry(name.to_owned()).or_default();
        self.last = Some(now);
    }

    /// The outage so far counts; until [`Self::begin`] none does.
    pub(crate) fn end(&mut self, now: Instant) {
        self.note_outage(now);
        self.last = None;
    }

    /// An answer, or none.
    pub(crate) fn heard(&mut self, answer: &Answer, now: Instant) {
        match answer {
            Answer::Acknowledged => {
                self.acknowledged += 1;
                self.note_outage(now);
            }
            Answer::Broken => self.broken += 1,
            Answer::Refused { code, is_retryable } => {
                *self.refused.entry(code.clone()).or_default() += 1;
                if !is_retryable {
                    self.forbidden_count += 1;
                    if self.forbidden.len() < WORDS_MAX {
                        self.forbidden.push(format!("{code}, during: {}", self.under));
                    }
                }
            }
        }
    }

    fn note_outage(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            let longest = self.outages.entry(self.under.clone()).or_default();
            *longest = now.saturating_duration_since(last).max(*longest);
        } else {
            self.last = None;
        }
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Requests that the server refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.values().sum()
    }

    pub(crate) fn refused_by_code(&self) -> &BTreeMap<String, u64> {
        &self.refused
    }

    /// Connections that ended without an answer.
    pub(crate) fn broken(&self) -> u64 {
        self.broken
    }

    /// Refusals that told the sender to give up, and the first of them in words.
    pub(crate) fn forbidden(&self) -> (u64, &[String]) {
        (self.forbidden_count, &self.forbidden)
    }

    /// Longest time without an acknowledgement, by what was going on.
    pub(crate) fn outages(&self) -> &BTreeMap<String, Duration> {
        &self.outages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, is_retryable: bool) -> Answer {
        Answer::Refused { code: code.to_owned(), is_retryable }
    }

    /// Scenario: acknowledgements 2 s, 5 s and 1 s apart under two names, with a pause between them. Guarantee: each name has
    /// its longest gap, and the pause counts for neither.
    #[test]
    fn outages_belong_to_what_was_going_on() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut tally = Tally::default();
        tally.begin("kill", at(0));
        tally.heard(&Answer::Acknowledged, at(2));
        tally.heard(&Answer::Acknowledged, at(7));
        tally.end(at(8));
        tally.heard(&Answer::Acknowledged, at(90));
        tally.begin("slow", at(100));
        tally.heard(&Answer::Acknowledged, at(101));
        tally.end(at(101));
        let seconds: Vec<_> = tally.outages().iter().map(|(name, time)| (&**name, time.as_secs())).collect();
        assert_eq!(seconds, [("kill", 5), ("slow", 1)]);
        assert_eq!(tally.acknowledged(), 4);
    }

    /// Scenario: a fault ends without one acknowledgement. Guarantee: the time until its end is an outage.
    #[test]
    fn silence_is_an_outage() {
        let start = Instant::now();
        let mut tally = Tally::default();
        tally.begin("full", start);
        tally.end(start + Duration::from_secs(9));
        assert_eq!(tally.outages()["full"], Duration::from_secs(9));
    }

    /// Scenario: refusals that say "later" and one that does not. Guarantee: all are counted by code, and only the last is
    /// one that no sender may get.
    #[test]
    fn a_refusal_has_to_be_retryable() {
        let mut tally = Tally::default();
        let now = Instant::now();
        tally.begin("disk full", now);
        tally.heard(&refused("503", true), now);
        tally.heard(&refused("503", true), now);
        tally.heard(&refused("500", false), now);
        tally.heard(&Answer::Broken, now);
        assert_eq!((tally.refused(), tally.refused_by_code()["503"], tally.broken()), (3, 2, 1));
        assert_eq!(tally.forbidden(), (1, &["500, during: disk full".to_owned()][..]));
    }
}
