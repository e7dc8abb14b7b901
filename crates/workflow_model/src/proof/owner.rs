//! The rules for the span of a run: of an agent, and of a workflow or subflow.

use super::ended::Ended;
use super::facts::{AgentFacts, usage_sums_of};
use super::finding::FindingCode;
use super::slot::{Need, Reader};
use super::snapshot;

/// Reasons for which a run never began: what was rejected, and the candidate that is shown of it.
const BOUNDARY: [(&str, &str); 2] = [
    ("input_validation_error", "junjo.agent.input_candidate"),
    ("history_validation_error", "junjo.agent.history_candidate"),
];
/// Every reason for which a run may fail.
const FAILURES: [&str; 11] = [
    "input_validation_error",
    "history_validation_error",
    "internal_error",
    "limit_exceeded",
    "model_error",
    "model_response_error",
    "output_validation_error",
    "tool_error",
    "tool_input_validation_error",
    "tool_output_validation_error",
    "unknown_tool",
];
/// Reasons for which a run may have no state, besides the boundary's: it ended before it had one.
const WITHOUT_STATE: [&str; 2] = ["internal_error", "cancelled"];
/// Limits of an agent, as its span names them.
const LIMITS: [&str; 2] = ["model_requests", "tool_calls"];
/// What a store's owner says of its changes.
const COUNTERS: [&str; 3] =
    ["junjo.store.revision.start", "junjo.store.revision.end", "junjo.store.transition.count"];

/// The rules for an agent's span.
pub(super) fn agent(reader: &mut Reader<'_, '_, '_>, ended: Ended) -> AgentFacts {
    let reason = reader.text("junjo.agent.termination_reason").unwrap_or_default();
    let tools = snapshot::check(reader);
    let available = state(reader, &reason);
    let outcome = outcome(reader, &reason, ended);
    boundary(reader, &reason);
    let needed = if available { Need::Required } else { Need::Optional };
    let _ = reader.slot("junjo.agent.input", needed);
    let output = if outcome == "completed" { Need::Required } else { Need::Optional };
    if reader.slot("junjo.agent.output", output).is_present() && outcome != "completed" {
        let message = "a run that did not complete has an output";
        reader.find(FindingCode::UnexpectedAgentOutput, "junjo.agent.output", message);
    }
    limit(reader, &reason);
    let mut facts = AgentFacts { tools, ..AgentFacts::default() };
    facts.key = reader.text("junjo.agent.key");
    facts.runtime_id = reader.text("junjo.agent.runtime_id");
    facts.operations = counter(reader, "junjo.agent.operation.count", FindingCode::OperationCountMismatch);
    facts.model_requests =
        counter(reader, "junjo.agent.model_request.count", FindingCode::ModelRequestCountMismatch);
    facts.tool_calls = ["requested", "admitted", "started", "completed"].map(|what| {
        let key = format!("junjo.agent.tool_call.{what}_count");
        counter(reader, &key, FindingCode::ToolCallCountMismatch)
    });
    let descending = facts.tool_calls.windows(2).all(|pair| pair[0] >= pair[1]);
    if facts.tool_calls.iter().all(Option::is_some) && !descending {
        let message = "of requested, admitted, started and completed tool calls each is among the one before";
        reader.find(FindingCode::ToolCallCountMismatch, "junjo.agent.tool_call.requested_count", message);
    }
    facts.usage = usage(reader);
    facts
}

/// Checks that a run says which limit it exceeded, and by how much, exactly when it ended for that.
fn limit(reader: &mut Reader<'_, '_, '_>, reason: &str) {
    let [exceeded, attempted] =
        ["exceeded", "attempted_count"].map(|part| format!("junjo.agent.limit.{part}"));
    if reason != "limit_exceeded" {
        // an internal error may take the place of an end that has been written down already
        let may_be_left = reason == "internal_error";
        if !may_be_left && (reader.has(&exceeded) || reader.has(&attempted)) {
            let message = "a limit is said to be exceeded, and the run did not end for that";
            reader.find(FindingCode::InvalidLimitEvidence, &exceeded, message);
        }
        return;
    }
    let name = reader.text(&exceeded).filter(|name| LIMITS.contains(&name.as_str()));
    let limit = name.and_then(|name| reader.count(&format!("junjo.agent.limit.{name}")));
    let is_beyond = limit.zip(reader.count(&attempted)).is_some_and(|(limit, attempted)| attempted > limit);
    if !is_beyond {
        let message = "the run exceeded a limit, and it is not said which, or by how much";
        reader.find(FindingCode::InvalidLimitEvidence, &exceeded, message);
    }
}

fn counter(reader: &mut Reader<'_, '_, '_>, key: &str, code: FindingCode) -> Option<i64> {
    let count = reader.count(key);
    if count.is_none() {
        reader.find(code, key, format!("{key} is missing or no count"));
    }
    count
}

fn usage(reader: &mut Reader<'_, '_, '_>) -> Option<super::facts::UsageSums> {
    let key = "junjo.agent.usage";
    let sums = reader.plain(key).as_ref().and_then(usage_sums_of);
    if sums.is_none() {
        reader.find(FindingCode::AgentUsageMismatch, key, "the agent's usage is missing or of another shape");
    }
    sums
}

