//! An agent and its operations: their numbers, what the agent counted, and which call the model asked for.

use super::run::Check;
use crate::proof::{
    AgentFacts, CallFacts, Finding, FindingCode, ModelFacts, OperationFacts, RoleFacts, ToolFacts, UsageSums,
};
use crate::span::JunjoSpan;

/// An operation and its span.
struct Operation<'t> {
    span: &'t JunjoSpan,
    kind: Kind<'t>,
}

/// What it is.
enum Kind<'t> {
    Model(&'t ModelFacts),
    Tool(&'t ToolFacts),
}

impl Operation<'_> {
    fn facts(&self) -> &OperationFacts {
        match &self.kind {
            Kind::Model(model) => &model.operation,
            Kind::Tool(tool) => &tool.operation,
        }
    }
}

impl Check<'_> {
    /// Checks the operations of the agent at `place`, if one is there.
    pub(super) fn operations(&mut self, place: usize) {
        let trace = self.trace;
        let agent = &trace.spans()[place];
        let Some(RoleFacts::Agent(facts)) = &agent.evidence.facts.role else { return };
        let below = self.subtree.iter().copied().filter(|other| trace.around(*other) == Some(place));
        let mut operations: Vec<Operation<'_>> =
            below.filter_map(|other| operation(&trace.spans()[other])).collect();
        operations.sort_by_key(|operation| operation.facts().sequence);
        let whole = self.operation_numbers(agent, facts, &operations);
        self.owners(facts, &operations);
        self.counts(agent, facts, &operations);
        self.ordinals(facts, &operations);
        self.revisions(&operations);
        self.calls(facts, &operations);
        if whole {
            self.usage(agent, facts, &operations);
        }
    }

    fn tell(&mut self, code: FindingCode, span: &JunjoSpan, message: String) {
        self.findings.push(Finding::new(code, span.span_id, message));
    }

    /// Whether every number that the agent used is there once.
    fn operation_numbers(
        &mut self,
        agent: &JunjoSpan,
        facts: &AgentFacts,
        operations: &[Operation<'_>],
    ) -> bool {
        let count = facts.operations.unwrap_or(i64::MAX);
        let (mut last, mut whole) = (0, true);
        for operation in operations {
            let Some(sequence) = operation.facts().sequence else {
                whole = false;
                continue;
            };
            let span = operation.span;
            if sequence > count {
                let message = format!("operation {sequence} is not among the agent's 1 to {count}");
                self.tell(FindingCode::OperationSequenceOutOfRange, span, message);
            }
            if sequence == last {
                self.tell(
                    FindingCode::OperationSequenceDuplicate,
                    span,
                    format!("another operation has number {sequence} too"),
                );
            } else if sequence > last.saturating_add(1) {
                let missing = sequence.saturating_sub(last).saturating_sub(1);
                let message = format!("{missing} operations before number {sequence} are missing");
                self.tell(FindingCode::OperationSequenceGap, span, message);
            }
            whole &= sequence == last.saturating_add(1) && sequence <= count;
            last = sequence;
        }
        if facts.operations.is_some_and(|count| last < count) {
            let message =
                format!("the agent made {count} operations, and the last to arrive is number {last}");
            self.tell(FindingCode::OperationSequenceMissingTrailing, agent, message);
            whole = false;
        }
        whole
    }

    fn owners(&mut self, facts: &AgentFacts, operations: &[Operation<'_>]) {
        for operation in operations {
            if operation.facts().runtime_id != facts.runtime_id || operation.facts().key != facts.key {
                let message =
                    "key or run id of the operation are not those of the agent around it".to_owned();
                self.tell(FindingCode::OperationOwnerMismatch, operation.span, message);
            }
        }
    }

    fn counts(&mut self, agent: &JunjoSpan, facts: &AgentFacts, operations: &[Operation<'_>]) {
        let count = |of: &dyn Fn(&Kind<'_>) -> bool| {
            operations.iter().filter(|operation| of(&operation.kind)).count()
        };
        let models = count(&|kind| matches!(kind, Kind::Model(_)));
        let started = count(&|kind| matches!(kind, Kind::Tool(tool) if tool.started));
        let completed = count(&|kind| matches!(kind, Kind::Tool(tool) if tool.completed));
        let [_, _, told_started, told_completed] = facts.tool_calls;
        let compared = [
            (FindingCode::OperationCountMismatch, facts.operations, operations.len(), "operations"),
            (FindingCode::ModelRequestCountMismatch, facts.model_requests, models, "model calls"),
            (FindingCode::ToolCallCountMismatch, told_started, started, "started tool calls"),
            (FindingCode::ToolCallCountMismatch, told_completed, completed, "completed tool calls"),
        ];
        for (code, told, found, what) in compared {
            if told.is_some_and(|told| usize::try_from(told) != Ok(found)) {
                let message = format!(
                    "the agent counted {} {what}, and {found} have arrived",
                    told.unwrap_or_default()
                );
                self.tell(code, agent, message);
            }
        }
    }

    fn ordinals(&mut self, facts: &AgentFacts, operations: &[Operation<'_>]) {
        let (mut model, mut tool) = (0, 0);
        let requested = facts.tool_calls[0].unwrap_or(i64::MAX);
        for operation in operations {
            let ordinal = operation.facts().ordinal.unwrap_or(0);
            if matches!(operation.kind, Kind::Model(_)) {
                if ordinal != model + 1 {
                    let message = format!("model call {ordinal} follows model call {model}");
                    self.tell(FindingCode::ModelOrdinalNoncontiguous, operation.span, message);
                }
                model = ordinal;
            } else {
                // calls of a batch that was refused have numbers, and only the refused one has a span
                if ordinal <= tool || ordinal > requested {
                    let message = format!("tool call {ordinal} follows tool call {tool} of {requested}");
                    self.tell(FindingCode::ToolOrdinalNoncontiguous, operation.span, message);
                }
                tool = ordinal;
            }
        }
    }

    /// An operation names the revision of its own changes.
    fn revisions(&mut self, operations: &[Operation<'_>]) {
        for operation in operations {
            let mut events: Vec<_> =
                operation.span.state_events.iter().filter(|event| event.sequence.is_some()).collect();
            events.sort_by_key(|event| event.sequence);
            let (Some(first), Some(last)) = (events.first(), events.last()) else { continue };
            let agrees = match &operation.kind {
                Kind::Model(model) => model.state_revision == first.revision_after,
                Kind::Tool(tool) => {
                    tool.revision_before == first.revision_before
                        && (tool.revision_after.is_none() || tool.revision_after == last.revision_after)
                }
            };
            if !agrees && operation.span.dropped_events_count == 0 {
                let message = "the revision that the operation names is not that of its changes of the state"
                    .to_owned();
                self.tell(FindingCode::OperationStateRevisionMismatch, operation.span, message);
            }
        }
    }

    /// Each tool call is one that the model call before it asked for.
    fn calls(&mut self, facts: &AgentFacts, operations: &[Operation<'_>]) {
        let mut asked: Option<&[CallFacts]> = None;
        for operation in operations {
            let tool = match &operation.kind {
                Kind::Model(model) => {
                    asked = model.calls.as_deref();
                    continue;
                }
                Kind::Tool(tool) => tool,
            };
            self.known_tool(facts, operation.span, tool);
            let Some(asked) = asked else { continue };
            let same = |call: &&CallFacts| {
                Some(&call.id) == tool.call_id.as_ref() && Some(&call.name) == tool.name.as_ref()
            };
            match asked.iter().find(same) {
                None => {
                    let message =
                        "the model call before it did not ask for a call of this id and tool".to_owned();
                    self.tell(FindingCode::ToolCallIdentityMismatch, operation.span, message);
                }
                Some(call) if tool.requested.is_some_and(|requested| requested != call.arguments) => {
                    let message = "the arguments are not those that the model asked for".to_owned();
                    self.tell(FindingCode::ToolCallArgumentsMismatch, operation.span, message);
                }
                Some(_) => {}
            }
        }
    }

    fn known_tool(&mut self, facts: &AgentFacts, span: &JunjoSpan, tool: &ToolFacts) {
        let (Some(tools), Some(name)) = (&facts.tools, &tool.name) else { return };
        let declared = tools.iter().find(|(declared, _)| declared == name).map(|(_, id)| id);
        if declared != tool.structural_id.as_ref() {
            let message = format!("the structural id of \"{name}\" is not that of the agent's tool");
            self.tell(FindingCode::ToolStructuralIdMismatch, span, message);
        }
    }

    fn usage(&mut self, agent: &JunjoSpan, facts: &AgentFacts, operations: &[Operation<'_>]) {
        let Some(told) = &facts.usage else { return };
        let mut sums = UsageSums::default();
        for operation in operations {
            let Kind::Model(model) = &operation.kind else { continue };
            sums.responses += i64::from(model.responded);
            for (sum, count) in sums.fields.iter_mut().zip(model.usage.unwrap_or_default()) {
                if let Some(count) = count {
                    let (total, observations) = sum.unwrap_or_default();
                    *sum = Some((total.saturating_add(count), observations + 1));
                }
            }
        }
        if sums != *told {
            let message = "the agent's usage is not the sum of its model calls".to_owned();
            self.tell(FindingCode::AgentUsageMismatch, agent, message);
        }
    }
}

fn operation(span: &JunjoSpan) -> Option<Operation<'_>> {
    let kind = match span.evidence.facts.role.as_ref()? {
        RoleFacts::Model(model) => Kind::Model(model),
        RoleFacts::Tool(tool) => Kind::Tool(tool),
        RoleFacts::Agent(_) => return None,
    };
    Some(Operation { span, kind })
}
