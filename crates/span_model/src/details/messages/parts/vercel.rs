//! Parts of the Vercel AI SDK: of its prompts, and of its UI messages.
//!
//! Source: `packages/provider/src/language-model` and `packages/ai/src/telemetry` of vercel/ai.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let part = match kind {
        "reasoning" => Part::reasoning(text(&["text"])?),
        "redacted-reasoning" => Part::reasoning(""),
        "file" | "image" => media(object, if kind == "image" { "image" } else { "" })?,
        "tool-call" => {
            Part::call(text(&["toolCallId"]), text(&["toolName"]), member(object, &["input", "args"]))
        }
        "tool-result" | "tool-error" => tool_result(object)?,
        "source" | "source-url" => Media::default().name(text(&["title"])).uri(text(&["url"])?),
        "dynamic-tool" => return ui_tool(object, text(&["toolName"])),
        _ => return ui_tool(object, Some(kind.strip_prefix("tool-")?.to_owned())),
    };
    Some(vec![part])
}

/// A call in the shape of `ai.response.toolCalls`, which has no kind.
pub(super) fn tool_call(object: &Map<String, Json>) -> Option<Part> {
    let name = member_text(object, &["toolName"])?;
    Some(Part::call(member_text(object, &["toolCallId"]), Some(name), member(object, &["input", "args"])))
}

/// `data` or `image` is an address or base64; a binary array is not recorded as either.
fn media(object: &Map<String, Json>, modality: &str) -> Option<Part> {
    let media = Media::of(modality)
        .mime_type(member_text(object, &["mediaType", "mimeType", "mime_type", "media_type"]))
        .name(member_text(object, &["filename", "name"]));
    let data = member(object, &["data", "image", "url"])?;
    match data {
        Json::Object(tagged) => Some(media.uri_or_blob(member_text(tagged, &["url", "data"])?)),
        Json::String(data) if !data.is_empty() => Some(media.uri_or_blob(data.clone())),
        _ => None,
    }
}

/// `output` is `{type, value}`, in older versions `result` is the answer itself.
fn tool_result(object: &Map<String, Json>) -> Option<Part> {
    let answer = member(object, &["output", "result", "error"])?;
    let tagged =
        answer.as_object().filter(|answer| answer.contains_key("type") && answer.contains_key("value"));
    let kind = tagged.and_then(|tagged| member_text(tagged, &["type"])).unwrap_or_default();
    let failed = kind.starts_with("error-")
        || object.contains_key("error")
        || object.get("isError").and_then(Json::as_bool).unwrap_or(false);
    let answer = tagged.and_then(|tagged| tagged.get("value")).unwrap_or(answer);
    let id = member_text(object, &["toolCallId"]);
    Some(Part::answer(id, member_text(object, &["toolName"]), Some(answer)).failed(failed))
}

/// A UI message keeps call and answer in one part.
fn ui_tool(object: &Map<String, Json>, name: Option<String>) -> Option<Vec<Part>> {
    let id = Some(member_text(object, &["toolCallId"])?);
    let call = Part::call(id.clone(), name.clone(), member(object, &["input", "args"]));
    let failed = object.contains_key("errorText");
    let answer = member(object, &["output", "result", "errorText"])
        .map(|answer| Part::answer(id, name, Some(answer)).failed(failed));
    Some(std::iter::once(call).chain(answer).collect())
}
