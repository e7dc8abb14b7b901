//! Tools that a model was offered, and the one that a span executed.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::attributes::{Attributes, member, member_text, parse_text};
use crate::derive::Promoted;
use crate::derive::role::Role;

/// A tool that a model may call.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Tool {
    /// Name of the tool.
    pub name: Option<String>,
    /// What it does, as the model reads it.
    pub description: Option<String>,
    /// JSON schema of its arguments.
    #[schema(value_type = Value)]
    pub parameters: Json,
}

/// The tool that a span executed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ToolCall {
    /// Name of the tool.
    pub name: Option<String>,
    /// Id by which the model asked for it.
    pub id: Option<String>,
    /// Kind of tool, such as `function`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Arguments; null when they were not recorded.
    #[schema(value_type = Value)]
    pub arguments: Json,
    /// Result; null when it was not recorded.
    #[schema(value_type = Value)]
    pub result: Json,
}

/// The tools that the model was offered, from the best dialect that lists any.
pub(super) fn offered(attributes: &Attributes<'_, '_>) -> Vec<Tool> {
    let listed = |json: Option<Json>| match json {
        Some(Json::Array(items)) => items.iter().filter_map(tool).collect(),
        Some(item) => tool(&item).into_iter().collect(),
        None => Vec::new(),
    };
    let inside = |key: &str, members: &[&str]| {
        let object = attributes.json(&[key])?;
        member(object.as_object()?, members).cloned()
    };
    let sources: [&dyn Fn() -> Vec<Tool>; 6] = [
        &|| listed(attributes.json(&["gen_ai.tool.definitions"])),
        &|| attributes.items("llm.tools.", "").iter().filter_map(tool).collect(),
        &|| attributes.items("llm.request.functions.", "").iter().filter_map(tool).collect(),
        &|| listed(attributes.json(&["ai.prompt.tools"])),
        &|| listed(inside("model_request_parameters", &["function_tools", "tools"])),
        &|| listed(inside("junjo.agent.model.request", &["tools"])),
    ];
    sources.iter().map(|source| source()).find(|tools| !tools.is_empty()).unwrap_or_default()
}

/// One definition: `{type, function: {…}}`, `{name, description, parameters}`, or either as JSON text.
fn tool(json: &Json) -> Option<Tool> {
    if let Json::String(text) = json {
        return parse_text(text).as_object().map(definition);
    }
    let object = json.as_object()?;
    let wrapped = object.get("tool").and_then(Json::as_object).unwrap_or(object);
    match member(wrapped, &["json_schema", "function"]) {
        Some(schema @ Json::String(_)) => tool(schema),
        Some(Json::Object(inner)) if !inner.contains_key("function") => Some(definition(inner)),
        Some(nested @ Json::Object(_)) => tool(nested),
        _ => Some(definition(wrapped)),
    }
}

fn definition(object: &Map<String, Json>) -> Tool {
    let object = object.get("function").and_then(Json::as_object).unwrap_or(object);
    let schema = member(object, &["parameters", "input_schema", "inputSchema", "parameters_json_schema"]);
    let parameters = match schema {
        Some(Json::String(text)) => parse_text(text),
        Some(other) => other.clone(),
        None => Json::Null,
    };
    Tool {
        name: member_text(object, &["name"]),
        description: member_text(object, &["description"]),
        parameters,
    }
}

/// The tool that the span executed, when it executed one.
pub(super) fn executed(attributes: &Attributes<'_, '_>, promoted: &Promoted<'_>) -> Option<ToolCall> {
    if promoted.role != Some(Role::Tool) {
        return None;
    }
    let json = |keys: &[&str]| attributes.json(keys).unwrap_or_default();
    Some(ToolCall {
        name: promoted.tool_name.as_deref().map(str::to_owned),
        id: attributes.text(&[
            "gen_ai.tool.call.id",
            "tool.id",
            "ai.toolCall.id",
            "junjo.agent.tool_call.id",
        ]),
        kind: attributes.text(&["gen_ai.tool.type"]),
        description: attributes.text(&["gen_ai.tool.description", "tool.description"]),
        arguments: json(&[
            "gen_ai.tool.call.arguments",
            "tool.parameters",
            "ai.toolCall.args",
            "traceloop.entity.input",
            "junjo.agent.tool.arguments",
            "junjo.agent.tool.requested_arguments",
            "langfuse.observation.input",
            "input.value",
        ]),
        result: json(&[
            "gen_ai.tool.call.result",
            "ai.toolCall.result",
            "traceloop.entity.output",
            "junjo.agent.tool.result",
            "junjo.agent.tool.result_candidate",
            "langfuse.observation.output",
            "output.value",
        ]),
    })
}
