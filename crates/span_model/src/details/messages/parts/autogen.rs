//! What AutoGen's messages hold beside texts: calls and answers that no member names.
//!
//! Source: `autogen_core/_types.py` and `autogen_core/models/_types.py` of microsoft/autogen.

use serde_json::{Map, Value as Json};

use super::super::part::Part;
use super::media::Media;
use crate::details::attributes::member_text;

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    if !kind.is_empty() {
        return None;
    }
    let text = |names: &[&str]| member_text(object, names);
    let part = if object.contains_key("call_id") && object.contains_key("content") {
        let failed = object.get("is_error").and_then(Json::as_bool).unwrap_or(false);
        Part::answer(text(&["call_id"]), text(&["name"]), object.get("content")).failed(failed)
    } else if object.contains_key("arguments") && object.contains_key("name") {
        Part::call(text(&["id"]), text(&["name"]), object.get("arguments"))
    } else if object.len() == 1 {
        Media::of("image").blob(text(&["data"])?)
    } else {
        return None;
    };
    Some(vec![part])
}
