//! One change of a store as a view shows it, and the node in whose execution it was made.

use crate::history::History;
use crate::matching::Matching;
use crate::state_view::StateEventItem;
use crate::store::{StateEvent, parse};
use crate::trace::JunjoTrace;

/// Bytes of patches in one view.
const PATCH_BYTES_MAX: usize = 8 << 20;
/// Bytes of one patch in a view.
const ONE_PATCH_BYTES_MAX: usize = 256 << 10;

/// The patch as JSON, while the view has room for it.
pub(super) fn add_patch(shown: &mut StateEventItem, event: &StateEvent, bytes: &mut usize) {
    let Some(text) = event.patch.as_deref() else { return };
    if text.len() > ONE_PATCH_BYTES_MAX || *bytes + text.len() > PATCH_BYTES_MAX {
        shown.patch_omitted = true;
        return;
    }
    *bytes += text.len();
    shown.patch = patch_json(text);
}

/// The operations in a patch's text, `[]` for the empty object of older SDKs; `None` when it is no JSON.
pub(crate) fn patch_json(text: &str) -> Option<serde_json::Value> {
    let json = parse(Some(text))?;
    if json.as_object().is_some_and(serde_json::Map::is_empty) {
        return Some(serde_json::Value::Array(Vec::new()));
    }
    json.is_array().then_some(json)
}

/// One change as the view shows it, without its patch.
pub(crate) fn event_item(
    trace: &JunjoTrace,
    matching: &Matching,
    history: &History<'_>,
    place: usize,
) -> StateEventItem {
    let (span, event) = history.events[place];
    let (node_key, node_span_id) = execution_around(trace, matching, span).unzip();
    StateEventItem {
        store_id: event.store_id.clone(),
        at: place + 1,
        id: event.id.clone(),
        action: event.action.clone(),
        sequence: event.sequence,
        revision_before: event.revision_before,
        revision_after: event.revision_after,
        time_unix_nano: event.time_unix_nano.to_string(),
        span_id: event.span_id.to_string(),
        span_name: trace.spans()[span].name.clone(),
        node_key,
        node_span_id,
        patch: None,
        patch_omitted: false,
        patch_error: None,
        late: place >= history.in_time,
        exact: history.gaps.unsure_from.is_none_or(|from| place < from),
    }
}

/// Key of the node in whose execution a span lies, and span of the execution.
pub(crate) fn execution_around(
    trace: &JunjoTrace,
    matching: &Matching,
    span: usize,
) -> Option<(String, String)> {
    let (mut at, mut steps) = (Some(span), 0);
    while let Some(place) = at.filter(|_| steps <= trace.spans().len()) {
        if let Some(execution) = matching.by_span.get(&place) {
            let node = matching.executions[*execution].node;
            let key = matching.layout.nodes[node].key.clone();
            return Some((key, trace.spans()[place].span_id.to_string()));
        }
        at = trace.around(place);
        steps += 1;
    }
    None
}
