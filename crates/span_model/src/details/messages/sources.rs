//! Where messages stand on a span: the attributes of each dialect, the best first, then span events.

use serde_json::Value as Json;

use super::conversation::{LOST_ROLE, conversation, conversation_or_text, is_cut, name_answers};
use super::events;
use super::message::Message;
use super::node::Node;
use super::part::Part;
use super::parts::{parts, tool_call};
use crate::details::attributes::{Attributes, json_of};
use crate::json_lenient::{Reading, read_or_text};
use crate::otlp::value::{Event, Span, Value};
use crate::role::Role;

/// Name of the event that carries the attributes of a whole inference.
pub(in crate::details) const DETAILS_EVENT: &str = "gen_ai.client.inference.operation.details";

/// Attributes that hold any input, a conversation or not.
const ANY_INPUT: &[&str] =
    &["langfuse.observation.input", "traceloop.entity.input", "input.value", "mlflow.spanInputs"];
/// Attributes that hold any output.
const ANY_OUTPUT: &[&str] =
    &["langfuse.observation.output", "traceloop.entity.output", "output.value", "mlflow.spanOutputs"];

/// One side of a conversation.
#[derive(Default)]
pub(in crate::details) struct Messages {
    pub(in crate::details) list: Vec<Message>,
    /// Whether the client cut the list or a part of it.
    pub(in crate::details) truncated: bool,
}

/// What went into the span, as messages.
pub(in crate::details) fn input(
    attributes: &Attributes<'_, '_>,
    role: Option<Role>,
    span: &Span<'_>,
) -> Messages {
    first(attributes, span, input_of)
        .or_else(|| in_events(span, events::input))
        .or_else(|| recorded(attributes, ANY_INPUT, role, "user"))
        .map(Messages::finish)
        .unwrap_or_default()
}

/// What came out of the span, as messages.
pub(in crate::details) fn output(
    attributes: &Attributes<'_, '_>,
    role: Option<Role>,
    span: &Span<'_>,
) -> Messages {
    first(attributes, span, output_of)
        .or_else(|| in_events(span, events::output))
        .or_else(|| recorded(attributes, ANY_OUTPUT, role, "assistant"))
        .map(Messages::finish)
        .unwrap_or_default()
}

impl Messages {
    fn finish(mut self) -> Self {
        name_answers(&mut self.list);
        self.truncated |= is_cut(&self.list);
        self
    }
}

/// What `source` finds among the span's attributes, else in the event that carries them.
fn first(
    attributes: &Attributes<'_, '_>,
    span: &Span<'_>,
    source: fn(&Attributes<'_, '_>) -> Option<Messages>,
) -> Option<Messages> {
    source(attributes).or_else(|| {
        let event = span.events.iter().find(|event| event.name == DETAILS_EVENT)?;
        source(&Attributes::new(&event.attributes))
    })
}

fn in_events(span: &Span<'_>, read: fn(&Event<'_>) -> Vec<Message>) -> Option<Messages> {
    some(span.events.iter().flat_map(read).collect())
}

fn some(list: Vec<Message>) -> Option<Messages> {
    (!list.is_empty()).then_some(Messages { list, truncated: false })
}

fn input_of(attributes: &Attributes<'_, '_>) -> Option<Messages> {
    let at = |key: &str| said(attributes, key, "user");
    let messages = at("gen_ai.input.messages")
        .or_else(|| flattened(attributes, "llm.input_messages.", LOST_ROLE))
        .or_else(|| flattened(attributes, "gen_ai.prompt.", LOST_ROLE))
        .or_else(|| at("gen_ai.prompt"))
        .or_else(|| at("ai.prompt.messages"))
        .or_else(|| at("ai.prompt"))
        .or_else(|| held(attributes, "gcp.vertex.agent.llm_request"))
        .or_else(|| raw(attributes, &["messages", "contents", "input"]))
        .or_else(|| pydantic(attributes, false))
        .or_else(|| at("junjo.agent.model.request"));
    let Some(instructions) = reading(attributes, "gen_ai.system_instructions") else {
        return messages;
    };
    let mut messages = messages.unwrap_or_default();
    messages.truncated |= instructions.is_cut;
    messages.list.insert(0, Message::new("system", parts(Node::of(&instructions))));
    Some(messages)
}

fn output_of(attributes: &Attributes<'_, '_>) -> Option<Messages> {
    let at = |key: &str| said(attributes, key, "assistant");
    at("gen_ai.output.messages")
        .or_else(|| flattened(attributes, "llm.output_messages.", "assistant"))
        .or_else(|| flattened(attributes, "gen_ai.completion.", "assistant"))
        .or_else(|| at("gen_ai.completion"))
        .or_else(|| vercel_response(attributes))
        .or_else(|| held(attributes, "gcp.vertex.agent.llm_response"))
        .or_else(|| raw(attributes, &["choices", "candidates", "output"]))
        .or_else(|| at("final_result"))
        .or_else(|| pydantic(attributes, true))
        .or_else(|| at("junjo.agent.model.response"))
        .or_else(|| at("junjo.agent.model.response_candidate"))
}

