//! How large and how deep values are.

use serde_json::Value as Json;

/// Items of the list that holds `path`: so many may have to move aside for a change there.
pub(super) fn shifted(state: &Json, path: &str) -> usize {
    let parent = path.rsplit_once('/').and_then(|(parent, _)| state.pointer(parent));
    parent.and_then(Json::as_array).map_or(0, Vec::len)
}

/// Levels of a value, 0 for a scalar. The value is bounded by the depth of a state or by the parser's 128 levels.
pub(super) fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Roughly the bytes of a value's JSON text, and never less than half of them.
pub(super) fn json_bytes(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 5,
        Json::Number(_) => 8,
        Json::String(text) => text.len() + 2,
        Json::Array(items) => 2 + items.iter().map(|item| json_bytes(item) + 1).sum::<usize>(),
        Json::Object(members) => {
            2 + members.iter().map(|(key, value)| key.len() + 4 + json_bytes(value)).sum::<usize>()
        }
    }
}
