//! One message of a conversation, in OpenTelemetry's shape.

use serde::Serialize;
use utoipa::ToSchema;

use super::part::Part;

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Message {
    /// `system`, `user`, `assistant`, `tool`, or what the client wrote.
    pub role: String,
    /// What the message holds, in order.
    pub parts: Vec<Part>,
    /// Name of the participant.
    pub name: Option<String>,
    /// Why the model stopped, on output messages.
    pub finish_reason: Option<String>,
}

impl Message {
    pub(super) fn new(role: &str, parts: Vec<Part>) -> Self {
        Self { role: usual_role(role), parts, name: None, finish_reason: None }
    }

    pub(super) fn text(role: &str, content: impl Into<String>) -> Self {
        Self::new(role, vec![Part::text(content)])
    }
}

/// A role in OpenTelemetry's spelling: `human`, `MessageRole.USER` and `CHATBOT` are other words for it.
pub(super) fn usual_role(role: &str) -> String {
    let is_class = |owner: &str| owner.ends_with("Role") || owner.ends_with("Type");
    let word = role.rsplit_once('.').filter(|(owner, _)| is_class(owner)).map_or(role, |(_, word)| word);
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "user" | "human" => "user",
        "assistant" | "ai" | "model" | "bot" | "chatbot" => "assistant",
        "tool" | "function" => "tool",
        "system" | "developer" if word == role => role,
        "system" => "system",
        _ => role,
    }
    .to_owned()
}

/// Whether a role is one that only messages have.
pub(super) fn is_known_role(role: &str) -> bool {
    matches!(usual_role(role).as_str(), "system" | "developer" | "user" | "assistant" | "tool")
}
