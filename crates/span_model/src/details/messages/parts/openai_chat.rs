//! Content parts and tool calls of OpenAI's chat completions.
//!
//! Source: the `ChatCompletionRequestMessage` schemas of OpenAI's API reference.

use serde_json::{Map, Value as Json};

use super::super::part::{Part, PartKind};
use super::media::Media;
use crate::details::attributes::{member, member_text, text_of};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let inner = || object.get(kind).and_then(Json::as_object);
    let part = match kind {
        "text" => text(object.get("text")?)?,
        "refusal" => Part::text(member_text(object, &["refusal", "text"])?),
        "image_url" => Media::of("image").uri(address(object.get("image_url")?)?),
        "input_audio" => {
            let audio = inner()?;
            Media::of("audio")
                .format(member_text(audio, &["format"]))
                .uri_or_blob(member_text(audio, &["data"])?)
        }
        "video_url" => Media::of("video").uri(address(object.get("video_url")?)?),
        "file" => file(inner()?)?,
        "function" | "custom" => tool_call(object)?,
        _ => return None,
    };
    Some(vec![part])
}

/// `{id, function: {name, arguments}}`, also with the function's members beside the id.
pub(super) fn tool_call(call: &Map<String, Json>) -> Option<Part> {
    let function = call.get("function").or(call.get("custom")).and_then(Json::as_object).unwrap_or(call);
    let name = member_text(function, &["name"])?;
    let arguments = member(function, &["arguments", "args", "input", "parameters"]);
    Some(Part::call(member_text(call, &["id", "call_id"]), Some(name), arguments))
}

/// `{file_id}` or `{file_data, filename}`.
pub(super) fn file(file: &Map<String, Json>) -> Option<Part> {
    let media = Media::default()
        .name(member_text(file, &["filename", "name"]))
        .mime_type(member_text(file, &["format", "mime_type"]).filter(|format| format.contains('/')));
    if let Some(id) = member_text(file, &["file_id"]) {
        return Some(media.file(id));
    }
    Some(media.uri_or_blob(member_text(file, &["file_data", "file_url"])?))
}

/// An address, or `{url}` around it.
pub(super) fn address(json: &Json) -> Option<String> {
    match json {
        Json::Object(object) => match member(object, &["url", "uri", "image"])? {
            Json::Object(inner) => member_text(inner, &["url", "uri"]),
            other => text_of(other),
        },
        other => text_of(other),
    }
}

/// A text, or `{value, annotations}` of the Assistants API.
fn text(json: &Json) -> Option<Part> {
    match json {
        Json::String(text) => Some(Part::text(text.clone())),
        Json::Object(object) => {
            let citations = object.get("annotations").and_then(Json::as_array).cloned().unwrap_or_default();
            Some(PartKind::Text { content: member_text(object, &["value"])?, citations }.into())
        }
        _ => None,
    }
}
