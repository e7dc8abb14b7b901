//! The Go server's span object, made of a stored span whatever vocabulary it speaks.
//!
//! | field | where it differs from the Go server's |
//! |---|---|
//! | `kind` | as OTLP means it |
//! | `attributes_json`, `events_json` | integers exact, nested values kept, `node.id` kept |
//! | `links_json` | the links |
//! | `junjo_*` | also filled for SDK 0.63 and later (`junjo.rs`) |

mod attributes;
mod graph;
mod junjo;
mod subflows;
mod time;

use std::collections::{BTreeMap, HashMap};

use junjo_span_model::{Event, Span, SpanId, decode_span};
use junjo_span_store::WholeSpan;
use serde::Serialize as DeriveSerialize;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use attributes::{json_of, sorted};
use junjo::Junjo;
use subflows::nodes_of_subflows;

/// Attributes that have a field of their own.
const LIFTED: [&str; 8] = [
    "junjo.workflow_id",
    "junjo.id",
    "junjo.parent_id",
    "junjo.span_type",
    "junjo.workflow.state.start",
    "junjo.workflow.state.end",
    "junjo.workflow.graph_structure",
    "junjo.workflow.store.id",
];

/// Names of OTLP's span kinds by number.
const KINDS: [&str; 6] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
/// Names of OTLP's status codes by number.
const STATUS_CODES: [&str; 3] = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/// Spans in the order given, each made when it is written.
pub(crate) struct Spans<'w> {
    spans: &'w [WholeSpan],
    /// Ids that only the spans around one tell.
    ids: HashMap<SpanId, String>,
}

impl<'w> Spans<'w> {
    /// A list of spans of many traces.
    pub(crate) fn of_list(spans: &'w [WholeSpan]) -> Self {
        Self { spans, ids: HashMap::new() }
    }

    /// All spans of one trace.
    pub(crate) fn of_trace(spans: &'w [WholeSpan]) -> Self {
        Self { spans, ids: nodes_of_subflows(spans) }
    }

    /// The one with this id.
    pub(crate) fn one(&self, id: SpanId) -> Option<OneSpan<'_>> {
        let span = self.spans.iter().find(|span| span.row.span_id == id)?;
        Some(OneSpan { span, id: self.ids.get(&id).map(String::as_str) })
    }
}

impl Serialize for Spans<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id = |span: &WholeSpan| self.ids.get(&span.row.span_id).map(String::as_str);
        serializer.collect_seq(self.spans.iter().map(|span| OneSpan { span, id: id(span) }))
    }
}

/// One span.
pub(crate) struct OneSpan<'w> {
    span: &'w WholeSpan,
    /// Its id in the graph, where its own attributes do not have it.
    id: Option<&'w str>,
}

impl Serialize for OneSpan<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = self.span;
        // what JSON cannot say is in the message itself
        if let Some(span) = whole.otlp.as_deref().and_then(|message| decode_span(message).ok().flatten()) {
            return SpanObject::new(whole, &span, self.id).serialize(serializer);
        }
        SpanObject::new(whole, &whole.parsed().span(), self.id).serialize(serializer)
    }
}

/// The object, its fields in the order in which Go writes a map.
#[derive(DeriveSerialize)]
struct SpanObject<'w> {
    attributes_json: BTreeMap<String, Value>,
    end_time: String,
    events_json: Vec<EventObject>,
    junjo_id: String,
    junjo_parent_id: String,
    junjo_span_type: &'static str,
    junjo_wf_graph_structure: Value,
    junjo_wf_state_end: Value,
    junjo_wf_state_start: Value,
    junjo_wf_store_id: String,
    kind: &'static str,
    links_json: Value,
    name: &'w str,
    parent_span_id: Option<String>,
    service_name: &'w str,
    span_id: String,
    start_time: String,
    status_code: &'static str,
    status_message: &'w str,
    trace_flags: u32,
    trace_id: String,
    trace_state: Option<&'w str>,
}

#[derive(DeriveSerialize)]
#[serde(rename_all = "camelCase")]
struct EventObject {
    attributes: BTreeMap<String, Value>,
    dropped_attributes_count: u32,
    name: String,
    time_unix_nano: u64,
}

impl<'w> SpanObject<'w> {
    /// `span` is what `whole` was made of; `id` its id in the graph, where something else than the span knows it.
    fn new(whole: &'w WholeSpan, span: &Span<'_>, id: Option<&str>) -> Self {
        let row = &whole.row;
        let (start, end) = whole.sent_times();
        let junjo = Junjo::of(span);
        let word = |words: &[&'static str], number: usize| words.get(number).copied().unwrap_or(words[0]);
        let mut attributes_json = json_of(&span.attributes);
        attributes_json.retain(|key, _| !LIFTED.contains(&key.as_str()));
        Self {
            attributes_json,
            end_time: time::rfc3339_micros(end),
            events_json: span.events.iter().map(EventObject::new).collect(),
            junjo_id: id.map_or(junjo.id, str::to_owned),
            junjo_parent_id: junjo.parent_id,
            junjo_span_type: junjo.span_type,
            junjo_wf_graph_structure: junjo.graph,
            junjo_wf_state_end: junjo.state_end,
            junjo_wf_state_start: junjo.state_start,
            junjo_wf_store_id: junjo.store_id,
            kind: word(&KINDS, usize::from(row.kind)),
            links_json: sorted(&whole.links)
                .filter(Value::is_array)
                .unwrap_or_else(|| Value::Array(Vec::new())),
            name: &row.name,
            parent_span_id: row.parent_span_id.map(|id| id.to_string()),
            service_name: &row.service,
            span_id: row.span_id.to_string(),
            start_time: time::rfc3339_micros(start),
            status_code: word(&STATUS_CODES, usize::from(row.status.code())),
            status_message: &whole.status_message,
            trace_flags: whole.flags,
            trace_id: row.trace_id.to_string(),
            trace_state: Some(whole.trace_state.as_str()).filter(|state| !state.is_empty()),
        }
    }
}

impl EventObject {
    fn new(event: &Event<'_>) -> Self {
        Self {
            attributes: json_of(&event.attributes),
            dropped_attributes_count: event.dropped_attributes_count,
            name: event.name.clone().into_owned(),
            time_unix_nano: event.time_unix_nano,
        }
    }
}
