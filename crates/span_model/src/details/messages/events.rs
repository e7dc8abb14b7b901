//! Messages in span events: OpenTelemetry's older events, and what Strands puts into them.

use serde_json::{Map, Value as Json};

use super::conversation::{conversation, conversation_or_text};
use super::message::Message;
use super::node::Node;
use super::part::Part;
use crate::details::attributes::{Attributes, json_of, parsed};
use crate::json_lenient::read_or_text;
use crate::otlp::value::{Event, Value};

/// A message in a span event: `gen_ai.{system,user,assistant,tool}.message`, `gen_ai.content.prompt`.
pub(super) fn input(event: &Event<'_>) -> Vec<Message> {
    if event.name == "gen_ai.content.prompt" {
        return content(event, "gen_ai.prompt", "user");
    }
    let role = event.name.strip_prefix("gen_ai.").and_then(|name| name.strip_suffix(".message"));
    let Some(role @ ("system" | "user" | "assistant" | "tool")) = role else {
        return Vec::new();
    };
    let mut message = members(event);
    message.entry("role").or_insert_with(|| Json::from(role));
    if let Some(id) = message.remove("id") {
        message.insert("tool_call_id".to_owned(), id);
    }
    conversation(Node::whole(&Json::Object(message)), role).unwrap_or_default()
}

/// `gen_ai.choice`, `gen_ai.content.completion`.
pub(super) fn output(event: &Event<'_>) -> Vec<Message> {
    match event.name.as_ref() {
        "gen_ai.content.completion" => content(event, "gen_ai.completion", "assistant"),
        "gen_ai.choice" => choice(event),
        _ => Vec::new(),
    }
}

/// The conversation in one attribute of the event.
fn content(event: &Event<'_>, key: &str, role: &str) -> Vec<Message> {
    let attributes = Attributes::new(&event.attributes);
    match attributes.get(key) {
        Some(Value::String(text)) => conversation_or_text(Node::of(&read_or_text(text)), role),
        Some(other) => conversation_or_text(Node::whole(&json_of(other)), role),
        None => Vec::new(),
    }
}

/// The answer, and what the tools that it asked for said, which Strands adds as `tool.result`.
fn choice(event: &Event<'_>) -> Vec<Message> {
    let mut choice = members(event);
    let message = choice.remove("message").or_else(|| choice.remove("content")).unwrap_or_default();
    let read = match &message {
        Json::String(text) => read_or_text(text).json,
        other => other.clone(),
    };
    let mut message = match read {
        Json::Object(members) => members,
        _ => Map::from_iter([("content".to_owned(), message)]),
    };
    message.entry("role").or_insert_with(|| Json::from("assistant"));
    let results = choice.remove("tool.result");
    choice.insert("message".to_owned(), Json::Object(message));
    let choices = Json::from_iter([("choices", Json::Array(vec![Json::Object(choice)]))]);
    let mut messages = conversation(Node::whole(&choices), "assistant").unwrap_or_default();
    if let Some(results) = results {
        let parts: Vec<Part> = super::parts::parts(Node::whole(&results));
        messages.push(Message::new("tool", parts));
    }
    messages
}

/// An event's attributes as an object, JSON texts parsed where they hold structures; what was said stays a text.
fn members(event: &Event<'_>) -> Map<String, Json> {
    let members = event.attributes.iter().map(|pair| {
        let is_said = pair.key == "content" || pair.key == "message";
        (pair.key.to_string(), if is_said { json_of(&pair.value) } else { parsed(&pair.value) })
    });
    members.collect()
}
