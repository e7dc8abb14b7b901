//! Tools that a model was offered, and the one that a span executed.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::attributes::{Attributes, member, member_text, parse_text};
use super::messages::{Message, PartKind};
use crate::derive::Promoted;
use crate::dialects::{Field, keys};
use crate::json_lenient::{Reading, read_or_text};
use crate::role::Role;

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
    /// Whether the client cut arguments or result at a length limit.
    pub truncated: bool,
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

/// The tool that the span executed, when it executed one. Where no attribute has arguments or result, the messages that
/// went in and came out do.
pub(super) fn executed(
    attributes: &Attributes<'_, '_>,
    promoted: &Promoted<'_>,
    input: &[Message],
    output: &[Message],
) -> Option<ToolCall> {
    if promoted.role != Some(Role::Tool) {
        return None;
    }
    let of = |field| attributes.reading(keys(field));
    let arguments = of(Field::ToolArguments)
        .or_else(|| of(Field::Input))
        .or_else(|| of(Field::ToolParameters).filter(|parameters| !is_schema(&parameters.json)))
        .or_else(|| said(input));
    let result = of(Field::ToolResult).or_else(|| of(Field::Output)).or_else(|| said(output));
    let truncated = [&arguments, &result].into_iter().flatten().any(|reading| reading.is_cut);
    let json = |reading: Option<Reading>| reading.map(|reading| reading.json).unwrap_or_default();
    Some(ToolCall {
        name: promoted.tool_name.as_deref().map(str::to_owned),
        id: attributes.text(keys(Field::ToolCallId)),
        kind: attributes.text(keys(Field::ToolKind)),
        description: attributes.text(keys(Field::ToolDescription)),
        arguments: json(arguments),
        result: json(result),
        truncated,
    })
}

/// Whether it is a JSON schema of an object.
fn is_schema(json: &Json) -> bool {
    json.get("properties").is_some_and(Json::is_object)
        && json.get("type").is_none_or(|kind| kind == "object")
}

/// The arguments or the result in a tool's messages: of a call, of an answer, or as plain text.
fn said(messages: &[Message]) -> Option<Reading> {
    let parts = || messages.iter().flat_map(|message| &message.parts);
    let structured = parts().find_map(|part| match &part.kind {
        PartKind::ToolCall { arguments: json, .. } | PartKind::ToolCallResponse { response: json, .. } => {
            Some(Reading { is_cut: part.truncated, ..Reading::whole(json.clone()) })
        }
        _ => None,
    });
    structured.or_else(|| {
        parts().find_map(|part| match &part.kind {
            PartKind::Text { content, .. } => {
                let reading = read_or_text(content);
                Some(Reading { is_cut: reading.is_cut || part.truncated, ..reading })
            }
            PartKind::Other { value } => {
                Some(Reading { is_cut: part.truncated, ..Reading::whole(value.clone()) })
            }
            _ => None,
        })
    })
}
