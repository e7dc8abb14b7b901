//! The rules for the span of one tool call.

use super::ended::Ended;
use super::facts::{ToolFacts, hash_of};
use super::finding::FindingCode;
use super::model_call::operation;
use super::slot::{Need, Reader};

const REQUESTED: &str = "junjo.agent.tool.requested_arguments";
const ARGUMENTS: &str = "junjo.agent.tool.arguments";
const RESULT: &str = "junjo.agent.tool.result";
const CANDIDATE: &str = "junjo.agent.tool.result_candidate";
/// Reasons for which a tool has no result though it was started.
const AFTER_START: [&str; 2] = ["service_failed", "not_json_serializable"];

/// Reads and checks a tool call.
pub(super) fn read(reader: &mut Reader<'_, '_, '_>, ended: Ended) -> ToolFacts {
    let mut facts = ToolFacts {
        operation: operation(reader, "junjo.agent.tool_call.ordinal"),
        call_id: reader.text("junjo.agent.tool_call.id"),
        name: reader.text("junjo.agent.tool.name"),
        structural_id: reader.text("junjo.agent.tool.structural_id"),
        revision_before: reader.count("junjo.agent.tool.state_revision.before"),
        revision_after: reader.count("junjo.agent.tool.state_revision.after"),
        requested: reader.slot(REQUESTED, Need::Required).full().as_ref().map(hash_of),
        ..ToolFacts::default()
    };
    let arguments = reader.slot(ARGUMENTS, Need::Optional).is_present();
    let result = reader.slot(RESULT, Need::Optional).is_present();
    let candidate = reader.candidate(CANDIDATE);
    if candidate.is_none() {
        reader.find(
            FindingCode::InvalidCandidateEvidence,
            CANDIDATE,
            "nothing is said of what the tool returned",
        );
    }
    let (returned, reason) = candidate.map_or((false, None), |found| (found.available, found.reason));
    let reason = reason.unwrap_or_default();
    if reason == "not_invoked" && arguments {
        let message = "the tool was not invoked, and has validated arguments";
        reader.find(FindingCode::UnexpectedToolArgumentsEvidence, ARGUMENTS, message);
    }
    let has_started = returned || AFTER_START.contains(&reason.as_str());
    if has_started && !arguments {
        let message = "the tool was started, and has no validated arguments";
        reader.find(FindingCode::InvalidToolStartedEvidence, ARGUMENTS, message);
    }
    let has_result = result || facts.revision_after.is_some();
    let fits =
        if ended.completed() { result && facts.revision_after.is_some() && returned } else { !has_result };
    if !fits {
        let message = if ended.completed() {
            "the tool call completed, and its result, the candidate or the revision after it is missing"
        } else {
            "the tool call did not complete, and has a result or a revision after it"
        };
        reader.find(FindingCode::InvalidToolResultTransport, RESULT, message);
    }
    facts.started = arguments && reason != "not_invoked";
    facts.completed = ended.completed() && result;
    facts
}