/// The attribute's JSON, with where it was cut.
fn reading(attributes: &Attributes<'_, '_>, key: &str) -> Option<Reading> {
    Some(match attributes.get(key)? {
        Value::String(text) => read_or_text(text),
        other => Reading::whole(json_of(other)),
    })
}

/// The conversation in an attribute that holds nothing else.
fn said(attributes: &Attributes<'_, '_>, key: &str, role: &str) -> Option<Messages> {
    let reading = reading(attributes, key)?;
    let list = conversation_or_text(Node::of(&reading), role);
    if list.iter().any(|message| !message.parts.is_empty()) {
        return Some(Messages { list, truncated: reading.is_cut });
    }
    // LiteLLM writes empty messages, and what they hold in older attributes; what was cut too early is shown as its text
    let text = attributes.text(&[key]).filter(|_| reading.is_cut)?;
    Some(Messages { list: vec![Message::text(role, text)], truncated: true })
}

/// The conversation in an attribute that may hold something else.
fn held(attributes: &Attributes<'_, '_>, key: &str) -> Option<Messages> {
    let reading = reading(attributes, key)?;
    let list = conversation(Node::of(&reading), "assistant")?;
    Some(Messages { list, truncated: reading.is_cut })
}

/// The conversation in one of `members` of a vendor's request or answer, which LiteLLM hands on as `llm.{vendor}.{member}`.
fn raw(attributes: &Attributes<'_, '_>, members: &[&str]) -> Option<Messages> {
    let found = attributes.with_prefix("llm.");
    members.iter().find_map(|wanted| {
        let is_wanted = |rest: &str| rest.split_once('.').is_some_and(|(_, member)| member == *wanted);
        let rest = found.keys().find(|rest| is_wanted(rest))?;
        let mut reading = reading(attributes, &format!("llm.{rest}"))?;
        // as a member of its request the list is one level deeper
        reading.open_levels += usize::from(reading.is_cut);
        reading.json = Json::from_iter([(*wanted, reading.json)]);
        let list = conversation(Node::of(&reading), "assistant")?;
        Some(Messages { list, truncated: reading.is_cut })
    })
}

/// `{prefix}N.…` of OpenInference and old OpenLLMetry; a message that lost its role gets `default_role`.
fn flattened(attributes: &Attributes<'_, '_>, prefix: &str, default_role: &str) -> Option<Messages> {
    let items = attributes.items(prefix, "");
    let messages = items.into_iter().flat_map(|mut item| {
        let object = match item.get_mut("message") {
            Some(Json::Object(inner)) => Some(inner),
            _ => item.as_object_mut(),
        };
        if let Some(object) = object {
            object.entry("role").or_insert_with(|| Json::from(default_role));
        }
        conversation_or_text(Node::whole(&item), default_role)
    });
    some(messages.collect())
}

/// `pydantic_ai.all_messages` is the run's whole conversation, whose last message is the output.
fn pydantic(attributes: &Attributes<'_, '_>, output: bool) -> Option<Messages> {
    let keys = ["pydantic_ai.all_messages", "all_messages_events"];
    let reading = keys.iter().find_map(|key| reading(attributes, key))?;
    let mut list = conversation(Node::of(&reading), "user")?;
    let answers = list.last().is_some_and(|last| last.role == "assistant");
    let answer = if answers { list.pop() } else { None };
    let list = if output { vec![answer?] } else { list };
    Some(Messages { list, truncated: reading.is_cut })
}

/// The Vercel AI SDK's `ai.response.{reasoning,text,object,toolCalls,files}`.
fn vercel_response(attributes: &Attributes<'_, '_>) -> Option<Messages> {
    let said = attributes.text(&["ai.response.text", "ai.response.object"]).map(Part::text);
    let mut list: Vec<Part> =
        attributes.text(&["ai.response.reasoning"]).map(Part::reasoning).into_iter().chain(said).collect();
    let mut truncated = false;
    if let Some(calls) = reading(attributes, "ai.response.toolCalls") {
        truncated = calls.is_cut;
        list.extend(Node::of(&calls).items().into_iter().flatten().map(tool_call));
    }
    if let Some(files) = reading(attributes, "ai.response.files") {
        truncated |= files.is_cut;
        list.extend(parts(Node::of(&files)));
    }
    (!list.is_empty()).then(|| Messages { list: vec![Message::new("assistant", list)], truncated })
}

/// Any input or output that was recorded: messages when it is a conversation, else text when the span calls a model.
fn recorded(
    attributes: &Attributes<'_, '_>,
    keys: &[&str],
    role: Option<Role>,
    message_role: &str,
) -> Option<Messages> {
    let reading = keys.iter().find_map(|key| reading(attributes, key))?;
    let node = Node::of(&reading);
    let list = match conversation(node, message_role) {
        Some(list) => list,
        None if role == Some(Role::Llm) => conversation_or_text(node, message_role),
        None => return None,
    };
    (!list.is_empty()).then_some(Messages { list, truncated: reading.is_cut })
}
