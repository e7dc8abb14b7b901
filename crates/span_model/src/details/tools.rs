//! Tools that a model was offered, and the one that a span executed.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::attributes::{Attributes, member, member_text, parse_text};
use crate::derive::Promoted;
use crate::derive::role::Role;
use crate::dialects::{Field, keys};

/// Members of a request that hold the tools.
const TOOL_MEMBERS: &[&str] = &["function_tools", "tools"];

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
    let defined = |key: &&str| listed(attributes.json(&[*key]));
    let flattened = |prefix: &&str| attributes.items(prefix, "").iter().filter_map(tool).collect();
    let inside = |key: &&str| {
        let object = attributes.json(&[*key]);
        let members = object.as_ref().and_then(Json::as_object);
        listed(members.and_then(|members| member(members, TOOL_MEMBERS).cloned()))
    };
    let sources = keys(Field::ToolDefinitions).iter().map(defined);
    sources
        .chain(keys(Field::ToolListPrefix).iter().map(flattened))
        .chain(keys(Field::ToolsInside).iter().map(inside))
        .find(|tools: &Vec<Tool>| !tools.is_empty())
        .unwrap_or_default()
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
    let json = |field, else_field| {
        attributes.json(keys(field)).or_else(|| attributes.json(keys(else_field))).unwrap_or_default()
    };
    Some(ToolCall {
        name: promoted.tool_name.as_deref().map(str::to_owned),
        id: attributes.text(keys(Field::ToolCallId)),
        kind: attributes.text(keys(Field::ToolKind)),
        description: attributes.text(keys(Field::ToolDescription)),
        arguments: json(Field::ToolArguments, Field::Input),
        result: json(Field::ToolResult, Field::Output),
    })
}
