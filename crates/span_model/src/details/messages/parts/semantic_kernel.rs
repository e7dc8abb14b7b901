//! Items of Semantic Kernel's messages, in Python and in .NET, and contents of Microsoft.Extensions.AI.
//!
//! Source: `python/semantic_kernel/contents` and `dotnet/src/SemanticKernel.Abstractions/Contents` of
//! microsoft/semantic-kernel.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, _kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let kind = text(&["content_type", "$type"])?;
    let name = || {
        let function = text(&["function_name", "FunctionName", "name", "Name"]);
        match (text(&["plugin_name", "PluginName"]), function) {
            (Some(plugin), Some(function)) if !function.starts_with(&plugin) => {
                Some(format!("{plugin}-{function}"))
            }
            (_, function) => function,
        }
    };
    let id = || text(&["call_id", "CallId", "callId", "id", "Id"]);
    let part = match kind.as_str() {
        "text" | "TextContent" => Part::text(text(&["text", "Text"]).unwrap_or_default()),
        "reasoning" | "ReasoningContent" => Part::reasoning(text(&["text", "Text"]).unwrap_or_default()),
        "function_call" | "FunctionCallContent" | "functionCall" => {
            Part::call(id(), name(), member(object, &["arguments", "Arguments"]))
        }
        "function_result" | "FunctionResultContent" | "functionResult" => {
            Part::answer(id(), name(), member(object, &["result", "Result"]))
        }
        "image" | "ImageContent" => media(object, "image")?,
        "audio" | "AudioContent" => media(object, "audio")?,
        "binary" | "BinaryContent" | "data" | "uri" => media(object, "")?,
        "file_reference" | "FileReferenceContent" => Media::default().file(text(&["file_id", "FileId"])?),
        _ => return None,
    };
    Some(vec![part])
}

fn media(object: &Map<String, Json>, modality: &str) -> Option<Part> {
    let text = |names: &[&str]| member_text(object, names);
    let media = Media::of(modality).mime_type(text(&["mime_type", "MimeType", "mediaType"]));
    Some(media.uri_or_blob(text(&["data_uri", "DataUri", "uri", "Uri", "data", "Data"])?))
}
