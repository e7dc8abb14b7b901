//! A whole span: everything OTLP carried, as the archive stores it and the detail view reads it.

use junjo_span_model::{
    Fidelity, PriceTable, Promoted, Resource, Scope, Span, attributes_json, decode_span, events_json,
    links_json, promote, resource_json, scope_json,
};

use crate::budget::Held;
use crate::row::{Origin, SpanRow};

/// One span with its payload as JSON text. Where JSON or the clamped columns would lose something of what was sent,
/// `otlp` holds the exact `Span` message.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeSpan {
    /// The promoted fields and the place.
    pub row: SpanRow,
    /// Server clock at receipt, unix nanoseconds.
    pub received_unix_nano: i64,
    /// The API key that sent it.
    pub key_id: String,
    /// W3C trace state.
    pub trace_state: String,
    /// OTLP span flags.
    pub flags: u32,
    /// Text of the status.
    pub status_message: String,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
    /// Events that the client dropped.
    pub dropped_events_count: u32,
    /// Links that the client dropped.
    pub dropped_links_count: u32,
    /// `{"attributes", "dropped_attributes_count", "schema_url"}`
    pub resource: String,
    /// `{"name", "version", "attributes", "dropped_attributes_count", "schema_url"}`
    pub scope: String,
    /// `{key: value}`
    pub attributes: String,
    /// `[{"name", "time_unix_nano", "attributes", "dropped_attributes_count"}]`
    pub events: String,
    /// `[{"trace_id", "span_id", "trace_state", "flags", "attributes", "dropped_attributes_count"}]`
    pub links: String,
    /// The exact message, only where the columns lose something.
    pub otlp: Option<Vec<u8>>,
}

impl Held for WholeSpan {
    fn held_bytes(&self) -> usize {
        let texts = [&self.key_id, &self.trace_state, &self.status_message];
        let own = size_of::<Self>() - size_of::<SpanRow>() + self.otlp.as_ref().map_or(0, Vec::len);
        own + self.row.held_bytes() + texts.map(String::len).iter().sum::<usize>() + self.text_bytes()
    }
}

/// What is known of a span besides its message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Receipt<'a> {
    pub(crate) origin: Origin<'a>,
    pub(crate) received_unix_nano: i64,
    pub(crate) key_id: &'a str,
}

impl WholeSpan {
    /// Derives and serialises `span`.
    pub(crate) fn new(
        receipt: Receipt<'_>,
        resource: &Resource<'_>,
        scope: &Scope<'_>,
        span: &Span<'_>,
        prices: &PriceTable,
    ) -> Self {
        let promoted = promote(resource, scope, span, prices);
        let mut exact = columns_are_exact(span, &promoted);
        let mut json = |write: &dyn Fn(&mut String) -> Fidelity| {
            let mut text = String::new();
            exact &= write(&mut text) == Fidelity::Exact;
            text
        };
        let resource_text = json(&|out| resource_json(resource, out));
        let scope_text = json(&|out| scope_json(scope, out));
        let attributes = json(&|out| attributes_json(&span.attributes, out));
        let events = json(&|out| events_json(&span.events, out));
        let links = json(&|out| links_json(&span.links, out));
        Self {
            row: SpanRow::new(receipt.origin, span, promoted),
            received_unix_nano: receipt.received_unix_nano,
            key_id: receipt.key_id.to_owned(),
            trace_state: span.trace_state.clone().into_owned(),
            flags: span.flags,
            status_message: span.status_message.clone().into_owned(),
            dropped_attributes_count: span.dropped_attributes_count,
            dropped_events_count: span.dropped_events_count,
            dropped_links_count: span.dropped_links_count,
            resource: resource_text,
            scope: scope_text,
            attributes,
            events,
            links,
            otlp: (!exact).then(|| span.raw.to_vec()),
        }
    }

    /// Start and end exactly as sent, unix nanoseconds.
    pub fn sent_times(&self) -> (u64, u64) {
        let clamped = (self.row.start_unix_nano.unsigned_abs(), self.row.end_unix_nano().unsigned_abs());
        self.otlp.as_deref().and_then(times_of_message).unwrap_or(clamped)
    }

    /// Bytes of text that the span takes in memory and in a response, roughly.
    pub fn text_bytes(&self) -> usize {
        self.resource.len() + self.scope.len() + self.attributes.len() + self.events.len() + self.links.len()
    }
}

/// Whether the clamped columns say what was sent.
fn columns_are_exact(span: &Span<'_>, promoted: &Promoted<'_>) -> bool {
    let end = promoted.start_unix_nano.saturating_add(promoted.duration_nanos);
    !span.had_invalid_utf8
        && i64::try_from(span.start_time_unix_nano) == Ok(promoted.start_unix_nano)
        && i64::try_from(span.end_time_unix_nano) == Ok(end)
        && span.kind == i32::from(promoted.kind)
        && span.status_code == i32::from(promoted.status.code())
        && span.name == promoted.name
}

/// Start and end in a serialised `Span`.
fn times_of_message(message: &[u8]) -> Option<(u64, u64)> {
    let span = decode_span(message).ok()??;
    Some((span.start_time_unix_nano, span.end_time_unix_nano))
}
