//! One JSON object a line. What the store keeps as JSON text is copied as it is, so integers stay exact.

use junjo_span_model::SpanStatus;
use junjo_span_store::{ExportedField, FieldValue, SpanRow, TraceRow, WholeSpan};
use junjo_telemetry::answers::{SpanKind, Trace};
use junjo_web::clock::rfc3339_nanos;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// What a line begins with: the fields that OTLP gives every span.
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
            start_time: rfc3339_nanos(row.start_unix_nano),
            start_time_unix_nano: start.to_string(),
            end_time_unix_nano: end.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status,
            status_message: &span.status_message,
        }
    }
}

/// The promoted fields of a row that lines of JSON have.
struct Promoted<'a>(&'a SpanRow);

impl Serialize for Promoted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in ExportedField::of_ndjson() {
            match field.value(self.0) {
                FieldValue::Null => map.serialize_entry(field.name, &()),
                FieldValue::Text(text) => map.serialize_entry(field.name, text),
                FieldValue::Int(number) => map.serialize_entry(field.name, &number),
                FieldValue::Float(number) => map.serialize_entry(field.name, &number),
                FieldValue::Bool(value) => map.serialize_entry(field.name, &value),
            }?;
        }
        map.end()
    }
}

/// What a line has of a span besides; its stored JSON follows.
#[derive(Serialize)]
struct Tail<'a> {
    trace_state: &'a str,
    flags: u32,
    dropped_attributes_count: u32,
    dropped_events_count: u32,
    dropped_links_count: u32,
    received_at: String,
}

impl<'a> Tail<'a> {
    fn of(span: &'a WholeSpan) -> Self {
        Self {
            trace_state: &span.trace_state,
            flags: span.flags,
            dropped_attributes_count: span.dropped_attributes_count,
            dropped_events_count: span.dropped_events_count,
            dropped_links_count: span.dropped_links_count,
            received_at: rfc3339_nanos(span.received_unix_nano),
        }
    }
}

/// A whole line without its stored JSON.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(flatten)]
    promoted: Promoted<'a>,
    #[serde(flatten)]
    tail: Tail<'a>,
}

/// Appends a span.
pub(super) fn span(span: &WholeSpan, out: &mut Vec<u8>) {
    json(&Line { head: Head::of(span), promoted: Promoted(&span.row), tail: Tail::of(span) }, out);
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
