//! Where messages stand on a span: the attributes of each dialect, the best first, then span events.

use serde_json::{Map, Value as Json};

use super::super::attributes::{Attributes, json_of, parsed};
use super::parse::{conversation, conversation_or_text, parts, tool_call};
use super::{Message, Part};
use crate::derive::role::Role;
use crate::otlp::value::{Event, Span};

/// Name of the event that carries the attributes of a whole inference.
pub(in crate::details) const DETAILS_EVENT: &str = "gen_ai.client.inference.operation.details";

/// Role of an input message whose role was dropped for the client's attribute limit.
const LOST_ROLE: &str = "unknown";

/// What went into the span, as messages.
pub(in crate::details) fn input(
    attributes: &Attributes<'_, '_>,
    role: Option<Role>,
    span: &Span<'_>,
) -> Vec<Message> {
    from_attributes(attributes, input_of)
        .or_else(|| from_details_event(span, input_of))
        .or_else(|| some(span.events.iter().flat_map(input_event).collect()))
        .or_else(|| {
            recorded(
                attributes,
                &["langfuse.observation.input", "traceloop.entity.input", "input.value"],
                role,
                "user",
            )
        })
        .unwrap_or_default()
}

/// What came out of the span, as messages.
pub(in crate::details) fn output(
    attributes: &Attributes<'_, '_>,
    role: Option<Role>,
    span: &Span<'_>,
) -> Vec<Message> {
    from_attributes(attributes, output_of)
        .or_else(|| from_details_event(span, output_of))
        .or_else(|| some(span.events.iter().flat_map(output_event).collect()))
        .or_else(|| {
            let keys = ["langfuse.observation.output", "traceloop.entity.output", "output.value"];
            recorded(attributes, &keys, role, "assistant")
        })
        .unwrap_or_default()
}

type Source = fn(&Attributes<'_, '_>) -> Vec<Message>;

fn from_attributes(attributes: &Attributes<'_, '_>, source: Source) -> Option<Vec<Message>> {
    some(source(attributes))
}

fn from_details_event(span: &Span<'_>, source: Source) -> Option<Vec<Message>> {
    let event = span.events.iter().find(|event| event.name == DETAILS_EVENT)?;
    some(source(&Attributes::new(&event.attributes)))
}

fn some(messages: Vec<Message>) -> Option<Vec<Message>> {
    (!messages.is_empty()).then_some(messages)
}

fn input_of(attributes: &Attributes<'_, '_>) -> Vec<Message> {
    let system = || {
        let instructions = attributes.json(&["gen_ai.system_instructions"])?;
        Some(Message::new("system", parts(&instructions)))
    };
    let conversation = |key: &str| attributes.json(&[key]).map(|json| conversation_or_text(&json, "user"));
    let messages = conversation("gen_ai.input.messages")
        .or_else(|| some(flattened(attributes, "llm.input_messages.", LOST_ROLE)))
        .or_else(|| some(flattened(attributes, "gen_ai.prompt.", LOST_ROLE)))
        .or_else(|| conversation("gen_ai.prompt"))
        .or_else(|| conversation("ai.prompt.messages"))
        .or_else(|| conversation("ai.prompt"))
        .or_else(|| pydantic(attributes, false))
        .or_else(|| conversation("junjo.agent.model.request"));
    system().into_iter().chain(messages.unwrap_or_default()).collect()
}

fn output_of(attributes: &Attributes<'_, '_>) -> Vec<Message> {
    let conversation =
        |key: &str| attributes.json(&[key]).map(|json| conversation_or_text(&json, "assistant"));
    conversation("gen_ai.output.messages")
        .or_else(|| some(flattened(attributes, "llm.output_messages.", "assistant")))
        .or_else(|| some(flattened(attributes, "gen_ai.completion.", "assistant")))
        .or_else(|| conversation("gen_ai.completion"))
        .or_else(|| vercel_response(attributes))
        .or_else(|| conversation("final_result"))
        .or_else(|| pydantic(attributes, true))
        .or_else(|| conversation("junjo.agent.model.response"))
        .or_else(|| conversation("junjo.agent.model.response_candidate"))
        .unwrap_or_default()
}

/// `{prefix}N.…` of OpenInference and old OpenLLMetry; a message that lost its role gets `default_role`.
fn flattened(attributes: &Attributes<'_, '_>, prefix: &str, default_role: &str) -> Vec<Message> {
    let items = attributes.items(prefix, "");
    let messages = items.into_iter().flat_map(|mut item| {
        let object = match item.get_mut("message") {
            Some(Json::Object(inner)) => Some(inner),
            _ => item.as_object_mut(),
        };
        if let Some(object) = object {
            object.entry("role").or_insert_with(|| Json::from(default_role));
        }
        conversation_or_text(&item, default_role)
    });
    messages.collect()
}

