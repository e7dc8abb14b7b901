//! Stores: who owns which, and the `set_state` events that changed them.
//!
//! An event's store need not be the one of the run around it, and its span need not be Junjo's: the current span of the
//! client gets it, whatever that is.

use junjo_span_model::{Attributes, Span, SpanId, Value};
use serde_json::Value as Json;

use crate::kind::ExecutableKind;

/// The payload mode under which a payload is there in full; legacy payloads have no mode.
const MODE_FULL: &str = "full";
/// `transition.sequence` keys of an event.
const SEQUENCE: &str = "junjo.store.transition.sequence";

/// What a run says of a store that it owns or borrows.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreClaim {
    /// Id of the store.
    pub store_id: String,
    /// Whether it is the application's store that an agent borrows, not the agent's own.
    pub is_application_store: bool,
    /// JSON text of the state when the run began; `None` when it was not sent in full.
    pub state_start: Option<String>,
    /// JSON text of the state when the run ended; `None` when it was not sent in full.
    pub state_end: Option<String>,
    /// Sequence before the run's first change; contract 3.
    pub transition_start: Option<i64>,
    /// Sequence of the run's last change; contract 3.
    pub transition_end: Option<i64>,
    /// Number of the run's changes; contract 2.
    pub transition_count: Option<i64>,
    /// Revision when the run began.
    pub revision_start: Option<i64>,
    /// Revision when the run ended.
    pub revision_end: Option<i64>,
    /// Whether the client itself could replay the run.
    pub reconstructable: Option<bool>,
}

impl StoreClaim {
    /// The sequences `(after, up to]` of the run's changes, when the client numbers them.
    pub fn interval(&self) -> Option<(i64, i64)> {
        match (self.transition_start, self.transition_end, self.transition_count) {
            (Some(start), Some(end), _) => Some((start, end.max(start))),
            (None, _, Some(count)) => Some((0, count)),
            _ => None,
        }
    }
}

/// One `set_state` event as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct StateEvent {
    /// Id of the event.
    pub id: Option<String>,
    /// Id of the store.
    pub store_id: String,
    /// Class of the store.
    pub store_name: Option<String>,
    /// Method that changed it.
    pub action: Option<String>,
    /// Its number among the store's changes, from 1; contract 2.
    pub sequence: Option<i64>,
    /// Revision of the state before it.
    pub revision_before: Option<i64>,
    /// Revision of the state after it.
    pub revision_after: Option<i64>,
    /// Nanoseconds since the Unix epoch, as sent.
    pub time_unix_nano: u64,
    /// JSON text of the patch; `None` when it was not sent in full.
    pub patch: Option<String>,
    /// The span that carries it.
    pub span_id: SpanId,
    /// Its place among the span's events, from 0.
    pub event: usize,
}

/// The stores of a run: its own, and the application's store that an agent works on.
pub(crate) fn claims(kind: Option<ExecutableKind>, attributes: &Attributes<'_, '_>) -> Vec<StoreClaim> {
    let Some(kind) = kind.filter(|kind| kind.is_run()) else {
        return Vec::new();
    };
    let own = match kind {
        ExecutableKind::Agent => {
            claim(attributes, ["junjo.agent.store.id", "junjo.agent.state", "junjo.store"])
        }
        _ => claim(attributes, ["junjo.workflow.store.id", "junjo.workflow.state", "junjo.store"]),
    };
    let borrowed = claim(
        attributes,
        [
            "junjo.agent.application_store.id",
            "junjo.agent.application_state",
            "junjo.agent.application_store",
        ],
    );
    let borrowed = borrowed.map(|claim| StoreClaim { is_application_store: true, ..claim });
    own.into_iter().chain(borrowed).collect()
}

fn claim(attributes: &Attributes<'_, '_>, [id, state, counters]: [&str; 3]) -> Option<StoreClaim> {
    let count = |name: &str| attributes.count(&[&format!("{counters}.{name}")]);
    Some(StoreClaim {
        store_id: attributes.text(&[id])?,
        is_application_store: false,
        state_start: payload(attributes, &format!("{state}.start")),
        state_end: payload(attributes, &format!("{state}.end")),
        transition_start: count("transition.start"),
        transition_end: count("transition.end"),
        transition_count: count("transition.count"),
        revision_start: count("revision.start"),
        revision_end: count("revision.end"),
        reconstructable: attributes.flag(&[&format!("{counters}.reconstructable")]),
    })
}

/// The text of a payload, unless its companions say that it is not all there.
fn payload(attributes: &Attributes<'_, '_>, key: &str) -> Option<String> {
    let mode = attributes.get(&format!("{key}.mode")).and_then(text_of);
    if mode.is_some_and(|mode| mode != MODE_FULL) {
        return None;
    }
    attributes.get(key).and_then(text_of).map(str::to_owned)
}

/// The `set_state` events of a span that name a store, in stored order.
pub(crate) fn state_events(span: &Span<'_>) -> Vec<StateEvent> {
    let events = span.events.iter().enumerate().filter(|(_, event)| event.name == "set_state");
    events
        .filter_map(|(place, event)| {
            let attributes = Attributes::new(&event.attributes);
            Some(StateEvent {
                id: attributes.text(&["id"]),
                store_id: attributes.text(&["junjo.store.id"])?,
                store_name: attributes.text(&["junjo.store.name"]),
                action: attributes.text(&["junjo.store.action"]),
                sequence: attributes.count(&[SEQUENCE]),
                revision_before: attributes.count(&["junjo.store.revision.before"]),
                revision_after: attributes.count(&["junjo.store.revision.after"]),
                time_unix_nano: event.time_unix_nano,
                patch: payload(&attributes, "junjo.state_json_patch"),
                span_id: span.span_id,
                event: place,
            })
        })
        .collect()
}

/// The JSON in `text`; `None` when it is not JSON, or nested deeper than the parser's 128 levels.
pub(crate) fn parse(text: Option<&str>) -> Option<Json> {
    serde_json::from_str(text?).ok()
}

/// A text without converting anything else.
fn text_of<'s>(value: &'s Value<'_>) -> Option<&'s str> {
    if let Value::String(text) = value { Some(text) } else { None }
}
