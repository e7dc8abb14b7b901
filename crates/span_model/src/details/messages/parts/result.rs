//! What a tool's answer is made of, when it is a list of parts.

use serde_json::Value as Json;

use super::super::part::{Part, PartKind};
use crate::json_lenient::read_or_text;

/// An answer that is a list of texts becomes the text; media in it become parts of their own, after it. Any other answer
/// stays as it was recorded.
pub(super) fn unfold(part: Part, read: fn(&Json) -> Option<Vec<Part>>) -> Vec<Part> {
    let items = match &part.kind {
        PartKind::ToolCallResponse { response: Json::Array(items), .. } if !items.is_empty() => items,
        _ => return vec![part],
    };
    let parts: Option<Vec<Part>> = items
        .iter()
        .map(|item| {
            let mut parts = item.as_object().and_then(|_| read(item))?;
            (parts.len() == 1).then(|| parts.remove(0))
        })
        .collect();
    let Some(parts) = parts else {
        return match bedrock_json(items) {
            Some(json) => vec![with_response(part, json)],
            None => vec![part],
        };
    };
    let is_media = |part: &Part| {
        matches!(part.kind, PartKind::Uri { .. } | PartKind::Blob { .. } | PartKind::File { .. })
    };
    let rest: Vec<Json> =
        items.iter().zip(&parts).filter(|(_, part)| !is_media(part)).map(|(item, _)| item.clone()).collect();
    let texts: Option<Vec<&str>> = parts.iter().filter(|part| !is_media(part)).map(text_of).collect();
    let response = match texts {
        Some(texts) if texts.is_empty() => Json::Null,
        Some(texts) => read_or_text(&texts.join("\n")).json,
        None => Json::Array(rest),
    };
    let media = parts.into_iter().filter(is_media).collect::<Vec<_>>();
    std::iter::once(with_response(part, response)).chain(media).collect()
}

/// Bedrock's `[{json: …}]`.
fn bedrock_json(items: &[Json]) -> Option<Json> {
    let [Json::Object(only)] = items else { return None };
    only.get("json").filter(|_| only.len() == 1).cloned()
}

fn text_of(part: &Part) -> Option<&str> {
    match &part.kind {
        PartKind::Text { content, citations } if citations.is_empty() => Some(content),
        _ => None,
    }
}

fn with_response(mut part: Part, json: Json) -> Part {
    if let PartKind::ToolCallResponse { response, .. } = &mut part.kind {
        *response = json;
    }
    part
}
