//! The rules for payloads whose shape the contract gives: definitions, graphs, requests and responses.

use serde_json::{Map, Value as Json};

use super::facts::usage_of;
use super::finding::FindingCode;
use super::slot::{Need, Reader};
use crate::ijson::{StructuralKind, agent_material, structural_id, tool_material};

const DEFINITION: &str = "junjo.agent.definition_snapshot";

/// Checks the definition of an agent against its hashes and its span; returns names and ids of the tools.
pub(super) fn check(reader: &mut Reader<'_, '_, '_>) -> Option<Vec<(String, String)>> {
    let snapshot = reader.slot(DEFINITION, Need::Required).full()?;
    if !is_definition(&snapshot) {
        let message = "the definition has not the shape that the contract gives it";
        reader.find(FindingCode::InvalidPayloadSchema, DEFINITION, message);
        return None;
    }
    let member = |name: &str| snapshot[name].as_str().map(str::to_owned);
    let limit = |name: &str| snapshot["limits"][name].as_i64();
    let agree = member("agentKey") == reader.text("junjo.agent.key")
        && member("name") == reader.text("junjo.agent.name")
        && limit("modelRequests") == reader.count("junjo.agent.limit.model_requests")
        && limit("toolCalls") == reader.count("junjo.agent.limit.tool_calls");
    if !agree {
        let message = "key, name or limits of the definition are not those of the span";
        reader.find(FindingCode::AgentDefinitionMismatch, DEFINITION, message);
    }
    if reader.text("junjo.agent.runtime_id") != reader.text("junjo.executable_runtime_id") {
        let message = "the agent's run id is not the executable's";
        reader.find(FindingCode::AgentDefinitionMismatch, "junjo.agent.runtime_id", message);
    }
    let computed = agent_material(&snapshot).map(|material| structural_id(StructuralKind::Agent, &material));
    if computed != member("structuralId") || computed != reader.text("junjo.executable_structural_id") {
        let message = format!("the definition's hash is {}", computed.unwrap_or_default());
        reader.find(FindingCode::StructuralIdMismatch, "junjo.executable_structural_id", message);
    }
    let mut tools = Vec::new();
    for tool in snapshot["tools"].as_array().into_iter().flatten() {
        let [name, id] =
            ["name", "structuralId"].map(|part| tool[part].as_str().unwrap_or_default().to_owned());
        let computed = tool_material(tool).map(|material| structural_id(StructuralKind::Tool, &material));
        if computed.as_deref() != Some(id.as_str()) {
            let message = format!("the hash of tool \"{name}\" is {}", computed.unwrap_or_default());
            reader.find(FindingCode::ToolStructuralIdMismatch, DEFINITION, message);
        }
        tools.push((name, id));
    }
    Some(tools)
}

/// Whether `json` is an object with version `version`, texts and objects under these names, and lists of objects.
fn shaped<'j>(
    json: &'j Json,
    version: i64,
    texts: &[&str],
    objects: &[&str],
    lists: &[&str],
) -> Option<&'j Map<String, Json>> {
    let members = json.as_object()?;
    let fits = members.get("v").and_then(Json::as_i64) == Some(version)
        && texts.iter().all(|name| members.get(*name).is_some_and(Json::is_string))
        && objects.iter().all(|name| members.get(*name).is_some_and(Json::is_object))
        && lists.iter().all(|name| {
            let items = members.get(*name).and_then(Json::as_array);
            items.is_some_and(|items| items.iter().all(Json::is_object))
        });
    fits.then_some(members)
}

fn has_text(json: &Json, name: &str) -> bool {
    json.get(name).and_then(Json::as_str).is_some_and(|text| !text.is_empty())
}

fn is_definition(json: &Json) -> bool {
    let texts = ["agentKey", "name", "instructions", "structuralId"];
    let objects = ["inputSchema", "model", "outputSchema", "limits"];
    shaped(json, 1, &texts, &objects, &["tools"]).is_some_and(|members| {
        let model = &members["model"];
        let positive = |name: &str| members["limits"][name].as_i64().is_some_and(|limit| limit >= 1);
        has_text(json, "agentKey")
            && has_text(json, "name")
            && ["driverKey", "provider", "model"].iter().all(|name| has_text(model, name))
            && model.get("settings").is_some_and(Json::is_object)
            && positive("modelRequests")
            && positive("toolCalls")
            && members["tools"].as_array().into_iter().flatten().all(is_tool)
    })
}

fn is_tool(json: &Json) -> bool {
    has_text(json, "name")
        && json.get("description").is_some_and(Json::is_string)
        && ["inputSchema", "outputSchema"].iter().all(|name| json.get(*name).is_some_and(Json::is_object))
}

/// Whether `json` is a declared graph of version 2.
pub(super) fn is_graph(json: &Json) -> bool {
    let node = |node: &Json| {
        ["nodeRuntimeId", "nodeStructuralId", "nodeType", "nodeLabel"].iter().all(|name| has_text(node, name))
    };
    let edge = |edge: &Json| {
        ["edgeStructuralId", "tailNodeRuntimeId", "headNodeRuntimeId"].iter().all(|name| has_text(edge, name))
            && edge.get("edgeScope").is_some_and(|scope| scope == "explicit" || scope == "subflow")
    };
    has_text(json, "graphStructuralId")
        && shaped(json, 2, &[], &[], &["nodes", "edges"]).is_some_and(|members| {
            members["nodes"].as_array().into_iter().flatten().all(node)
                && members["edges"].as_array().into_iter().flatten().all(edge)
        })
}

/// Whether `json` is a normalised request of a model.
pub(super) fn is_request(json: &Json) -> bool {
    let texts = ["agentKey", "runId", "instructions"];
    shaped(json, 1, &texts, &["outputSchema"], &["messages", "tools"]).is_some_and(|members| {
        members.get("ordinal").and_then(Json::as_i64).is_some_and(|ordinal| ordinal >= 1)
            && members["tools"].as_array().into_iter().flatten().all(is_tool)
            && members["messages"].as_array().into_iter().flatten().all(is_message)
    })
}

fn is_message(json: &Json) -> bool {
    match json["type"].as_str() {
        Some("agent_input") => json.get("input").is_some(),
        Some("assistant_output") => json.get("output").is_some(),
        Some("assistant_tool_calls") => has_calls(json),
        Some("tool_result") => {
            has_text(json, "callId") && has_text(json, "toolName") && json.get("result").is_some()
        }
        _ => false,
    }
}

fn has_calls(json: &Json) -> bool {
    let call = |call: &Json| has_text(call, "id") && has_text(call, "name") && call["arguments"].is_object();
    json["calls"].as_array().is_some_and(|calls| !calls.is_empty() && calls.iter().all(call))
}

/// Whether `json` is a normalised response of a model.
pub(super) fn is_response(json: &Json) -> bool {
    let usage = json.get("usage").is_none_or(|usage| usage_of(usage).is_some());
    shaped(json, 1, &["type"], &[], &[]).is_some_and(|members| {
        usage
            && match members["type"].as_str() {
                Some("final_output") => members.contains_key("output"),
                Some("tool_calls") => has_calls(json),
                _ => false,
            }
    })
}
