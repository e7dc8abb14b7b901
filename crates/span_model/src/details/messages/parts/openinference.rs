//! Contents of OpenInference's flattened messages.
//!
//! Source: `python/openinference-semantic-conventions` of Arize-ai/openinference.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use super::openai_chat::address;
use crate::details::attributes::member_text;

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let inner = |name: &str| object.get(name).and_then(Json::as_object);
    let part = match kind {
        // a text there is another vendor's
        "image" => {
            let image = object.get("image").filter(|image| image.is_object())?;
            Media::of("image").uri_or_blob(address(image)?)
        }
        "audio" => {
            let audio = inner("audio")?;
            let media = Media::of("audio").mime_type(member_text(audio, &["mime_type"]));
            media.uri_or_blob(member_text(audio, &["url"])?)
        }
        _ => return None,
    };
    Some(vec![part])
}
