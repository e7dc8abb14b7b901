//! Content blocks of Amazon Bedrock's Converse API, which Strands records: the member's name is the kind.
//!
//! Source: `ContentBlock` in the Amazon Bedrock API reference.

use serde_json::{Map, Value as Json};

use super::super::part::{Part, PartKind};
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    if !kind.is_empty() {
        return None;
    }
    let inner = |names: &[&str]| member(object, names).and_then(Json::as_object);
    if let Some(call) = inner(&["toolUse", "serverToolUse"]) {
        return Some(vec![Part::call(
            member_text(call, &["toolUseId"]),
            member_text(call, &["name"]),
            call.get("input"),
        )]);
    }
    if let Some(result) = inner(&["toolResult"]) {
        let failed = member_text(result, &["status"]).is_some_and(|status| status == "error");
        let answer = Part::answer(
            member_text(result, &["toolUseId"]),
            member_text(result, &["name"]),
            result.get("content"),
        );
        return Some(vec![answer.failed(failed)]);
    }
    if let Some(reasoning) = inner(&["reasoningContent"]) {
        let text = inner_text(reasoning, "reasoningText").or_else(|| member_text(reasoning, &["text"]));
        return Some(vec![Part::reasoning(text.unwrap_or_default())]);
    }
    if let Some(guarded) = inner(&["guardContent"]) {
        if let Some(image) = guarded.get("image").and_then(Json::as_object) {
            return Some(vec![media(image, "image")?]);
        }
        return Some(vec![Part::text(inner_text(guarded, "text")?)]);
    }
    if let Some(cited) = inner(&["citationsContent"]) {
        return Some(vec![citations(cited)]);
    }
    for modality in ["image", "document", "video", "audio"] {
        if let Some(block) = inner(&[modality]).filter(|block| block.contains_key("source")) {
            return Some(vec![media(block, modality)?]);
        }
    }
    None
}

/// The text in `{name: {text}}`.
fn inner_text(object: &Map<String, Json>, name: &str) -> Option<String> {
    match object.get(name)? {
        Json::Object(inner) => member_text(inner, &["text"]),
        other => other.as_str().map(str::to_owned),
    }
}

/// `{format, name, source: {bytes | s3Location: {uri} | text}}`.
fn media(block: &Map<String, Json>, modality: &str) -> Option<Part> {
    let media =
        Media::of(modality).format(member_text(block, &["format"])).name(member_text(block, &["name"]));
    let source = block.get("source")?.as_object()?;
    if let Some(location) = member(source, &["s3Location", "location"]).and_then(Json::as_object) {
        return Some(media.uri(member_text(location, &["uri"])?));
    }
    if let Some(text) = member_text(source, &["text"]) {
        return Some(Part::text(text));
    }
    Some(media.uri_or_blob(member_text(source, &["bytes", "data"])?))
}

/// `{content: [{text}], citations}`.
fn citations(cited: &Map<String, Json>) -> Part {
    let texts = cited.get("content").and_then(Json::as_array).into_iter().flatten();
    let content = texts.filter_map(|text| member_text(text.as_object()?, &["text"])).collect();
    let citations = cited.get("citations").and_then(Json::as_array).cloned().unwrap_or_default();
    PartKind::Text { content, citations }.into()
}
