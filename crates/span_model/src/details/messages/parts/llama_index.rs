//! Content blocks of LlamaIndex' chat messages.
//!
//! Source: `llama_index/core/base/llms/types.py` of run-llama/llama_index.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, _kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let media = |modality: &str| {
        let mime_type = text(&["image_mimetype", "document_mimetype", "video_mimetype", "audio_mimetype"]);
        let media = Media::of(modality).mime_type(mime_type).format(text(&["format"]));
        let content = text(&["url", "image", "audio", "video", "data", "path"])?;
        Some(media.name(text(&["title"])).uri_or_blob(content))
    };
    let part = match text(&["block_type"])?.as_str() {
        "text" => Part::text(text(&["text"]).unwrap_or_default()),
        "thinking" => Part::reasoning(text(&["content"]).unwrap_or_default()),
        "tool_call" => {
            Part::call(text(&["tool_call_id"]), text(&["tool_name"]), member(object, &["tool_kwargs"]))
        }
        kind @ ("image" | "audio" | "video" | "document") => media(kind)?,
        _ => return None,
    };
    Some(vec![part])
}
