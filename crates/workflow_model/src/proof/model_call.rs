//! The rules for the span of one model call.

use serde_json::Value as Json;

use super::ended::Ended;
use super::facts::{CallFacts, ModelFacts, OperationFacts, hash_of, usage_of};
use super::finding::FindingCode;
use super::slot::{Content, Need, Reader};
use super::snapshot;

const REQUEST: &str = "junjo.agent.model.request";
const RESPONSE: &str = "junjo.agent.model.response";
const CANDIDATE: &str = "junjo.agent.model.response_candidate";
const USAGE: &str = "junjo.agent.model.usage";

/// Reads and checks a model call.
pub(super) fn read(reader: &mut Reader<'_, '_, '_>, ended: Ended) -> ModelFacts {
    let mut facts = ModelFacts {
        operation: operation(reader, "junjo.agent.model_request.ordinal"),
        state_revision: reader.count("junjo.agent.model_request.state_revision"),
        ..ModelFacts::default()
    };
    request(reader, &facts.operation);
    let candidate = reader.candidate(CANDIDATE);
    if candidate.is_none() {
        reader.find(
            FindingCode::InvalidCandidateEvidence,
            CANDIDATE,
            "nothing is said of what the model returned",
        );
    }
    let response = reader.slot(RESPONSE, Need::Optional);
    let kind = reader.text("junjo.agent.model.response_type");
    facts.responded = response.is_present();
    let returned = candidate.is_some_and(|candidate| candidate.available);
    let fits = if ended.completed() {
        facts.responded && kind.is_some() && returned
    } else {
        !facts.responded && kind.is_none()
    };
    if !fits {
        let message = if ended.completed() {
            "the model call completed, and its response, the response's type or the candidate is missing"
        } else {
            "the model call did not complete, and has a response"
        };
        reader.find(FindingCode::InvalidModelResponseTransport, RESPONSE, message);
    }
    facts.usage = usage(reader, facts.responded);
    if let Content::Full(response) = response {
        facts.calls = check_response(reader, &response, kind.as_deref(), facts.usage);
    }
    facts
}

/// What every operation of an agent says.
pub(super) fn operation(reader: &mut Reader<'_, '_, '_>, ordinal: &str) -> OperationFacts {
    let sequence = reader.count("junjo.agent.operation.sequence").filter(|sequence| *sequence > 0);
    if sequence.is_none() {
        let message = "the operation has no number from 1 on";
        reader.find(FindingCode::OperationSequenceMissing, "junjo.agent.operation.sequence", message);
    }
    OperationFacts {
        key: reader.text("junjo.agent.key"),
        runtime_id: reader.text("junjo.agent.runtime_id"),
        sequence,
        ordinal: reader.count(ordinal).filter(|ordinal| *ordinal > 0),
    }
}

fn request(reader: &mut Reader<'_, '_, '_>, operation: &OperationFacts) {
    let Content::Full(request) = reader.slot(REQUEST, Need::Required) else { return };
    if !snapshot::is_request(&request) {
        let message = "the request has not the shape that the contract gives it";
        reader.find(FindingCode::InvalidPayloadSchema, REQUEST, message);
        return;
    }
    let agrees = request["agentKey"].as_str() == operation.key.as_deref()
        && request["runId"].as_str() == operation.runtime_id.as_deref()
        && request["ordinal"].as_i64() == operation.ordinal;
    if !agrees {
        let message = "agent, run or ordinal of the request are not those of the span";
        reader.find(FindingCode::ModelRequestMismatch, REQUEST, message);
    }
}

fn usage(reader: &mut Reader<'_, '_, '_>, responded: bool) -> Option<[Option<i64>; 5]> {
    if !reader.has(USAGE) {
        return None;
    }
    if !responded {
        let message = "the model call has usage and no response";
        reader.find(FindingCode::ModelUsageWithoutResponse, USAGE, message);
    }
    let usage = reader.plain(USAGE).as_ref().and_then(usage_of);
    if usage.is_none() {
        reader.find(
            FindingCode::InvalidPayloadSchema,
            USAGE,
            "the usage has not the shape that the contract gives it",
        );
    }
    usage
}

fn check_response(
    reader: &mut Reader<'_, '_, '_>,
    response: &Json,
    kind: Option<&str>,
    usage: Option<[Option<i64>; 5]>,
) -> Option<Vec<CallFacts>> {
    if !snapshot::is_response(response) {
        let message = "the response has not the shape that the contract gives it";
        reader.find(FindingCode::InvalidPayloadSchema, RESPONSE, message);
        return None;
    }
    if response["type"].as_str() != kind || response.get("usage").and_then(usage_of) != usage {
        let message = "type or usage of the response are not those of the span";
        reader.find(FindingCode::ModelResponseMismatch, RESPONSE, message);
    }
    let text = |call: &Json, name: &str| call[name].as_str().unwrap_or_default().to_owned();
    let calls = response["calls"].as_array().into_iter().flatten().map(|call| CallFacts {
        id: text(call, "id"),
        name: text(call, "name"),
        arguments: hash_of(&call["arguments"]),
    });
    Some(calls.collect())
}
