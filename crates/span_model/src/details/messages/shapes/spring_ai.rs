//! Spring AI's messages.
//!
//! Source: `org.springframework.ai.chat.messages` of spring-projects/spring-ai.

use super::super::message::Message;
use super::super::node::{Node, Object};
use super::super::part::Part;
use super::super::parts::{parts, tool_call};

pub(super) fn read(object: Object<'_>) -> Option<Vec<Message>> {
    let role = object.text(&["messageType"])?;
    let items = |names: &[&str]| object.get(names).and_then(Node::items).into_iter().flatten();
    let text = object.get(&["text", "textContent", "content"]).map(parts).unwrap_or_default();
    let mut parts: Vec<Part> = text.into_iter().filter(|part| !part.is_empty()).collect();
    parts.extend(items(&["media"]).flat_map(media));
    parts.extend(items(&["toolCalls"]).map(tool_call));
    parts.extend(items(&["responses", "toolResponses"]).map(response));
    Some(vec![Message::new(&role, parts)])
}

/// `{id, name, responseData}`.
fn response(node: Node<'_>) -> Part {
    let Some(object) = node.object() else {
        return Part::other(node.json.clone());
    };
    let data = object.get(&["responseData"]).map(|data| data.json);
    let mut part = Part::answer(object.text(&["id"]), object.text(&["name"]), data);
    part.truncated |= node.is_cut();
    part
}

/// `{mimeType, data}` reads like a file of the Vercel AI SDK.
fn media(node: Node<'_>) -> Vec<Part> {
    let Some(object) = node.object() else {
        return parts(node);
    };
    let mut members = object.members.clone();
    members.insert("type".to_owned(), "file".into());
    let mut read = parts(Node::whole(&members.into()));
    if let Some(last) = read.last_mut() {
        last.truncated |= node.is_cut();
    }
    read
}
