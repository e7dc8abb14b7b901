//! OTLP's own shapes, borrowed from the message they were decoded from.
//!
//! Invariant: a text is a non-empty `Cow::Owned` exactly when its bytes were not valid UTF-8 and U+FFFD stands for the
//! bad ones.

use std::borrow::Cow;

use crate::ids::{SpanId, TraceId};

/// Whether `text` stands for bytes that were not valid UTF-8.
#[expect(clippy::ptr_arg, reason = "whether a Cow is owned is what this is about")]
pub(crate) fn was_repaired(text: &Cow<'_, str>) -> bool {
    matches!(text, Cow::Owned(repaired) if !repaired.is_empty())
}

/// One attribute value (`AnyValue`).
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value was set.
    Empty,
    /// A text.
    String(Cow<'a, str>),
    /// A boolean.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// A double, which may be NaN or infinite.
    Double(f64),
    /// A list, possibly of mixed types.
    Array(Vec<Value<'a>>),
    /// A nested map; keys may repeat.
    Map(Vec<KeyValue<'a>>),
    /// Raw bytes.
    Bytes(&'a [u8]),
}

/// One attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyValue<'a> {
    /// The attribute's key, which may be empty and may repeat within a list.
    pub key: Cow<'a, str>,
    /// Its value.
    pub value: Value<'a>,
}

/// The entity that produced the telemetry, with the schema URL of its `ResourceSpans`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource<'a> {
    /// Attributes in stored order.
    pub attributes: Vec<KeyValue<'a>>,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
    /// `ResourceSpans.schema_url`.
    pub schema_url: Cow<'a, str>,
}

/// The instrumentation scope, with the schema URL of its `ScopeSpans`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope<'a> {
    /// Name of the instrumentation scope.
    pub name: Cow<'a, str>,
    /// Version of the instrumentation scope.
    pub version: Cow<'a, str>,
    /// Attributes in stored order.
    pub attributes: Vec<KeyValue<'a>>,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
    /// `ScopeSpans.schema_url`.
    pub schema_url: Cow<'a, str>,
}

/// Something that happened at one moment of a span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event<'a> {
    /// Name of the event.
    pub name: Cow<'a, str>,
    /// Nanoseconds since the Unix epoch, as sent.
    pub time_unix_nano: u64,
    /// Attributes in stored order.
    pub attributes: Vec<KeyValue<'a>>,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
}

/// A pointer from a span to another one; the ids are kept as sent, whatever their length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link<'a> {
    /// Trace id of the linked span.
    pub trace_id: &'a [u8],
    /// Span id of the linked span.
    pub span_id: &'a [u8],
    /// W3C trace state of the linked span.
    pub trace_state: Cow<'a, str>,
    /// Attributes in stored order.
    pub attributes: Vec<KeyValue<'a>>,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
    /// `SpanFlags` of the linked span.
    pub flags: u32,
}

/// One span as sent; only its own ids are checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Span<'a> {
    /// Id of the trace.
    pub trace_id: TraceId,
    /// Id of the span.
    pub span_id: SpanId,
    /// Id of the parent; all-zero, empty or of a wrong length is `None`.
    pub parent_span_id: Option<SpanId>,
    /// W3C trace state.
    pub trace_state: Cow<'a, str>,
    /// `SpanFlags`.
    pub flags: u32,
    /// Name of the span, which may be empty.
    pub name: Cow<'a, str>,
    /// `SpanKind`, possibly a number that OTLP does not define.
    pub kind: i32,
    /// Nanoseconds since the Unix epoch, as sent.
    pub start_time_unix_nano: u64,
    /// Nanoseconds since the Unix epoch, as sent; may lie before the start.
    pub end_time_unix_nano: u64,
    /// Attributes in stored order.
    pub attributes: Vec<KeyValue<'a>>,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
    /// Events in stored order.
    pub events: Vec<Event<'a>>,
    /// Events that the client dropped.
    pub dropped_events_count: u32,
    /// Links in stored order.
    pub links: Vec<Link<'a>>,
    /// Links that the client dropped.
    pub dropped_links_count: u32,
    /// `StatusCode`, possibly a number that OTLP does not define.
    pub status_code: i32,
    /// Status message.
    pub status_message: Cow<'a, str>,
    /// Whether any text anywhere in the span was not valid UTF-8.
    pub had_invalid_utf8: bool,
    /// The `Span` message exactly as stored, for the archive's `otlp` blob.
    pub raw: &'a [u8],
}

/// One log record as sent; ids that are none, which OTLP allows here, are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRecord<'a> {
    /// When it happened, nanoseconds since the Unix epoch as sent; 0 when the source did not know.
    pub time_unix_nano: u64,
    /// When it was observed, nanoseconds since the Unix epoch as sent; 0 when the client did not say.
    pub observed_time_unix_nano: u64,
    /// `SeverityNumber`, possibly a number that OTLP does not define; 0 is unspecified.
    pub severity_number: i32,
    /// The source's own word for the severity.
    pub severity_text: Cow<'a, str>,
    /// The body, of any type.
    pub body: Value<'a>,
    /// Attributes in stored order.
    pub attributes: Vec<KeyValue<'a>>,
    /// Attributes that the client dropped.
    pub dropped_attributes_count: u32,
    /// `LogRecordFlags`: the W3C trace flags.
    pub flags: u32,
    /// Id of the trace that it belongs to.
    pub trace_id: Option<TraceId>,
    /// Id of the span that it belongs to.
    pub span_id: Option<SpanId>,
    /// Whether an id was sent that is neither empty, nor zero, nor of the right length.
    pub had_odd_ids: bool,
    /// Name of the event, empty for a plain record.
    pub event_name: Cow<'a, str>,
    /// Whether any text anywhere in the record was not valid UTF-8.
    pub had_invalid_utf8: bool,
    /// The `LogRecord` message exactly as stored, for the archive's `otlp` blob.
    pub raw: &'a [u8],
}
