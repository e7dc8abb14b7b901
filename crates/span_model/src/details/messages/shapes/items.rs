//! Items that stand in a conversation without a role, as in OpenAI's Responses API: calls, answers, thoughts.

use serde_json::Value as Json;

use super::super::message::Message;
use super::super::node::Node;
use super::super::part::PartKind;
use super::super::parts::{known, parts};

/// The item as a message of whoever says such things; `None` when it is no call, answer or thought.
pub(in super::super) fn read(node: Node<'_>) -> Option<Message> {
    let kind = node.json.get("type").and_then(Json::as_str)?;
    let role = match &known(node.json)?.first()?.kind {
        PartKind::ToolCall { .. } | PartKind::Reasoning { .. } => "assistant",
        PartKind::ToolCallResponse { .. } => "tool",
        _ if kind == "compaction" => "assistant",
        _ => return None,
    };
    Some(Message::new(role, parts(node)))
}
