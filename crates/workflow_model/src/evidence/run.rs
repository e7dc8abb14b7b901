//! What a run and everything inside of it prove together.

use std::collections::HashSet;

use junjo_span_model::SpanId;

use super::answer::{Evidence, EvidenceStatus, ReplayStatus};
use crate::detail::RunError;
use crate::patch::Budget;
use crate::proof::{Finding, WithheldPayload};
use crate::trace::JunjoTrace;

/// Findings, and withheld payloads, that an answer lists; the counts go on behind them.
const LISTED_MAX: usize = 500;

impl JunjoTrace {
    /// What the run whose span is `span_id` proves; `unread` says what of the trace could not be read.
    ///
    /// # Errors
    /// [`RunError`] when there is no such run.
    pub fn evidence(&self, span_id: SpanId, unread: Vec<Finding>) -> Result<Evidence, RunError> {
        let root = self.run(span_id)?;
        let mut check = Check::of(self, root);
        check.findings.extend(unread);
        Ok(check.run())
    }
}

/// One check of one run.
pub(super) struct Check<'t> {
    pub(super) trace: &'t JunjoTrace,
    /// Place of the run.
    pub(super) root: usize,
    /// Places of its spans and of all below, in order of start.
    pub(super) subtree: Vec<usize>,
    pub(super) inside: HashSet<usize>,
    pub(super) findings: Vec<Finding>,
    /// What replaying all stores may cost together.
    pub(super) budget: Budget,
}

impl<'t> Check<'t> {
    fn of(trace: &'t JunjoTrace, root: usize) -> Self {
        let subtree = trace.subtree(root);
        let inside = subtree.iter().copied().collect();
        Self { trace, root, subtree, inside, findings: Vec::new(), budget: Budget::default() }
    }

    fn run(mut self) -> Evidence {
        let spans = self.trace.spans();
        let mut withheld: Vec<WithheldPayload> = Vec::new();
        for span in self.subtree.iter().map(|place| &spans[*place]) {
            self.findings.extend(span.evidence.findings.iter().cloned());
            withheld.extend(span.evidence.withheld.iter().cloned());
        }
        let mut replay = ReplayStatus::None;
        for place in self.subtree.clone() {
            self.tree(place);
            self.operations(place);
            let replayed = self.transitions(place);
            if place == self.root {
                replay = replayed;
            }
        }
        self.strays();
        self.executions();
        let status = match (self.findings.is_empty(), spans[self.root].evidence.checked) {
            (false, _) => EvidenceStatus::Partial,
            (true, true) => EvidenceStatus::Complete,
            (true, false) => EvidenceStatus::Unchecked,
        };
        let (finding_count, withheld_count) = (self.findings.len(), withheld.len());
        self.findings.truncate(LISTED_MAX);
        withheld.truncate(LISTED_MAX);
        Evidence { status, findings: self.findings, finding_count, withheld, withheld_count, replay }
    }
}
