//! One part of a message, whichever vendor's shape it was recorded in.

use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::json_lenient::{Reading, read_or_text};

/// A part of a message; serialised with its kind in `type`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Part {
    /// What it is.
    #[serde(flatten)]
    pub kind: PartKind,
    /// Whether the client cut it at a length limit, so that only its beginning is here.
    pub truncated: bool,
}

/// What a part of a message is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PartKind {
    /// Plain text.
    Text {
        /// The text.
        content: String,
        /// The sources that the text names, as the provider wrote them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[schema(value_type = Vec<Value>, required = false)]
        citations: Vec<Json>,
    },
    /// What the model thought before it answered.
    Reasoning {
        /// The text, empty when the provider keeps it to itself.
        content: String,
    },
    /// A tool that the model asks for, or that the provider ran for it.
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
        /// Whether the tool said that it failed.
        is_error: bool,
    },
    /// Media by reference.
    Uri {
        /// `image`, `audio`, `video`, `document`.
        modality: Option<String>,
        /// MIME type.
        mime_type: Option<String>,
        /// Name of the file.
        name: Option<String>,
        /// Where it is; may be a `data:` URI.
        uri: String,
    },
    /// Media inline.
    Blob {
        /// `image`, `audio`, `video`, `document`.
        modality: Option<String>,
        /// MIME type.
        mime_type: Option<String>,
        /// Name of the file.
        name: Option<String>,
        /// The media in base64.
        content: String,
    },
    /// Media that was uploaded before.
    File {
        /// `image`, `audio`, `video`, `document`.
        modality: Option<String>,
        /// MIME type.
        mime_type: Option<String>,
        /// Name of the file.
        name: Option<String>,
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

impl From<PartKind> for Part {
    fn from(kind: PartKind) -> Self {
        Self { kind, truncated: false }
    }
}

impl Part {
    pub(super) fn text(content: impl Into<String>) -> Self {
        PartKind::Text { content: content.into(), citations: Vec::new() }.into()
    }

    pub(super) fn reasoning(content: impl Into<String>) -> Self {
        PartKind::Reasoning { content: content.into() }.into()
    }

    pub(super) fn other(value: Json) -> Self {
        PartKind::Other { value }.into()
    }

    /// A call whose arguments are JSON or its text.
    pub(super) fn call(id: Option<String>, name: Option<String>, arguments: Option<&Json>) -> Self {
        let Reading { json: arguments, is_cut: truncated, .. } = structured(arguments);
        Self { kind: PartKind::ToolCall { id, name, arguments }, truncated }
    }

    /// An answer that is JSON or its text.
    pub(super) fn answer(id: Option<String>, name: Option<String>, response: Option<&Json>) -> Self {
        let Reading { json: response, is_cut: truncated, .. } = structured(response);
        Self { kind: PartKind::ToolCallResponse { id, name, response, is_error: false }, truncated }
    }

    /// The same answer, from a tool that says whether it failed.
    pub(super) fn failed(mut self, failed: bool) -> Self {
        if let PartKind::ToolCallResponse { is_error, .. } = &mut self.kind {
            *is_error = failed;
        }
        self
    }

    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.kind, PartKind::Text { content, .. } if content.is_empty())
    }
}

/// A JSON text as what it means, anything else as it is.
fn structured(json: Option<&Json>) -> Reading {
    match json {
        Some(Json::String(text)) => read_or_text(text),
        Some(other) => Reading::whole(other.clone()),
        None => Reading::whole(Json::Null),
    }
}
