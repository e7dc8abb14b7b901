//! Runs written by hand, span by span.

use junjo_span_model::{Event, KeyValue, Span, TraceId, Value};
use junjo_workflow_model::{JunjoSpan, JunjoTrace, RunDetail};
use serde_json::{Value as Json, json};

use crate::{id, trace};

/// The trace of all of them.
pub(super) const TRACE: TraceId = TraceId([7; 16]);

/// A span under construction.
pub(super) struct Built {
    span: u64,
    parent: u64,
    times: (u64, u64),
    name: String,
    attributes: Vec<(String, Json)>,
    events: Vec<(u64, Json)>,
    status: i32,
    dropped_events: u32,
}

/// A span with a name; it starts at its number and ends right after, unless told otherwise.
pub(super) fn span(number: u64, parent: u64, name: &str) -> Built {
    Built {
        span: number,
        parent,
        times: (number * 10, number * 10 + 5),
        name: name.to_owned(),
        attributes: Vec::new(),
        events: Vec::new(),
        status: 0,
        dropped_events: 0,
    }
}

impl Built {
    pub(super) fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.attributes.push((key.to_owned(), value.into()));
        self
    }

    pub(super) fn times(mut self, start: u64, end: u64) -> Self {
        self.times = (start, end);
        self
    }

    pub(super) fn failed(mut self) -> Self {
        self.status = 2;
        self
    }

    pub(super) fn dropped_events(mut self, count: u32) -> Self {
        self.dropped_events = count;
        self
    }

    /// A workflow, subflow or agent run with a graph.
    pub(super) fn run(self, kind: &str, id: &str, graph: &Json) -> Self {
        self.with("junjo.span_type", kind)
            .with("junjo.telemetry.contract_version", 3)
            .with("junjo.executable_definition_id", id)
            .with("junjo.executable_runtime_id", format!("{id}-run"))
            .with("junjo.executable_structural_id", "graph_1")
            .with("junjo.workflow.execution_graph_snapshot", graph.to_string())
    }

    /// A store that the run owns, with its states and the number of its changes.
    pub(super) fn store(self, id: &str, start: &Json, end: &Json, changes: u64) -> Self {
        self.with("junjo.workflow.store.id", id)
            .with("junjo.workflow.state.start", start.to_string())
            .with("junjo.workflow.state.end", end.to_string())
            .with("junjo.store.transition.start", 0)
            .with("junjo.store.transition.end", changes)
            .with("junjo.store.transition.count", changes)
    }

    /// A node.
    pub(super) fn node(self, id: &str) -> Self {
        self.part("node", id)
    }

    /// A node or group.
    pub(super) fn part(self, kind: &str, id: &str) -> Self {
        self.with("junjo.span_type", kind)
            .with("junjo.executable_definition_id", id)
            .with("junjo.executable_runtime_id", id)
            .with("junjo.executable_structural_id", format!("node_{id}"))
    }

    /// A change of a store at a time.
    pub(super) fn change(mut self, store: &str, sequence: u64, patch: &Json) -> Self {
        let time = self.times.0 + sequence;
        self.events.push((
            time,
            json!({
                "id": format!("event-{sequence}"), "junjo.store.id": store, "junjo.store.action": "set",
                "junjo.store.transition.sequence": sequence, "junjo.state_json_patch": patch.to_string(),
            }),
        ));
        self
    }

    /// A `set_state` event with these attributes.
    pub(super) fn event(mut self, time: u64, attributes: Json) -> Self {
        self.events.push((time, attributes));
        self
    }

    fn read(self) -> JunjoSpan {
        let events = self.events.iter().map(|(time, attributes)| Event {
            name: "set_state".into(),
            time_unix_nano: *time,
            attributes: members(attributes),
            dropped_attributes_count: 0,
        });
        let attributes = self.attributes.iter();
        JunjoSpan::read(&Span {
            name: self.name.into(),
            attributes: attributes
                .map(|(key, value)| KeyValue { key: key.clone().into(), value: otlp(value) })
                .collect(),
            events: events.collect(),
            dropped_events_count: self.dropped_events,
            status_code: self.status,
            ..plain(self.span, self.parent, self.times.0, self.times.1)
        })
    }
}

/// A span that says nothing.
pub(super) fn plain(number: u64, parent: u64, start: u64, end: u64) -> Span<'static> {
    Span {
        trace_id: TRACE,
        span_id: id(number),
        parent_span_id: (parent > 0).then(|| id(parent)),
        trace_state: "".into(),
        flags: 0,
        name: "n".into(),
        kind: 1,
        start_time_unix_nano: start,
        end_time_unix_nano: end,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: Vec::new(),
        dropped_events_count: 0,
        links: Vec::new(),
        dropped_links_count: 0,
        status_code: 0,
        status_message: "".into(),
        had_invalid_utf8: false,
        raw: &[],
    }
}

fn members(json: &Json) -> Vec<KeyValue<'_>> {
    let members = json.as_object().unwrap();
    members.iter().map(|(key, value)| KeyValue { key: key.clone().into(), value: otlp(value) }).collect()
}

fn otlp(json: &Json) -> Value<'static> {
    match json {
        Json::String(text) => Value::String(text.clone().into()),
        Json::Number(number) => Value::Int(number.as_i64().unwrap()),
        Json::Bool(flag) => Value::Bool(*flag),
        other => panic!("{other} is no attribute of these tests"),
    }
}

/// A graph of version 2: nodes by id, edges as (tail, head, condition).
pub(super) fn graph(nodes: &[Json], edges: &[(&str, &str, Option<&str>)]) -> Json {
    let nodes: Vec<Json> = nodes
        .iter()
        .map(|node| match node {
            Json::String(id) => json!({
                "nodeRuntimeId": id, "nodeStructuralId": format!("node_{id}"), "nodeType": id, "nodeLabel": id,
            }),
            other => other.clone(),
        })
        .collect();
    let edges: Vec<Json> = edges
        .iter()
        .map(|(tail, head, condition)| {
            json!({
                "tailNodeRuntimeId": tail, "headNodeRuntimeId": head, "edgeConditionLabel": condition,
                "edgeStructuralId": format!("edge_{tail}_{head}_{}", condition.unwrap_or_default()),
                "edgeScope": "explicit", "parentSubflowRuntimeId": null,
            })
        })
        .collect();
    json!({"v": 2, "graphStructuralId": "graph_1", "nodes": nodes, "edges": edges})
}

/// The trace of these spans.
pub(super) fn traced(spans: Vec<Built>) -> JunjoTrace {
    trace(spans.into_iter().map(Built::read).collect())
}

/// The view of the run in span 1.
pub(super) fn detail(spans: Vec<Built>) -> RunDetail {
    traced(spans).detail(TRACE, id(1)).unwrap()
}
