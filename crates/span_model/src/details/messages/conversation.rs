//! Messages from JSON: OpenTelemetry's parts, and what OpenAI, Anthropic, LangChain, the Vercel AI SDK and Junjo write.

use serde_json::{Map, Value as Json};

use super::super::attributes::{member, member_text, parse_text, text_of};
use super::{Message, Part};

/// The messages in `json` when it is a conversation: a message, a list of them, a request or response that holds them.
pub(super) fn conversation(json: &Json, default_role: &str) -> Option<Vec<Message>> {
    match json {
        Json::Array(items) => {
            let lists: Option<Vec<_>> = items.iter().map(|item| conversation(item, default_role)).collect();
            lists.map(|lists| lists.concat()).filter(|messages| !messages.is_empty())
        }
        Json::Object(object) => request_or_response(object, default_role).or_else(|| {
            let message = message(object)?;
            Some(vec![message])
        }),
        _ => None,
    }
}

/// The messages in `json`, or all of it as one message.
pub(super) fn conversation_or_text(json: &Json, default_role: &str) -> Vec<Message> {
    conversation(json, default_role).unwrap_or_else(|| match json {
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().filter_map(text_of).map(|text| Message::text(default_role, text)).collect()
        }
        _ => vec![Message::new(default_role, parts(json))],
    })
}

/// A list of parts, one part, or a text.
pub(super) fn parts(json: &Json) -> Vec<Part> {
    match json {
        Json::Null => Vec::new(),
        Json::Array(items) => items.iter().map(part).collect(),
        other => vec![part(other)],
    }
}

/// `{messages, system}`, `{prompt}`, `{choices}` and the like.
fn request_or_response(object: &Map<String, Json>, default_role: &str) -> Option<Vec<Message>> {
    if let Some(Json::Array(choices)) = object.get("choices") {
        return choices.iter().map(|choice| choice_message(choice.as_object()?)).collect();
    }
    let system = member(object, &["system", "instructions"]).filter(|_| !object.contains_key("role"));
    let system = system.map(|system| Message::new("system", parts(system)));
    let messages = match member(object, &["messages", "prompt"]) {
        Some(messages @ (Json::Array(_) | Json::Object(_))) => conversation(messages, default_role)?,
        Some(Json::String(prompt)) => vec![Message::text(default_role, prompt.clone())],
        _ => return None,
    };
    Some(system.into_iter().chain(messages).collect())
}

/// One of OpenAI's choices.
fn choice_message(choice: &Map<String, Json>) -> Option<Message> {
    let mut message = message(choice.get("message")?.as_object()?)?;
    message.finish_reason = message.finish_reason.or_else(|| member_text(choice, &["finish_reason"]));
    Some(message)
}

/// A message object; `None` when nothing tells that it is one.
fn message(object: &Map<String, Json>) -> Option<Message> {
    if let Some(Json::Object(inner)) = object.get("message").or(object.get("kwargs")) {
        return message(inner);
    }
    if let Some(message) = junjo_message(object) {
        return Some(message);
    }
    let role = member_text(object, &["role"]).filter(|role| is_message(object, role));
    let role = usual_role(role.or_else(|| langchain_role(object))?);
    let call_id = member_text(object, &["tool_call_id", "toolCallId"]);
    let content =
        object.get("parts").or(object.get("content")).or(object.get("contents")).unwrap_or(&Json::Null);
    let mut parts = match member_text(object, &["reasoning_content", "reasoning"]) {
        Some(content) => vec![Part::Reasoning { content }],
        None => Vec::new(),
    };
    let answers = |part: &Part| matches!(part, Part::ToolCallResponse { .. });
    let content = self::parts(content);
    if call_id.is_some() && !content.iter().any(answers) {
        parts.push(tool_response(object, call_id));
    } else {
        parts.extend(content.into_iter().filter(|part| *part != Part::Text { content: String::new() }));
    }
    parts.extend(tool_calls(object));
    let name = member_text(object, &["name"]);
    let finish_reason = member_text(object, &["finish_reason", "finishReason", "stop_reason"]);
    Some(Message { role, parts, name, finish_reason })
}

/// A message of a tool, in the dialects where the answer is the content.
fn tool_response(object: &Map<String, Json>, id: Option<String>) -> Part {
    let response = match object.get("content") {
        Some(Json::String(text)) => parse_text(text),
        Some(other) => other.clone(),
        None => Json::Null,
    };
    Part::ToolCallResponse { id, name: member_text(object, &["name"]), response }
}

/// Calls that stand beside the content: `tool_calls`, and OpenAI's older `function_call`.
fn tool_calls(object: &Map<String, Json>) -> Vec<Part> {
    let calls = match member(object, &["tool_calls", "toolCalls"]) {
        Some(Json::String(text)) => parse_text(text),
        Some(other) => other.clone(),
        None => Json::Null,
    };
    let listed = calls.as_array().into_iter().flatten().filter_map(Json::as_object).map(tool_call);
    let single = object.get("function_call").and_then(Json::as_object).map(tool_call);
    let flat = member_text(object, &["function_call_name"]).map(|name| Part::ToolCall {
        id: None,
        name: Some(name),
        arguments: object.get("function_call_arguments_json").map(arguments).unwrap_or_default(),
    });
    listed.chain(single).chain(flat).collect()
}

