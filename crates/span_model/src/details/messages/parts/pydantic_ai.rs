//! Parts of pydantic-ai's own messages, and the media that it adds to OpenTelemetry's.
//!
//! Source: `pydantic_ai_slim/pydantic_ai/messages.py` of pydantic/pydantic-ai.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let kind =
        if kind.is_empty() { text(&["part_kind", "kind"]).unwrap_or_default() } else { kind.to_owned() };
    let id = || text(&["tool_call_id", "id"]);
    let name = || text(&["tool_name", "name"]);
    let part = match kind.as_str() {
        "image-url" | "audio-url" | "video-url" | "document-url" => {
            let modality = kind.trim_end_matches("-url");
            Media::of(modality).mime_type(text(&["media_type"])).uri(text(&["url"])?)
        }
        "binary" => {
            let media = Media::default().mime_type(text(&["media_type", "mime_type"]));
            media.name(text(&["identifier"])).blob(text(&["data", "content", "binary_content"])?)
        }
        "system-prompt" | "user-prompt" | "text" if object.contains_key("part_kind") => {
            return contents(object.get("content")?);
        }
        "thinking" if object.contains_key("part_kind") => {
            Part::reasoning(text(&["content"]).unwrap_or_default())
        }
        "builtin-tool-call" => Part::call(id(), name(), member(object, &["args"])),
        "tool-call" if object.contains_key("tool_name") => Part::call(id(), name(), object.get("args")),
        "tool-return" | "builtin-tool-return" => Part::answer(id(), name(), object.get("content")),
        "retry-prompt" => Part::answer(id(), name(), object.get("content")).failed(true),
        _ => return None,
    };
    Some(vec![part])
}

/// A prompt is a text, or a list of texts and media.
fn contents(json: &Json) -> Option<Vec<Part>> {
    match json {
        Json::String(text) => Some(vec![Part::text(text.clone())]),
        Json::Array(items) => {
            let parts = items.iter().flat_map(|item| match item {
                Json::String(text) => vec![Part::text(text.clone())],
                Json::Object(object) => read(object, "").unwrap_or_else(|| vec![Part::other(item.clone())]),
                other => vec![Part::other(other.clone())],
            });
            Some(parts.collect())
        }
        _ => None,
    }
}
