//! LangChain's messages: their kind in `type`, as a dict around `data`, or as a serialised constructor.
//!
//! Source: `langchain_core/messages` and `langchain_core/load/serializable.py` of langchain-ai/langchain.

use super::super::message::Message;
use super::super::node::Object;
use super::usual::message;

pub(super) fn read(object: Object<'_>) -> Option<Vec<Message>> {
    if let Some(kwargs) = object.object(&["kwargs"]) {
        let role = kind(kwargs).or_else(|| kwargs.text(&["role"])).or_else(|| class(object))?;
        return Some(vec![finished(kwargs, &role)]);
    }
    let role = kind(object)?;
    match object.object(&["data"]) {
        Some(data) => Some(vec![finished(data, &role)]),
        None if object.has("content") => Some(vec![finished(object, &role)]),
        None => None,
    }
}

/// The message, which may say why it ended only in its metadata.
fn finished(object: Object<'_>, role: &str) -> Message {
    let mut message = message(object, role);
    let metadata = object.object(&["response_metadata"]);
    let reason = || metadata?.text(&["finish_reason", "stop_reason", "stopReason", "done_reason"]);
    message.finish_reason = message.finish_reason.or_else(reason);
    message
}

fn kind(object: Object<'_>) -> Option<String> {
    let kind = object.text(&["type"])?;
    let role = match kind.as_str() {
        "human" | "ai" | "system" | "tool" | "function" | "developer" => kind.as_str(),
        "AIMessageChunk" => "ai",
        "HumanMessageChunk" => "human",
        "ChatMessageChunk" | "chat" => return object.text(&["role"]),
        _ => return None,
    };
    Some(role.to_owned())
}

/// The role that the last member of a constructor's `id` names: `["langchain", "schema", "messages", "HumanMessage"]`.
fn class(object: Object<'_>) -> Option<String> {
    let class = object.get(&["id"])?.json.as_array()?.last()?.as_str()?;
    let role = class.strip_suffix("Chunk").unwrap_or(class).strip_suffix("Message")?;
    let role = if role == "AI" { "ai".to_owned() } else { role.to_ascii_lowercase() };
    matches!(role.as_str(), "human" | "ai" | "system" | "tool" | "function").then_some(role)
}
