//! One JSON object a line. What the store keeps as JSON text is copied as it is, so integers stay exact.

use junjo_span_store::{SpanRow, TraceRow, WholeSpan};
use junjo_telemetry::answers::{SpanKind, SpanStatus, Trace};
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;

/// The promoted fields of a span; its stored JSON follows them.
#[derive(Serialize)]
struct Head<'a> {
    trace_id: String,
    span_id: String,
    parent_span_id: Option<String>,
    name: &'a str,
    kind: SpanKind,
    service: &'a str,
    start_time: String,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    duration_ns: String,
    status: SpanStatus,
    status_message: &'a str,
    role: Option<&'static str>,
    span_type: Option<&'a str>,
    provider: Option<&'a str>,
    model: Option<&'a str>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cached_input_tokens: Option<i64>,
    cache_write_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    cost_usd: Option<f64>,
    cost_source: Option<&'a str>,
    session_id: Option<&'a str>,
    user_id: Option<&'a str>,
    error_type: Option<&'a str>,
    structural_id: Option<&'a str>,
    agent_name: Option<&'a str>,
    tool_name: Option<&'a str>,
    trace_state: &'a str,
    flags: u32,
    dropped_attributes_count: u32,
    dropped_events_count: u32,
    dropped_links_count: u32,
    received_at: String,
}

impl<'a> Head<'a> {
    fn of(span: &'a WholeSpan) -> Self {
        let row: &SpanRow = &span.row;
        let (start, end) = span.sent_times();
        Self {
            trace_id: row.trace_id.to_string(),
            span_id: row.span_id.to_string(),
            parent_span_id: row.parent_span_id.map(|id| id.to_string()),
            name: &row.name,
            kind: row.kind.into(),
            service: &row.service,
            start_time: rfc3339_nanos(row.start_unix_nanos),
            start_time_unix_nano: start.to_string(),
            end_time_unix_nano: end.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status.into(),
            status_message: &span.status_message,
            role: row.role.map(junjo_span_model::Role::as_str),
            span_type: row.span_type.as_deref(),
            provider: row.provider.as_deref(),
            model: row.model.as_deref(),
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cached_input_tokens: row.cached_input_tokens,
            cache_write_tokens: row.cache_write_tokens,
            reasoning_tokens: row.reasoning_tokens,
            cost_usd: row.cost_usd,
            cost_source: row.cost_source.as_deref(),
            session_id: row.session_id.as_deref(),
            user_id: row.user_id.as_deref(),
            error_type: row.error_type.as_deref(),
            structural_id: row.structural_id.as_deref(),
            agent_name: row.agent_name.as_deref(),
            tool_name: row.tool_name.as_deref(),
            trace_state: &span.trace_state,
            flags: span.flags,
            dropped_attributes_count: span.dropped_attributes_count,
            dropped_events_count: span.dropped_events_count,
            dropped_links_count: span.dropped_links_count,
            received_at: rfc3339_nanos(span.received_unix_nanos),
        }
    }
}

/// Appends a span.
pub(super) fn span(span: &WholeSpan, out: &mut Vec<u8>) {
    json(&Head::of(span), out);
    // the object goes on with what is JSON already
    out.pop();
    let stored = [
        ("attributes", &span.attributes),
        ("events", &span.events),
        ("links", &span.links),
        ("resource", &span.resource),
        ("scope", &span.scope),
    ];
    for (name, text) in stored {
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out.extend_from_slice(b"}\n");
}

/// Appends a trace.
pub(super) fn trace(trace: &TraceRow, out: &mut Vec<u8>) {
    json(&Trace::from(trace.clone()), out);
    out.push(b'\n');
}

fn json(value: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("texts and numbers go into a vector");
}