/// Checks that a run has a state exactly when it began; returns whether it says that it has one.
fn state(reader: &mut Reader<'_, '_, '_>, reason: &str) -> bool {
    let key = "junjo.agent.state.available";
    let available = reader.flag(key);
    let is_boundary = BOUNDARY.iter().any(|(boundary, _)| *boundary == reason);
    let has_store = reader.has("junjo.agent.store.id");
    if available == Some(true) {
        if is_boundary {
            let message = format!("the run was rejected ({reason}) and has a state all the same");
            reader.find(FindingCode::InvalidUnavailableAgentState, key, message);
        }
        owned_store(reader, "junjo.agent.store.id", FindingCode::InvalidAvailableAgentState);
        let _ = reader.slot("junjo.agent.state.start", Need::Required);
        let _ = reader.slot("junjo.agent.state.end", Need::Required);
        return true;
    }
    let parts = ["junjo.agent.state.start", "junjo.agent.state.end", "junjo.agent.input"];
    let has_parts = has_store
        || parts.iter().any(|root| reader.has_slot(root))
        || COUNTERS.iter().any(|key| reader.has(key));
    if available.is_none() || has_parts || !(is_boundary || WITHOUT_STATE.contains(&reason)) {
        let message = "the run says of no state, and its reason or other parts say that there was one";
        reader.find(FindingCode::InvalidUnavailableAgentState, key, message);
    }
    false
}

/// Checks that the owner of a store says which and how often it changed.
fn owned_store(reader: &mut Reader<'_, '_, '_>, id: &str, code: FindingCode) {
    if reader.text(id).is_none() {
        reader.find(code, id, format!("{id} is missing"));
    }
    let numbered = reader.has("junjo.store.transition.start") && reader.has("junjo.store.transition.end");
    for key in COUNTERS {
        let is_interval = key == "junjo.store.transition.count" && numbered;
        if reader.count(key).is_none() && !is_interval {
            reader.find(code, key, format!("{key} is missing or no count"));
        }
    }
    let key = "junjo.store.reconstructable";
    if reader.flag(key).is_none() {
        reader.find(code, key, format!("{key} is missing"));
    }
}

fn outcome(reader: &mut Reader<'_, '_, '_>, reason: &str, ended: Ended) -> String {
    let key = "junjo.agent.outcome";
    let outcome = reader.text(key).unwrap_or_default();
    let fits = match outcome.as_str() {
        "completed" => reason == "final_output",
        "cancelled" => reason == "cancelled",
        "failed" => FAILURES.contains(&reason),
        _ => false,
    };
    if !fits {
        let message = format!("outcome \"{outcome}\" and reason \"{reason}\" do not go together");
        reader.find(FindingCode::TerminalOutcomeReasonMismatch, key, message);
    }
    let has_type = reader.has("error.type");
    let as_ended = match outcome.as_str() {
        "completed" => ended.completed() && !has_type,
        "cancelled" => ended.cancelled && !ended.failed,
        "failed" => ended.failed && has_type,
        _ => true,
    };
    if !as_ended {
        let message =
            format!("outcome \"{outcome}\" does not go with the span's status, error type and cancellation");
        reader.find(FindingCode::TerminalOutcomeStatusMismatch, key, message);
    }
    outcome
}

/// Checks that what was rejected is shown, and nothing else.
fn boundary(reader: &mut Reader<'_, '_, '_>, reason: &str) {
    for (rejected, root) in BOUNDARY {
        let candidate = reader.candidate(root);
        if candidate.is_some() && reason != rejected {
            let message = format!("{root} is shown, and the run did not end with {rejected}");
            reader.find(FindingCode::UnexpectedBoundaryCandidateEvidence, root, message);
        } else if candidate.is_none() && reason == rejected {
            let message = format!("the run ended with {rejected}, and nothing is said of {root}");
            reader.find(FindingCode::MissingBoundaryCandidateEvidence, root, message);
        }
    }
}

/// The rules for the span of a workflow or subflow.
pub(super) fn workflow(reader: &mut Reader<'_, '_, '_>, ended: Ended) {
    let _ = reader.slot("junjo.workflow.state.start", Need::Required);
    let _ = reader.slot("junjo.workflow.state.end", Need::Required);
    owned_store(reader, "junjo.workflow.store.id", FindingCode::InvalidAvailableAgentState);
    if ended.failed && !reader.has("error.type") {
        let message = "the run failed, and no error type says with what";
        reader.find(FindingCode::TerminalOutcomeStatusMismatch, "error.type", message);
    }
    let key = "junjo.workflow.execution_graph_snapshot";
    let graph = reader.plain(key);
    let is_shaped = graph.as_ref().is_some_and(snapshot::is_graph);
    if !is_shaped {
        let message = "the declared graph is missing or not of the contract's shape";
        reader.find(FindingCode::InvalidExecutionGraphSnapshot, key, message);
        return;
    }
    let id = graph.and_then(|graph| graph.get("graphStructuralId")?.as_str().map(str::to_owned));
    if id != reader.text("junjo.executable_structural_id") {
        let message = "the graph's structural id is not the run's";
        reader.find(FindingCode::GraphStructuralIdMismatch, key, message);
    }
}
