//! A message as most vendors write it: a role, a content, and calls beside the content.

use serde_json::{Value as Json, json};

use super::super::message::{Message, is_known_role, usual_role};
use super::super::node::{Node, Object};
use super::super::part::{Part, PartKind};
use super::super::parts::{answer, known, parts, tool_call};
use crate::json_lenient::{read, read_or_text};

/// Names under which the content stands, the usual ones first.
const CONTENT: [&str; 7] = ["parts", "content", "contents", "blocks", "items", "text", "message"];

/// A message object that names its role.
pub(super) fn read_message(object: Object<'_>) -> Option<Vec<Message>> {
    let role = object.text(&["role"]).filter(|role| is_message(object, role))?;
    Some(vec![message(object, &role)])
}

/// The message of `role` in `object`.
pub(in super::super) fn message(object: Object<'_>, role: &str) -> Message {
    let reasoning = object.text(&["reasoning_content", "reasoning", "thinking"]).map(Part::reasoning);
    let mut parts: Vec<Part> = reasoning.into_iter().collect();
    let is_empty = |content: Node<'_>| content.json.as_array().is_some_and(Vec::is_empty);
    let content = CONTENT.iter().find_map(|name| object.get(&[name]).filter(|content| !is_empty(*content)));
    let call_id = object.text(&["tool_call_id", "toolCallId"]);
    let read = content.map(contents).unwrap_or_default();
    let answers = |part: &Part| matches!(part.kind, PartKind::ToolCallResponse { .. });
    if call_id.is_some() && !read.iter().any(answers) {
        parts.extend(answer(call_id, object.text(&["name", "tool_name"]), content));
    } else {
        parts.extend(read.into_iter().filter(|part| !part.is_empty()));
    }
    parts.extend(object.text(&["refusal"]).map(Part::text));
    parts.extend(spoken(object));
    parts.extend(pictures(object));
    for call in tool_calls(object) {
        if !parts.iter().any(|part| is_same_call(part, &call)) {
            parts.push(call);
        }
    }
    Message {
        role: usual_role(role),
        parts,
        name: object.text(&["name"]),
        finish_reason: object.text(&["finish_reason", "finishReason", "stop_reason", "stopReason"]),
    }
}

/// The parts of a content. A text that is JSON of parts, as in span events, is what it means.
pub(super) fn contents(content: Node<'_>) -> Vec<Part> {
    match content.json {
        Json::String(text) => embedded(text).unwrap_or_else(|| parts(content)),
        // Google ADK's records hold Gemini's content, which has a role of its own
        Json::Object(_) => {
            let inner = content.object().and_then(|object| object.get(&["parts"]));
            parts(inner.filter(|inner| inner.json.is_array()).unwrap_or(content))
        }
        _ => parts(content),
    }
}

fn embedded(text: &str) -> Option<Vec<Part>> {
    let reading = read(text)?;
    let node = Node::of(&reading);
    let mut items = node.items()?.peekable();
    items.peek()?;
    items.all(|item| item.is_cut() || known(item.json).is_some()).then(|| parts(node))
}

/// What OpenAI's audio models said: their voice and its transcript.
fn spoken(object: Object<'_>) -> Vec<Part> {
    let Some(audio) = object.object(&["audio"]) else {
        return Vec::new();
    };
    let transcript = audio.text(&["transcript"]).map(Part::text);
    let voice = audio.text(&["data"]).map(|content| {
        let mime_type = audio.text(&["format"]).map(|format| format!("audio/{format}"));
        PartKind::Blob { modality: Some("audio".to_owned()), mime_type, name: None, content }.into()
    });
    transcript.into_iter().chain(voice).collect()
}

/// Pictures that stand beside the content: parts, or base64 as in Ollama's messages.
fn pictures(object: Object<'_>) -> Vec<Part> {
    let images = object.get(&["images"]).and_then(Node::items).into_iter().flatten();
    let part = |image: Node<'_>| match image.json {
        Json::String(data) => parts(Node::whole(&json!({"type": "image", "image": data}))),
        _ => parts(image),
    };
    images.flat_map(part).collect()
}

/// Calls that stand beside the content: `tool_calls`, and OpenAI's older `function_call`.
fn tool_calls(object: Object<'_>) -> Vec<Part> {
    const LISTS: [&str; 2] = ["tool_calls", "toolCalls"];
    let kwargs = object.object(&["additional_kwargs"]);
    let listed = object.get(&LISTS).filter(|calls| calls.json != &Json::Array(Vec::new()));
    let listed = listed.or_else(|| kwargs?.get(&LISTS));
    let mut calls: Vec<Part> = match listed {
        Some(Node { json: Json::String(text), .. }) => {
            let reading = read_or_text(text);
            Node::of(&reading).items().into_iter().flatten().map(tool_call).collect()
        }
        Some(list) => list.items().into_iter().flatten().map(tool_call).collect(),
        None => Vec::new(),
    };
    let single = object.get(&["function_call"]).or_else(|| kwargs?.get(&["function_call"]));
    calls.extend(single.filter(|call| call.json.is_object()).map(tool_call));
    let arguments = object.get(&["function_call_arguments_json"]).map(|arguments| arguments.json);
    calls.extend(object.text(&["function_call_name"]).map(|name| Part::call(None, Some(name), arguments)));
    calls
}

/// Whether both are the same call, which LangChain writes into the content as well as beside it.
fn is_same_call(part: &Part, call: &Part) -> bool {
    match (&part.kind, &call.kind) {
        (PartKind::ToolCall { id: Some(id), .. }, PartKind::ToolCall { id: Some(other), .. }) => id == other,
        _ => false,
    }
}

/// Whether an object with a `role` is a message and not, say, an account.
fn is_message(object: Object<'_>, role: &str) -> bool {
    is_known_role(role) || CONTENT.iter().chain(&["tool_calls"]).any(|member| object.has(member))
}
