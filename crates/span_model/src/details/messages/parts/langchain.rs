//! LangChain's standard content blocks.
//!
//! Source: `langchain_core/messages/content.py` of langchain-ai/langchain.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let part = match kind {
        "reasoning" => Part::reasoning(text(&["reasoning", "text"]).unwrap_or_default()),
        "tool_call_chunk" | "invalid_tool_call" => {
            Part::call(text(&["id"]), text(&["name"]), object.get("args"))
        }
        "server_tool_result" => {
            let failed = text(&["status"]).is_some_and(|status| status == "error");
            Part::answer(text(&["tool_call_id", "id"]), text(&["name"]), object.get("output")).failed(failed)
        }
        "image" | "audio" | "video" | "file" => media(object, if kind == "file" { "" } else { kind })?,
        "text-plain" => Part::text(text(&["text"])?),
        _ => return None,
    };
    Some(vec![part])
}

/// `url`, `base64`, `data` or `file_id`, with `source_type` in older versions.
fn media(object: &Map<String, Json>, modality: &str) -> Option<Part> {
    let extras = object.get("extras").or(object.get("metadata")).and_then(Json::as_object);
    let name = extras.and_then(|extras| member_text(extras, &["filename", "name"]));
    let media = Media::of(modality).mime_type(member_text(object, &["mime_type"])).name(name);
    if let Some(id) = member_text(object, &["file_id"]) {
        return Some(media.file(id));
    }
    if member_text(object, &["source_type"]).is_some_and(|kind| kind == "text") {
        return Some(Part::text(member_text(object, &["text"])?));
    }
    let content = member(object, &["url", "base64", "data"])?;
    Some(media.uri_or_blob(content.as_str()?.to_owned()))
}
