//! Junjo's agent messages: `agent_input`, `assistant_output`, `assistant_tool_calls`, `tool_result`, and its responses.

use serde_json::Value as Json;

use super::super::message::Message;
use super::super::node::{Node, Object};
use super::super::part::Part;
use super::super::parts::tool_call;

pub(super) fn read(object: Object<'_>) -> Option<Vec<Message>> {
    let message = match object.text(&["type"])?.as_str() {
        "agent_input" => Message::new("user", vec![json_part(object, "input")]),
        "assistant_output" | "final_output" => Message::new("assistant", vec![json_part(object, "output")]),
        "assistant_tool_calls" | "tool_calls" => {
            let said = object.text(&["assistantText"]).map(Part::text);
            let calls = object.get(&["calls"]).and_then(Node::items).into_iter().flatten().map(tool_call);
            Message::new("assistant", said.into_iter().chain(calls).collect())
        }
        "tool_result" if object.has("callId") => {
            let response = object.get(&["result"]);
            let mut part = Part::answer(
                object.text(&["callId"]),
                object.text(&["toolName"]),
                response.map(|response| response.json),
            );
            part.truncated |= response.is_some_and(Node::is_cut);
            Message::new("tool", vec![part])
        }
        _ => return None,
    };
    Some(vec![message])
}

/// A text as it is, other JSON as its text.
fn json_part(object: Object<'_>, name: &str) -> Part {
    let Some(node) = object.get(&[name]) else {
        return Part::text("");
    };
    let mut part = match node.json {
        Json::String(text) => Part::text(text.clone()),
        other => Part::text(other.to_string()),
    };
    part.truncated = node.is_cut();
    part
}
