//! Parts of Google's Gemini API, in its spelling and in that of Google's Python SDK.
//!
//! Source: `Part` in the Gemini API reference.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

/// Name under which Gemini's own interpreter appears.
const CODE_EXECUTION: &str = "code_execution";

/// Members of a part that is a text; with others it is something else.
const TEXT_MEMBERS: [&str; 6] =
    ["text", "thought", "thoughtSignature", "thought_signature", "partMetadata", "part_metadata"];

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    if !kind.is_empty() {
        return None;
    }
    let inner = |names: &[&str]| member(object, names).and_then(Json::as_object);
    let is_text = object.iter().all(|(name, value)| value.is_null() || TEXT_MEMBERS.contains(&name.as_str()));
    if let Some(text) = object.get("text").and_then(Json::as_str).filter(|_| is_text) {
        let is_thought = object.get("thought").and_then(Json::as_bool).unwrap_or(false);
        return Some(vec![if is_thought { Part::reasoning(text) } else { Part::text(text) }]);
    }
    if let Some(call) = inner(&["functionCall", "function_call"]) {
        return Some(vec![Part::call(
            member_text(call, &["id"]),
            member_text(call, &["name"]),
            call.get("args"),
        )]);
    }
    if let Some(answer) = inner(&["functionResponse", "function_response"]) {
        let response = member(answer, &["response", "output"]);
        return Some(vec![Part::answer(
            member_text(answer, &["id"]),
            member_text(answer, &["name"]),
            response,
        )]);
    }
    if let Some(data) = inner(&["inlineData", "inline_data"]) {
        return Some(vec![media(data).blob(member_text(data, &["data"])?)]);
    }
    if let Some(file) = inner(&["fileData", "file_data"]) {
        return Some(vec![media(file).uri(member_text(file, &["fileUri", "file_uri"])?)]);
    }
    let execution = || Some(CODE_EXECUTION.to_owned());
    if let Some(code) = member(object, &["executableCode", "executable_code"]) {
        return Some(vec![Part::call(None, execution(), Some(code))]);
    }
    let result = member(object, &["codeExecutionResult", "code_execution_result"])?;
    let outcome = result.as_object().and_then(|result| member_text(result, &["outcome"]));
    let failed = outcome.is_some_and(|outcome| !outcome.ends_with("OK"));
    Some(vec![Part::answer(None, execution(), Some(result)).failed(failed)])
}

fn media(data: &Map<String, Json>) -> Media {
    Media::default()
        .mime_type(member_text(data, &["mimeType", "mime_type"]))
        .name(member_text(data, &["displayName", "display_name"]))
}