/// `pydantic_ai.all_messages` is the run's whole conversation, whose last message is the output.
fn pydantic(attributes: &Attributes<'_, '_>, output: bool) -> Option<Vec<Message>> {
    let mut messages =
        conversation(&attributes.json(&["pydantic_ai.all_messages", "all_messages_events"])?, "user")?;
    let last = messages.pop().filter(|last| last.role == "assistant");
    match (output, last) {
        (true, last) => last.map(|last| vec![last]),
        (false, None) => {
            conversation(&attributes.json(&["pydantic_ai.all_messages", "all_messages_events"])?, "user")
        }
        (false, Some(_)) => Some(messages),
    }
}

/// The Vercel AI SDK's `ai.response.{reasoning,text,object,toolCalls}`.
fn vercel_response(attributes: &Attributes<'_, '_>) -> Option<Vec<Message>> {
    let reasoning = attributes.text(&["ai.response.reasoning"]).map(|content| Part::Reasoning { content });
    let text =
        attributes.text(&["ai.response.text", "ai.response.object"]).map(|content| Part::Text { content });
    let calls = attributes.json(&["ai.response.toolCalls"]).unwrap_or_default();
    let calls = calls.as_array().into_iter().flatten().filter_map(Json::as_object).map(tool_call);
    let parts: Vec<_> = reasoning.into_iter().chain(text).chain(calls).collect();
    (!parts.is_empty()).then(|| vec![Message::new("assistant", parts)])
}

/// Any input or output that was recorded: messages when it is a conversation, else text when the span calls a model.
fn recorded(
    attributes: &Attributes<'_, '_>,
    keys: &[&str],
    role: Option<Role>,
    message_role: &str,
) -> Option<Vec<Message>> {
    let json = attributes.json(keys)?;
    if role == Some(Role::Llm) {
        return some(conversation_or_text(&json, message_role));
    }
    conversation(&json, message_role)
}

/// A message in a span event: `gen_ai.{system,user,assistant,tool}.message`, `gen_ai.content.prompt`.
fn input_event(event: &Event<'_>) -> Vec<Message> {
    if event.name == "gen_ai.content.prompt" {
        let prompt = Attributes::new(&event.attributes).json(&["gen_ai.prompt"]);
        return prompt.map(|prompt| conversation_or_text(&prompt, "user")).unwrap_or_default();
    }
    let role = event.name.strip_prefix("gen_ai.").and_then(|name| name.strip_suffix(".message"));
    let Some(role @ ("system" | "user" | "assistant" | "tool")) = role else {
        return Vec::new();
    };
    let mut message = event_object(event);
    message.entry("role").or_insert_with(|| Json::from(role));
    if let Some(id) = message.remove("id") {
        message.insert("tool_call_id".to_owned(), id);
    }
    conversation(&Json::Object(message), role).unwrap_or_default()
}

/// `gen_ai.choice`, `gen_ai.content.completion`.
fn output_event(event: &Event<'_>) -> Vec<Message> {
    let attributes = Attributes::new(&event.attributes);
    match event.name.as_ref() {
        "gen_ai.content.completion" => {
            let completion = attributes.json(&["gen_ai.completion"]);
            completion.map(|completion| conversation_or_text(&completion, "assistant")).unwrap_or_default()
        }
        "gen_ai.choice" => {
            let mut choice = event_object(event);
            choice.insert("message".to_owned(), attributes.json(&["message"]).unwrap_or_default());
            if let Some(Json::Object(message)) = choice.get_mut("message") {
                message.entry("role").or_insert_with(|| Json::from("assistant"));
            } else {
                let text = attributes.json(&["message", "content"]).unwrap_or_default();
                choice.insert(
                    "message".to_owned(),
                    Json::from_iter([("role", Json::from("assistant")), ("content", text)]),
                );
            }
            let choices = Json::from_iter([("choices", Json::Array(vec![Json::Object(choice)]))]);
            conversation(&choices, "assistant").unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// An event's attributes as an object, JSON texts parsed where they hold structures.
fn event_object(event: &Event<'_>) -> Map<String, Json> {
    let members = event.attributes.iter().map(|pair| {
        let text = pair.key == "content";
        (pair.key.to_string(), if text { json_of(&pair.value) } else { parsed(&pair.value) })
    });
    members.collect()
}
