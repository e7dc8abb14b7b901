//! Messages in every vendor's shape, cut at any place, and as real libraries send them.

mod lenient;
mod libraries;
mod parts;
mod requests;

use junjo_span_model::{Resource, Scope, Span, details};
use serde_json::{Map, Value as Json, json};

use crate::dialects::span;

/// The details of a model call with `attributes`, as the API shows them.
fn call(attributes: &Json) -> Json {
    let mut all = json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"});
    all.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    of(&span("chat gpt-4o", &all))
}

fn of(span: &Span<'_>) -> Json {
    serde_json::to_value(details(&Resource::default(), &Scope::default(), span)).unwrap()
}

/// The input messages that `conversation` is read as, without nulls, `false` and empty lists.
fn input(conversation: &Json) -> Json {
    compact(&call(&json!({"gen_ai.input.messages": conversation.to_string()}))["input_messages"])
}

/// The parts of one user's message whose content is `parts`.
fn parts(parts: &Json) -> Json {
    input(&json!([{"role": "user", "content": parts}]))[0]["parts"].clone()
}

/// `json` without nulls, `false` and empty lists.
fn compact(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(compact).collect(),
        Json::Object(members) => {
            let said = |value: &Json| !matches!(value, Json::Null | Json::Bool(false)) && *value != json!([]);
            let members = members.iter().filter(|(_, value)| said(value));
            Json::Object(members.map(|(name, value)| (name.clone(), compact(value))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Each message as its role and what its parts say: a text, or the kind and the name.
fn short(messages: &Json) -> Json {
    let part = |part: &Json| match part["type"].as_str().unwrap() {
        "text" => part["content"].clone(),
        "tool_call" => json!({"call": part["name"], "with": part["arguments"]}),
        "tool_call_response" => json!({"answer": part["name"], "is": part["response"]}),
        "reasoning" => json!({"thought": part["content"]}),
        kind => json!(kind),
    };
    let messages = messages.as_array().unwrap().iter();
    messages
        .map(|message| {
            json!([
                message["role"],
                message["parts"].as_array().unwrap().iter().map(part).collect::<Vec<_>>()
            ])
        })
        .collect()
}
