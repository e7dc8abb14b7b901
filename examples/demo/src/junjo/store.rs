//! A Junjo store: a JSON state, and one `set_state` event for every action on it.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use serde_json::{Value, json};

use super::canonical;
use crate::attribute::attribute;
use crate::trace::{SpanRef, Trace};

#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) id: String,
    name: &'static str,
    state: Value,
    /// Actions so far, also those that changed nothing.
    pub(crate) sequence: i64,
    /// Actions so far that changed the state.
    pub(crate) revision: i64,
}

impl Store {
    pub(crate) fn new(trace: &mut Trace, name: &'static str, state: Value) -> Self {
        Self { id: trace.junjo_id(), name, state, sequence: 0, revision: 0 }
    }

    /// Sets a top-level field; a value it already has is an action without a change.
    pub(crate) fn replace(
        &mut self,
        trace: &mut Trace,
        span: SpanRef,
        (action, field): (&str, &str),
        value: &Value,
    ) {
        let patch = if self.state[field] == *value {
            json!([])
        } else {
            json!([{"op": "replace", "path": format!("/{field}"), "value": value}])
        };
        self.state[field] = value.clone();
        self.record(trace, span, action, &patch);
    }

    /// Appends to a top-level list.
    pub(crate) fn append(
        &mut self,
        trace: &mut Trace,
        span: SpanRef,
        (action, field): (&str, &str),
        value: &Value,
    ) {
        let list = self.state[field].as_array_mut().expect("scenarios append to lists only");
        let patch = json!([{"op": "add", "path": format!("/{field}/{}", list.len()), "value": value}]);
        list.push(value.clone());
        self.record(trace, span, action, &patch);
    }

    pub(crate) fn state_text(&self) -> String {
        canonical(&self.state)
    }

    fn record(&mut self, trace: &mut Trace, span: SpanRef, action: &str, patch: &Value) {
        let before = self.revision;
        self.sequence += 1;
        self.revision += i64::from(patch.as_array().is_some_and(|operations| !operations.is_empty()));
        let attributes = vec![
            attribute("id", trace.junjo_id()),
            attribute("junjo.store.name", self.name),
            attribute("junjo.store.id", self.id.as_str()),
            attribute("junjo.store.action", action),
            attribute("junjo.store.transition.sequence", self.sequence),
            attribute("junjo.store.revision.before", before),
            attribute("junjo.store.revision.after", self.revision),
        ];
        let attributes = [attributes, payload("junjo.state_json_patch", canonical(patch))].concat();
        trace.event(span, "set_state", attributes);
    }
}

/// A payload attribute with the two companions that contract 2 and later put beside it.
pub(crate) fn payload(key: &str, text: String) -> Vec<KeyValue> {
    vec![
        attribute(key, text),
        attribute(&format!("{key}.mode"), "full"),
        attribute(&format!("{key}.policy"), "junjo.full.v1"),
    ]
}
