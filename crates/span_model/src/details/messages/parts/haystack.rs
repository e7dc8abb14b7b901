//! Contents of Haystack's chat messages, where the member's name is the kind.
//!
//! Source: `haystack/dataclasses/chat_message.py` of deepset-ai/haystack.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    if !kind.is_empty() {
        return None;
    }
    let inner = |name: &str| object.get(name).and_then(Json::as_object);
    if let Some(call) = inner("tool_call").filter(|call| call.contains_key("tool_name")) {
        return Some(vec![tool_call(call)]);
    }
    if let Some(result) = inner("tool_call_result") {
        let origin = result.get("origin").and_then(Json::as_object);
        let of_call = |member: &str| origin.and_then(|origin| member_text(origin, &[member]));
        let failed = result.get("error").and_then(Json::as_bool).unwrap_or(false);
        let answer = Part::answer(of_call("id"), of_call("tool_name"), result.get("result"));
        return Some(vec![answer.failed(failed)]);
    }
    if let Some(reasoning) = inner("reasoning") {
        return Some(vec![Part::reasoning(member_text(reasoning, &["reasoning_text"])?)]);
    }
    let (modality, media) = match (inner("image"), inner("file")) {
        (Some(image), _) => ("image", image),
        (None, file) => ("", file?),
    };
    let content = member_text(media, &["base64_image", "base64_data"])?;
    let described = Media::of(modality).mime_type(member_text(media, &["mime_type"]));
    Some(vec![described.name(member_text(media, &["filename"])).blob(content)])
}

fn tool_call(call: &Map<String, Json>) -> Part {
    let arguments = member(call, &["arguments"]);
    Part::call(member_text(call, &["id"]), member_text(call, &["tool_name"]), arguments)
}
