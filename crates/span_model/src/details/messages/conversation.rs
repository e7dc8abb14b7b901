//! Conversations out of JSON: messages, lists of them, and the requests and responses that hold them.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::message::Message;
use super::node::{Node, Object};
use super::part::{Part, PartKind};
use super::parts::parts;
use super::shapes::{items, messages, pair, usual};

/// Role of a message whose role was dropped for the client's limits.
pub(super) const LOST_ROLE: &str = "unknown";

/// The messages in `node` when it is a conversation: a message, a list of them, a request or response that holds them.
pub(super) fn conversation(node: Node<'_>, default_role: &str) -> Option<Vec<Message>> {
    if let Some(message) = pair(node) {
        return Some(vec![message]);
    }
    if node.json.is_array() {
        return list(node, default_role);
    }
    let object = node.object()?;
    if let Some(held) = envelope(object, default_role) {
        return Some(held);
    }
    if let Some(inner) = object.object(&["message"]) {
        let inner = messages(inner)?;
        return Some(with_finish_reason(inner, object));
    }
    messages(object)
}

/// The messages in `node`, or all of it as one message.
pub(super) fn conversation_or_text(node: Node<'_>, default_role: &str) -> Vec<Message> {
    conversation(node, default_role).unwrap_or_else(|| match node.json {
        Json::Array(items) if items.iter().all(Json::is_string) => {
            let texts = node.items().into_iter().flatten();
            texts.map(|text| Message::new(default_role, parts(text))).collect()
        }
        _ => vec![Message::new(default_role, parts(node))],
    })
}

/// Gives each answer the name of its call, for most vendors write only the call's id.
pub(super) fn name_answers(messages: &mut [Message]) {
    let mut names = HashMap::new();
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        match &mut part.kind {
            PartKind::ToolCall { id: Some(id), name: Some(name), .. } => {
                names.insert(id.clone(), name.clone());
            }
            PartKind::ToolCallResponse { id: Some(id), name: name @ None, .. } => {
                *name = names.get(id).cloned();
            }
            _ => {}
        }
    }
}

/// A list is a conversation when one of its items is a message; others are kept as what they are. Items without a role
/// that follow each other are one message of their role.
fn list(node: Node<'_>, default_role: &str) -> Option<Vec<Message>> {
    let mut read: Vec<Message> = Vec::new();
    let mut is_conversation = false;
    let mut follows_item = false;
    for node in node.items()? {
        if let Some(mut messages) = conversation(node, default_role) {
            messages.retain(|message| !node.is_cut() || !message.parts.is_empty());
            read.extend(messages);
            is_conversation = true;
            follows_item = false;
            continue;
        }
        let Some(item) = items::read(node) else {
            read.extend(stray(node, default_role));
            follows_item = false;
            continue;
        };
        match read.last_mut().filter(|before| follows_item && before.role == item.role) {
            Some(before) => before.parts.extend(item.parts),
            None => read.push(item),
        }
        is_conversation = true;
        follows_item = true;
    }
    is_conversation.then_some(read)
}

/// What is no message. One that was cut may have lost its role, and is left out when it says nothing.
fn stray(node: Node<'_>, default_role: &str) -> Option<Message> {
    if node.json.is_null() {
        return None;
    }
    if !node.is_cut() {
        return Some(Message::new(default_role, parts(node)));
    }
    let object = node.object()?;
    let message = usual::message(object, LOST_ROLE);
    (!message.parts.is_empty()).then_some(message)
}

/// The conversation inside of a request or a response; `None` when the object is neither.
fn envelope(object: Object<'_>, default_role: &str) -> Option<Vec<Message>> {
    if object.has("role") {
        return None;
    }
    let choices = |name: &str| {
        let choices = object.get(&[name])?.items()?;
        choices.map(|choice| self::choice(choice.object()?)).collect::<Option<Vec<_>>>()
    };
    choices("choices")
        .or_else(|| choices("candidates"))
        .or_else(|| generations(object))
        .or_else(|| request(object))
        .or_else(|| response(object, default_role))
}

