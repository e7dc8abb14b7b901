//! Chat messages in one shape, OpenTelemetry's, whichever dialect they were recorded in.

mod parse;
mod sources;

use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

pub(super) use sources::{DETAILS_EVENT, input, output};

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

/// A part of a message; serialised with its kind in `type`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text {
        /// The text.
        content: String,
    },
    /// What the model thought before it answered.
    Reasoning {
        /// The text, empty when the provider keeps it to itself.
        content: String,
    },
    /// A tool that the model asks for.
    ToolCall {
        /// Id that the response refers to.
        id: Option<String>,
        /// Name of the tool.
        name: Option<String>,
        /// Arguments; a text only when they were no JSON.
        #[schema(value_type = Value)]
        arguments: Json,
    },
    /// What a tool answered.
    ToolCallResponse {
        /// Id of the call.
        id: Option<String>,
        /// Name of the tool.
        name: Option<String>,
        /// The answer; a text only when it was no JSON.
        #[schema(value_type = Value)]
        response: Json,
    },
    /// Media by reference.
    Uri {
        /// `image`, `audio`, `video`.
        modality: Option<String>,
        /// MIME type.
        mime_type: Option<String>,
        /// Where it is; may be a `data:` URI.
        uri: String,
    },
    /// Media inline.
    Blob {
        /// `image`, `audio`, `video`.
        modality: Option<String>,
        /// MIME type.
        mime_type: Option<String>,
        /// The media in base64.
        content: String,
    },
    /// Media that was uploaded before.
    File {
        /// `image`, `audio`, `video`.
        modality: Option<String>,
        /// MIME type.
        mime_type: Option<String>,
        /// Id at the provider.
        file_id: String,
    },
    /// A part of a kind that is not known here.
    Other {
        /// The part as it was recorded.
        #[schema(value_type = Value)]
        value: Json,
    },
}

impl Message {
    fn new(role: &str, parts: Vec<Part>) -> Self {
        Self { role: role.to_owned(), parts, name: None, finish_reason: None }
    }

    fn text(role: &str, content: String) -> Self {
        Self::new(role, vec![Part::Text { content }])
    }
}
