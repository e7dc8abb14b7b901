//! One whole span as answers show it.

use junjo_span_model::{Details, SpanStatus};
use junjo_span_store::{WholeLog, WholeSpan};
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::exact::{large_ints_as_text, parse_json};
use super::kind::SpanKind;
use super::log::Log;
use super::otlp_json::{SpanEvent, SpanLink, SpanResource, SpanScope};

/// One span with everything that OTLP carried. Integers beyond ±2^53 in attributes appear as `{"int": "…"}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) service: String,
    /// Project of the API key that sent it.
    pub(crate) project: String,
    pub(crate) start_time: String,
    /// As sent.
    pub(crate) start_time_unix_nano: String,
    /// As sent; may lie before the start.
    pub(crate) end_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    pub(crate) status_message: String,
    /// W3C trace state.
    pub(crate) trace_state: String,
    /// OTLP span flags.
    pub(crate) flags: u32,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub(crate) attributes: Value,
    pub(crate) dropped_attributes_count: u32,
    #[schema(value_type = Vec<SpanEvent>)]
    pub(crate) events: Value,
    pub(crate) dropped_events_count: u32,
    #[schema(value_type = Vec<SpanLink>)]
    pub(crate) links: Value,
    pub(crate) dropped_links_count: u32,
    #[schema(value_type = SpanResource)]
    pub(crate) resource: Value,
    #[schema(value_type = SpanScope)]
    pub(crate) scope: Value,
    /// When the server received it.
    pub(crate) received_at: String,
    /// Role, model, tokens, cost, messages, tools, session, user and more, read from the vocabularies clients speak, in
    /// the span's log records where the span itself does not say.
    #[schema(value_type = Details)]
    pub(crate) derived: Value,
    /// The span's log records in order of time, at most 1,000, events before plain records; `GET /otel/logs` has all.
    /// Left out of the payload of a trace page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logs: Option<Vec<Log>>,
}

impl Span {
    /// A span with what `logs`, its log records, say; they are not in it.
    pub(crate) fn new(whole: &WholeSpan, logs: &[WholeLog]) -> Self {
        let parsed = whole.parsed();
        let derived = serde_json::to_value(parsed.details(logs)).unwrap_or(Value::Null);
        let row = &whole.row;
        let (start, end) = whole.sent_times();
        Self {
            trace_id: row.trace_id.to_string(),
            span_id: row.span_id.to_string(),
            parent_span_id: row.parent_span_id.map(|id| id.to_string()),
            name: row.name.clone(),
            kind: row.kind.into(),
            service: row.service.clone(),
            project: row.project.clone(),
            start_time: rfc3339_nanos(row.start_unix_nano),
            start_time_unix_nano: start.to_string(),
            end_time_unix_nano: end.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status,
            status_message: whole.status_message.clone(),
            trace_state: whole.trace_state.clone(),
            flags: whole.flags,
            attributes: large_ints_as_text(parsed.attributes_json),
            dropped_attributes_count: whole.dropped_attributes_count,
            events: large_ints_as_text(parsed.events_json),
            dropped_events_count: whole.dropped_events_count,
            links: large_ints_as_text(parse_json(&whole.links)),
            dropped_links_count: whole.dropped_links_count,
            resource: large_ints_as_text(parsed.resource_json),
            scope: large_ints_as_text(parsed.scope_json),
            received_at: rfc3339_nanos(whole.received_unix_nano),
            derived: large_ints_as_text(derived),
            logs: None,
        }
    }
}
