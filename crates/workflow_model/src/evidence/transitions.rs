//! Changes of the stores that a run owns: their numbers, their revisions, and what they give when they are applied.

use super::answer::ReplayStatus;
use super::run::Check;
use crate::history::{History, same_state};
use crate::patch::PatchError;
use crate::proof::{Finding, FindingCode};
use crate::store::{StateEvent, StoreClaim};

/// What is known of the changes before one.
struct Walk {
    /// Number of the change before.
    last: i64,
    /// Revision after it; `None` behind a gap.
    revision: Option<i64>,
    /// Whether every number was there once.
    whole: bool,
}

impl Check<'_> {
    /// Checks the stores of the run at `owner`; returns what became of replaying its own.
    pub(super) fn transitions(&mut self, owner: usize) -> ReplayStatus {
        let trace = self.trace;
        let span = &trace.spans()[owner];
        let mut own = ReplayStatus::None;
        for claim in &span.stores {
            let history = History::of(trace, &claim.store_id, &self.inside);
            let whole = match claim.interval().filter(|_| span.evidence.checked) {
                Some(interval) => self.numbers(owner, claim, &history, interval),
                None => history.gaps.is_complete(),
            };
            let replayed = self.replay(owner, claim, &history, whole);
            if !claim.is_application_store {
                own = replayed;
            }
        }
        own
    }

    fn numbers(
        &mut self,
        owner: usize,
        claim: &StoreClaim,
        history: &History<'_>,
        (after, up_to): (i64, i64),
    ) -> bool {
        let mut walk = Walk { last: after, revision: claim.revision_start, whole: true };
        for (_, event) in &history.events {
            self.step(&mut walk, event, up_to);
        }
        let span = &self.trace.spans()[owner];
        if walk.last < up_to {
            walk.whole = false;
            let message =
                format!("the run made {up_to} changes, and the last to arrive is number {}", walk.last);
            let code = FindingCode::TransitionSequenceMissingTrailing;
            self.findings.push(Finding::new(code, span.span_id, message));
        } else if walk.whole
            && walk.revision.zip(claim.revision_end).is_some_and(|(found, told)| found != told)
        {
            let message = "the last change leads to another revision than the run says it ended with";
            self.findings.push(Finding::new(FindingCode::RevisionChainMismatch, span.span_id, message));
        }
        walk.whole
    }

    fn step(&mut self, walk: &mut Walk, event: &StateEvent, up_to: i64) {
        let mut find = |code, message: String| {
            let finding = Finding::new(code, event.span_id, message).event(Some(event.event));
            self.findings.push(finding.attribute("junjo.store.transition.sequence"));
        };
        let Some(sequence) = event.sequence else {
            walk.whole = false;
            return;
        };
        if sequence > up_to || sequence < 1 {
            find(
                FindingCode::TransitionSequenceOutOfRange,
                format!("number {sequence} is not among the run's 1 to {up_to}"),
            );
            walk.whole = false;
        }
        if sequence <= walk.last {
            find(
                FindingCode::TransitionSequenceDuplicate,
                format!("another change has number {sequence} too"),
            );
            walk.whole = false;
            return;
        }
        let follows = sequence == walk.last.saturating_add(1);
        if !follows {
            let missing = sequence.saturating_sub(walk.last).saturating_sub(1);
            find(
                FindingCode::TransitionSequenceGap,
                format!("{missing} changes before number {sequence} are missing"),
            );
            walk.whole = false;
        }
        let (before, after) = (event.revision_before, event.revision_after);
        let chained = !follows || walk.revision.is_none() || before == walk.revision;
        let grows = before
            .zip(after)
            .is_some_and(|(before, after)| after == before || after == before.saturating_add(1));
        if !chained || !grows {
            let message =
                format!("change {sequence} does not lead from the revision before it to the next one");
            find(FindingCode::RevisionChainMismatch, message);
        }
        walk.last = sequence;
        walk.revision = after;
    }

    fn replay(
        &mut self,
        owner: usize,
        claim: &StoreClaim,
        history: &History<'_>,
        whole: bool,
    ) -> ReplayStatus {
        let span = &self.trace.spans()[owner];
        let has_states = claim.state_start.is_some() && claim.state_end.is_some();
        let has_patches = history.events.iter().all(|(_, event)| event.patch.is_some());
        if !has_states || !has_patches {
            return ReplayStatus::Withheld;
        }
        if claim.reconstructable == Some(false) {
            let message = "the client says that it could not replay its own run";
            let finding = Finding::new(FindingCode::StateNotReconstructable, span.span_id, message);
            self.findings.push(finding.attribute("junjo.store.reconstructable"));
        }
        if !whole {
            return ReplayStatus::Failed;
        }
        let replayed = history.replay(history.in_time, &mut self.budget);
        for (place, error) in &replayed.failures {
            let event = history.events[*place].1;
            let code = match error {
                PatchError::TestFailed { .. } => FindingCode::PatchTestFailed,
                PatchError::OutOfBudget => FindingCode::TraceNotRead,
                _ => FindingCode::InvalidStatePatch,
            };
            let finding =
                Finding::new(code, event.span_id, format!("the patch could not be applied: {error}"));
            self.findings.push(finding.event(Some(event.event)).attribute("junjo.state_json_patch"));
        }
        if !replayed.failures.is_empty() {
            return ReplayStatus::Failed;
        }
        let end = history.state_end();
        if end.is_some_and(|end| same_state(&replayed.after.state, &end)) && replayed.started {
            return ReplayStatus::Verified;
        }
        let message =
            "the state at the start and the changes do not give the state that the run says it ended with";
        self.findings.push(Finding::new(FindingCode::StateReplayMismatch, span.span_id, message));
        ReplayStatus::Failed
    }
}
