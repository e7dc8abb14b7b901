//! pydantic-ai's own messages: a request holds the system's, the user's and the tools' parts together.
//!
//! Source: `pydantic_ai_slim/pydantic_ai/messages.py` of pydantic/pydantic-ai.

use super::super::message::Message;
use super::super::node::{Node, Object};
use super::super::parts::parts;

pub(super) fn read(object: Object<'_>) -> Option<Vec<Message>> {
    let kind = object.text(&["kind"]).filter(|kind| kind == "request" || kind == "response")?;
    let mut messages: Vec<Message> = Vec::new();
    for part in object.get(&["parts"])?.items()? {
        let role = if kind == "response" { "assistant" } else { role_of(part) };
        match messages.last_mut().filter(|last| last.role == role) {
            Some(last) => last.parts.extend(parts(part)),
            None => messages.push(Message::new(role, parts(part))),
        }
    }
    if let Some(instructions) = object.text(&["instructions"]) {
        messages.insert(0, Message::text("system", instructions));
    }
    if let Some(last) = messages.last_mut() {
        last.finish_reason = object.text(&["finish_reason"]);
    }
    Some(messages)
}

fn role_of(part: Node<'_>) -> &'static str {
    let object = part.object();
    let kind = object.and_then(|object| object.text(&["part_kind"])).unwrap_or_default();
    match kind.as_str() {
        "system-prompt" => "system",
        "tool-return" => "tool",
        "retry-prompt" if object.is_some_and(|object| object.get(&["tool_name"]).is_some()) => "tool",
        _ => "user",
    }
}