/// One of OpenAI's choices, `{message, finish_reason}`, or one of Gemini's candidates, `{content: {parts}, finishReason}`.
fn choice(choice: Object<'_>) -> Option<Message> {
    let mut message = match choice.object(&["message", "delta", "content"]) {
        Some(message) => {
            let role = message.text(&["role"]).unwrap_or_else(|| "assistant".to_owned());
            usual::message(message, &role)
        }
        None => Message::text("assistant", choice.text(&["text"])?),
    };
    let reason = || choice.text(&["finish_reason", "finishReason"]);
    message.finish_reason = message.finish_reason.or_else(reason);
    Some(message)
}

/// LangChain's `{generations: [[{message, text}]]}`.
fn generations(object: Object<'_>) -> Option<Vec<Message>> {
    let batches = object.get(&["generations"])?.items()?;
    let generations = batches.flat_map(|batch| batch.items().map_or_else(|| vec![batch], Vec::from_iter));
    let messages = generations.map(|generation| {
        let generation = generation.object()?;
        let message = generation.object(&["message"]).and_then(messages);
        message.or_else(|| Some(vec![Message::text("assistant", generation.text(&["text"])?)]))
    });
    messages.collect::<Option<Vec<_>>>().map(|messages| messages.concat())
}

/// `{system, messages}`, `{instructions, input}`, `{systemInstruction, contents}`, `{prompt}`.
fn request(object: Object<'_>) -> Option<Vec<Message>> {
    const SYSTEM: [&str; 5] =
        ["system", "instructions", "systemInstruction", "system_instruction", "system_prompt"];
    let system = object.get(&SYSTEM).or_else(|| object.object(&["config"])?.get(&SYSTEM));
    let held = match object.get(&["messages", "prompt", "contents"]) {
        Some(node @ Node { json: Json::Array(_) | Json::Object(_), .. }) => {
            match conversation(node, "user") {
                None if object.has("contents") => conversation_or_text(node, "user"),
                held => held?,
            }
        }
        Some(prompt @ Node { json: Json::String(_), .. }) => vec![Message::new("user", parts(prompt))],
        _ => {
            let input = object.get(&["input"])?;
            let is_request = system.is_some() || object.has("model");
            match input.json {
                Json::Array(_) => conversation(input, "user")?,
                Json::String(_) if is_request => vec![Message::new("user", parts(input))],
                _ => return None,
            }
        }
    };
    Some(system.map(system_message).into_iter().chain(held).collect())
}

fn system_message(system: Node<'_>) -> Message {
    let inner = system.object().and_then(|object| object.get(&["parts", "content"]));
    Message::new("system", parts(inner.unwrap_or(system)))
}

/// `{content: {role, parts}}`, `{output: {message}}`, `{output: [items]}`.
fn response(object: Object<'_>, default_role: &str) -> Option<Vec<Message>> {
    if let Some(content) = object.object(&["content"]).filter(|content| content.has("parts")) {
        let role = content.text(&["role"]).unwrap_or_else(|| default_role.to_owned());
        return Some(with_finish_reason(vec![usual::message(content, &role)], object));
    }
    let output = object.get(&["output"])?;
    let held = match output.object() {
        Some(held) => messages(held.object(&["message"])?)?,
        None => list(output, "assistant")?,
    };
    Some(with_finish_reason(held, object))
}

fn with_finish_reason(mut messages: Vec<Message>, object: Object<'_>) -> Vec<Message> {
    let reason = object.text(&["finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason"]);
    if let Some(last) = messages.last_mut() {
        last.finish_reason = last.finish_reason.take().or(reason);
    }
    messages
}

/// Whether a part of the conversation was cut.
pub(super) fn is_cut(messages: &[Message]) -> bool {
    messages.iter().flat_map(|message| &message.parts).any(|part: &Part| part.truncated)
}
