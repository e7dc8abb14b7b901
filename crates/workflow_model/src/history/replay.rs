//! The states between changes.

use serde_json::Value as Json;

use super::order::History;
use crate::patch::{Budget, Document, Patch, PatchError};
use crate::store::parse;

/// A state between two changes.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// The state before the last change that was applied.
    pub(crate) before: Json,
    /// The state after it, with blame; writers are places in `History::events`.
    pub(crate) after: Document,
    /// Changes whose patch was not applied, by their place.
    pub(crate) failures: Vec<(usize, PatchError)>,
    /// Whether there was a state to start from.
    pub(crate) started: bool,
}

impl History<'_> {
    /// Applies the first `count` changes to the state that the run started with.
    pub(crate) fn replay(&self, count: usize, budget: &mut Budget) -> Replayed {
        let text = self.first_owner().and_then(|(_, claim)| claim.state_start.as_deref());
        let start = parse(text);
        let started = start.is_some();
        let mut after = Document::new(start.unwrap_or_default(), text.map_or(0, str::len));
        let mut before = None;
        let mut failures = Vec::new();
        let count = count.min(self.events.len());
        for (place, (_, event)) in self.events.iter().take(count).enumerate() {
            if place + 1 == count {
                before = Some(after.state.clone());
            }
            let patch = event.patch.as_deref();
            let applied = Patch::read(patch).and_then(|patch| after.apply(&patch, place, budget));
            if let Err(error) = applied {
                failures.push((place, error));
            }
        }
        let before = before.unwrap_or_else(|| after.state.clone());
        Replayed { before, after, failures, started }
    }
}

/// Whether two states say the same; numbers are compared by value, because clients write `1` and `1.0` alike.
pub(crate) fn same_state(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_state(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same_state(value, other)))
        }
        _ => one == other,
    }
}
