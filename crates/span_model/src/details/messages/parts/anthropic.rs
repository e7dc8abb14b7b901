//! Content blocks of Anthropic's messages.
//!
//! Source: the content block schemas of Anthropic's Messages API reference.

use serde_json::{Map, Value as Json};

use super::super::part::{Part, PartKind};
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let part = match kind {
        "text" => {
            let citations = object.get("citations")?.as_array()?.clone();
            PartKind::Text { content: text(&["text"]).unwrap_or_default(), citations }.into()
        }
        "thinking" => Part::reasoning(text(&["thinking", "text"]).unwrap_or_default()),
        "redacted_thinking" => Part::reasoning(""),
        "tool_use" | "server_tool_use" | "mcp_tool_use" => {
            Part::call(text(&["id"]), text(&["name"]), member(object, &["input", "arguments"]))
        }
        "image" | "document" => source(object, if kind == "image" { "image" } else { "document" })?,
        "search_result" => {
            let name = text(&["title"]);
            Media::of("document").name(name).uri(text(&["source"]).filter(|source| source.contains("://"))?)
        }
        "container_upload" => Media::default().file(text(&["file_id"])?),
        _ => tool_result(object, kind)?,
    };
    Some(vec![part])
}

/// `tool_result`, `mcp_tool_result`, and those of the tools that Anthropic runs, such as `web_search_tool_result`.
fn tool_result(object: &Map<String, Json>, kind: &str) -> Option<Part> {
    let owner = kind.strip_suffix("tool_result")?;
    if !owner.is_empty() && !object.contains_key("tool_use_id") {
        return None;
    }
    let tool = owner.strip_suffix('_').filter(|tool| *tool != "mcp").map(str::to_owned);
    let content = object.get("content");
    let is_error = |json: &Json| {
        let kind = json.as_object().and_then(|object| member_text(object, &["type"]));
        kind.is_some_and(|kind| kind.ends_with("_error"))
    };
    let failed =
        object.get("is_error").and_then(Json::as_bool).unwrap_or_else(|| content.is_some_and(is_error));
    let name = member_text(object, &["name", "tool_name"]).or(tool);
    Some(Part::answer(member_text(object, &["tool_use_id", "id"]), name, content).failed(failed))
}

/// `{source: {type: base64 | url | file | text}}`.
fn source(object: &Map<String, Json>, modality: &str) -> Option<Part> {
    let source = object.get("source")?.as_object()?;
    let text = |names: &[&str]| member_text(source, names);
    let media = Media::of(modality).mime_type(text(&["media_type"])).name(member_text(object, &["title"]));
    match text(&["type"]).unwrap_or_default().as_str() {
        "url" => Some(media.uri(text(&["url"])?)),
        "file" => Some(media.file(text(&["file_id"])?)),
        "text" => Some(Part::text(text(&["data"])?)),
        _ => Some(media.uri_or_blob(text(&["data"])?)),
    }
}
