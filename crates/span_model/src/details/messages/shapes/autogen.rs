//! AutoGen's messages: the class in `type`, the speaker in `source`.
//!
//! Source: `autogen_core/models/_types.py` and `autogen_agentchat/messages.py` of microsoft/autogen.

use super::super::message::Message;
use super::super::node::Object;
use super::super::part::Part;
use super::usual::contents;

pub(super) fn read(object: Object<'_>) -> Option<Vec<Message>> {
    let kind = object.text(&["type"])?;
    let source = object.text(&["source"]);
    let role = match kind.as_str() {
        "SystemMessage" => "system",
        "UserMessage" => "user",
        "AssistantMessage" | "ToolCallRequestEvent" | "ThoughtEvent" | "ModelClientStreamingChunkEvent" => {
            "assistant"
        }
        "FunctionExecutionResultMessage" | "ToolCallExecutionEvent" => "tool",
        "TextMessage" | "MultiModalMessage" | "StopMessage" | "HandoffMessage" | "ToolCallSummaryMessage" => {
            if source.as_deref() == Some("user") {
                "user"
            } else {
                "assistant"
            }
        }
        _ => return None,
    };
    let content = contents(object.get(&["content"])?);
    let thought = object.text(&["thought"]).map(Part::reasoning);
    let mut message = Message::new(role, thought.into_iter().chain(content).collect());
    message.name = source.filter(|source| source != role);
    Some(vec![message])
}
