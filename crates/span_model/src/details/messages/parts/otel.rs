//! Parts of OpenTelemetry's GenAI messages, which pydantic-ai and others write as well.
//!
//! Source: the JSON schemas `gen-ai-input-messages` and `gen-ai-output-messages` of the semantic conventions.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let media = || {
        let modality = text(&["modality"]).unwrap_or_default();
        Media::of(&modality).mime_type(text(&["mime_type"])).name(text(&["name", "filename"]))
    };
    let part = match kind {
        "text" if object.get("content").is_some_and(Json::is_string) => {
            Part::text(text(&["content"]).unwrap_or_default())
        }
        "" if object.len() == 1 => Part::text(object.get("content")?.as_str()?),
        "reasoning" | "thinking" if object.contains_key("content") => Part::reasoning(text(&["content"])?),
        "compaction" => Part::text(text(&["content"])?),
        "tool_call" => {
            let arguments = member(object, &["arguments", "args", "input"]);
            Part::call(text(&["id", "call_id"]), text(&["name"]), arguments)
        }
        "tool_call_response" => {
            let response = member(object, &["response", "result", "output", "content"]);
            Part::answer(text(&["id", "call_id"]), text(&["name"]), response)
        }
        "server_tool_call" => {
            let call = member(object, &["server_tool_call", "arguments", "args"]);
            Part::call(text(&["id"]), text(&["name"]).or_else(|| tool_type(call)), call)
        }
        "server_tool_call_response" => {
            let answer = member(object, &["server_tool_call_response", "response", "result"]);
            Part::answer(text(&["id"]), text(&["name"]).or_else(|| tool_type(answer)), answer)
        }
        "blob" => media().blob(text(&["content", "data"])?),
        "uri" => media().uri(text(&["uri", "url"])?),
        "file" => media().file(text(&["file_id"])?),
        _ => return None,
    };
    Some(vec![part])
}

/// A provider's own tool is named by the type of its call.
fn tool_type(call: Option<&Json>) -> Option<String> {
    member_text(call?.as_object()?, &["type"])
}
