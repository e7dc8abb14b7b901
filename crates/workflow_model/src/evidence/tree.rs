//! The spans of a run as a tree: parents, correlation, what belongs to nobody, and holes in the path through a graph.

use std::collections::HashSet;

use super::run::Check;
use crate::kind::ExecutableKind;
use crate::proof::{Finding, FindingCode, ParentIds, RoleFacts};
use crate::span::JunjoSpan;
use crate::warning::WarningCode;

/// What the path through a graph looks like when executions are missing.
const HOLES: [WarningCode; 4] = [
    WarningCode::UnexpectedStart,
    WarningCode::UndeclaredEdge,
    WarningCode::MissingItem,
    WarningCode::ParentMissing,
];
/// The same at its end, where the run's own count of executions says more when there is one.
const OPEN_ENDS: [WarningCode; 2] = [WarningCode::UnexpectedEnd, WarningCode::MissingEdge];

impl Check<'_> {
    /// Checks what the span at `place` says of those around it.
    pub(super) fn tree(&mut self, place: usize) {
        let trace = self.trace;
        let span = &trace.spans()[place];
        let around = trace.around(place).map(|around| &trace.spans()[around]);
        if let Some(parent) = &span.evidence.facts.parent {
            self.parent(span, parent, around);
        }
        let is_root = place == self.root;
        if !is_root && span.parent_span_id.is_some_and(|parent| !trace.has_arrived(parent)) {
            let message = "the span right around this one has not arrived";
            self.findings.push(Finding::new(FindingCode::ParentSpanMissing, span.span_id, message));
        }
        let Some(around) = around.filter(|around| around.evidence.checked && !is_root) else { return };
        let is_junjo = span.evidence.checked || span.kind.is_some() || span.operation.is_some();
        if is_junjo && span.contract_version != around.contract_version {
            let message = "the contract's version is missing, or not that of the run around the span";
            self.findings.push(Finding::new(FindingCode::ContractVersionMismatch, span.span_id, message));
        }
        let inherited = around.evidence.facts.correlation.as_ref();
        let own = span.evidence.facts.correlation.as_ref();
        if span.evidence.checked
            && inherited.is_some()
            && own != inherited
            && (span.kind.is_some() || own.is_some())
        {
            let message = "the correlation is not that of the executable around the span";
            self.findings.push(Finding::new(FindingCode::CorrelationMismatch, span.span_id, message));
        }
    }

    fn parent(&mut self, span: &JunjoSpan, parent: &ParentIds, around: Option<&JunjoSpan>) {
        let same = |own: Option<&String>, told: &String| own == Some(told);
        let is_parent = |other: &JunjoSpan| {
            same(other.runtime_id.as_ref(), &parent.runtime)
                && same(other.definition_id.as_ref(), &parent.definition)
                && same(other.structural_id.as_ref(), &parent.structural)
        };
        if around.is_some_and(is_parent) {
            return;
        }
        let has_arrived = self
            .trace
            .spans()
            .iter()
            .any(|other| other.kind.is_some() && same(other.runtime_id.as_ref(), &parent.runtime));
        let (code, message) = if has_arrived {
            (
                FindingCode::ParentIdentityMismatch,
                "the ids of the parent are not those of the executable around the span",
            )
        } else {
            (
                FindingCode::ParentExecutableMissing,
                "the executable that the span names as its parent has not arrived",
            )
        };
        self.findings.push(Finding::new(code, span.span_id, message));
    }

    /// What belongs to nobody that has arrived: it may be of any outermost run of the trace. And changes without an owner.
    pub(super) fn strays(&mut self) {
        let trace = self.trace;
        let owned: HashSet<&str> = trace.claims().map(|(_, claim)| claim.store_id.as_str()).collect();
        for place in &self.subtree {
            let span = &trace.spans()[*place];
            let events = span.state_events.iter().filter(|event| !owned.contains(event.store_id.as_str()));
            self.findings.extend(events.map(|event| {
                let message = format!("no run that has arrived owns the store \"{}\"", event.store_id);
                Finding::new(FindingCode::StoreOwnerMissing, span.span_id, message).event(Some(event.event))
            }));
        }
        if trace.around(self.root).is_some() {
            return;
        }
        for (place, span) in trace.spans().iter().enumerate() {
            if trace.around(place).is_some() || self.inside.contains(&place) || !span.evidence.checked {
                continue;
            }
            let role = span.evidence.facts.role.as_ref();
            let is_operation = matches!(role, Some(RoleFacts::Model(_) | RoleFacts::Tool(_)));
            if is_operation {
                let message = "the agent that made this operation has not arrived";
                self.findings.push(Finding::new(FindingCode::OperationOwnerMissing, span.span_id, message));
            } else if let Some(parent) = span.evidence.facts.parent.as_ref() {
                self.parent(span, parent, None);
            }
        }
    }

    /// Holes in the paths through the graphs of all workflows inside.
    pub(super) fn executions(&mut self) {
        let trace = self.trace;
        for place in self.subtree.clone() {
            let span = &trace.spans()[place];
            let is_outermost = span.kind == Some(ExecutableKind::Workflow) || place == self.root;
            let has_graph = matches!(span.kind, Some(ExecutableKind::Workflow | ExecutableKind::Subflow));
            if !has_graph || !span.evidence.checked {
                continue;
            }
            self.count_executions(place);
            if is_outermost {
                let warnings = trace.matching(place).warnings;
                let is_counted = span.node_count.is_some();
                let is_hole = |code| HOLES.contains(&code) || (!is_counted && OPEN_ENDS.contains(&code));
                let holes = warnings.into_iter().filter(|warning| is_hole(warning.code));
                self.findings.extend(holes.map(|hole| Finding {
                    span_id: hole.span_id.unwrap_or_else(|| span.span_id.to_string()),
                    ..Finding::new(FindingCode::ExecutionMissing, span.span_id, hole.message)
                }));
            }
        }
    }

    fn count_executions(&mut self, run: usize) {
        let trace = self.trace;
        let span = &trace.spans()[run];
        let below = trace.subtree(run);
        let executed =
            below.iter().filter(|place| **place != run && trace.spans()[**place].kind.is_some()).count();
        let told = span.node_count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        if executed < told.max(1) {
            let message = format!("the run counted {told} executions, and {executed} have arrived");
            self.findings.push(Finding::new(FindingCode::ExecutionMissing, span.span_id, message));
        }
        let own = span.evidence.facts.exception.as_deref().is_none_or(|class| class.starts_with("junjo."));
        let has_origin = below.iter().any(|place| *place != run && trace.spans()[*place].failed);
        if span.failed && !own && !has_origin {
            let message = "the run failed with an exception of one of its executions, which has not arrived";
            self.findings.push(Finding::new(FindingCode::FailureOriginMissing, span.span_id, message));
        }
    }
}