/// `{id, function: {name, arguments}}`, `{id, name, args}`, `{toolCallId, toolName, input}`, OpenInference's wrapper.
pub(super) fn tool_call(call: &Map<String, Json>) -> Part {
    if let Some(Json::Object(inner)) = call.get("tool_call") {
        return tool_call(inner);
    }
    let function = call.get("function").and_then(Json::as_object).unwrap_or(call);
    Part::ToolCall {
        id: member_text(call, &["id", "call_id", "toolCallId"]),
        name: member_text(function, &["name", "toolName"]),
        arguments: member(function, &["arguments", "args", "input"]).map(arguments).unwrap_or_default(),
    }
}

fn arguments(json: &Json) -> Json {
    if let Json::String(text) = json { parse_text(text) } else { json.clone() }
}

/// One part of a message's content.
fn part(json: &Json) -> Part {
    let object = match json {
        Json::String(text) => {
            return Part::Text { content: text.clone() };
        }
        Json::Object(object) => object,
        other => return Part::Other { value: other.clone() },
    };
    if let Some(Json::Object(inner)) = object.get("message_content") {
        return part(&Json::Object(inner.clone()));
    }
    let content = || member_text(object, &["content", "text", "thinking"]);
    let kind = member_text(object, &["type"]).unwrap_or_default();
    let known = match kind.as_str() {
        "text" | "input_text" | "output_text" | "" => content().map(|content| Part::Text { content }),
        "reasoning" | "thinking" => Some(Part::Reasoning { content: content().unwrap_or_default() }),
        "tool_call" | "tool-call" | "tool_use" | "function_call" => Some(tool_call(object)),
        "tool_call_response" | "tool-result" | "tool_result" | "function_call_output" => {
            Some(Part::ToolCallResponse {
                id: member_text(object, &["id", "toolCallId", "tool_use_id", "call_id"]),
                name: member_text(object, &["name", "toolName"]),
                response: member(object, &["response", "result", "output", "content"])
                    .map(arguments)
                    .unwrap_or_default(),
            })
        }
        _ => media(object, &kind),
    };
    known.unwrap_or_else(|| Part::Other { value: json.clone() })
}

/// OpenTelemetry's `uri`, `blob` and `file`, and the image parts of OpenAI, OpenInference and the Vercel AI SDK.
fn media(object: &Map<String, Json>, kind: &str) -> Option<Part> {
    let image = matches!(kind, "image" | "image_url" | "input_image");
    let modality = member_text(object, &["modality"]).or_else(|| image.then(|| "image".to_owned()));
    let mime_type = member_text(object, &["mime_type", "mimeType", "mediaType", "media_type"]);
    if kind == "blob" {
        return Some(Part::Blob { modality, mime_type, content: member_text(object, &["content", "data"])? });
    }
    if let Some(file_id) = member_text(object, &["file_id"]) {
        return Some(Part::File { modality, mime_type, file_id });
    }
    let uri = match member(object, &["uri", "url", "image_url", "image"])? {
        Json::Object(nested) => {
            let nested = nested.get("image").and_then(Json::as_object).unwrap_or(nested);
            member_text(nested, &["url", "uri"])?
        }
        other => text_of(other)?,
    };
    Some(Part::Uri { modality, mime_type, uri })
}

/// Whether an object with a `role` is a message and not, say, an account.
fn is_message(object: &Map<String, Json>, role: &str) -> bool {
    matches!(
        role,
        "system" | "developer" | "user" | "human" | "assistant" | "ai" | "model" | "tool" | "function"
    ) || ["content", "contents", "parts", "tool_calls"].iter().any(|member| object.contains_key(*member))
}

/// LangChain names the kind of a message in `type` and not in `role`.
fn langchain_role(object: &Map<String, Json>) -> Option<String> {
    let kind = member_text(object, &["type"])?;
    let known = matches!(kind.as_str(), "human" | "ai" | "system" | "tool" | "function" | "developer");
    (known && object.contains_key("content")).then_some(kind)
}

/// Junjo's agent messages: `agent_input`, `assistant_output`, `assistant_tool_calls`, `tool_result`, and its responses.
fn junjo_message(object: &Map<String, Json>) -> Option<Message> {
    let json_part = |member: &str| match object.get(member) {
        Some(Json::String(text)) => Part::Text { content: text.clone() },
        Some(other) => Part::Text { content: other.to_string() },
        None => Part::Text { content: String::new() },
    };
    let message = match object.get("type")?.as_str()? {
        "agent_input" => Message::new("user", vec![json_part("input")]),
        "assistant_output" | "final_output" => Message::new("assistant", vec![json_part("output")]),
        "assistant_tool_calls" | "tool_calls" => {
            let said = member_text(object, &["assistantText"]).map(|content| Part::Text { content });
            let calls = object.get("calls").and_then(Json::as_array).into_iter().flatten();
            let calls = calls.filter_map(Json::as_object).map(tool_call);
            Message::new("assistant", said.into_iter().chain(calls).collect())
        }
        "tool_result" if object.contains_key("callId") => {
            let id = member_text(object, &["callId"]);
            let name = member_text(object, &["toolName"]);
            let response = object.get("result").cloned().unwrap_or_default();
            Message::new("tool", vec![Part::ToolCallResponse { id, name, response }])
        }
        _ => return None,
    };
    Some(message)
}

fn usual_role(role: String) -> String {
    match role.as_str() {
        "human" => "user".to_owned(),
        "ai" | "model" => "assistant".to_owned(),
        "function" => "tool".to_owned(),
        _ => role,
    }
}
