//! Small spans with everything a test may want to set.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

/// A string attribute.
pub fn text(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

/// One export request of `service` with `spans`.
pub fn request(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![text("service.name", service)],
                ..Default::default()
            }),
            scope_spans: vec![ScopeSpans { spans, ..Default::default() }],
            ..Default::default()
        }],
    }
}

/// Builds a span from two numbers that become its ids.
#[derive(Debug, Clone)]
pub struct SpanBuilder(Span);

impl SpanBuilder {
    /// Span `span` of trace `trace`, one millisecond long, started at `start_unix_nano`. Both numbers are above 0.
    pub fn new(trace: u128, span: u64, start_unix_nano: u64) -> Self {
        Self(Span {
            trace_id: trace.to_be_bytes().to_vec(),
            span_id: span.to_be_bytes().to_vec(),
            name: format!("span {span}"),
            kind: 1,
            start_time_unix_nano: start_unix_nano,
            end_time_unix_nano: start_unix_nano.saturating_add(1_000_000),
            ..Default::default()
        })
    }

    /// Sets the parent.
    #[must_use]
    pub fn parent(mut self, span: u64) -> Self {
        self.0.parent_span_id = span.to_be_bytes().to_vec();
        self
    }

    /// Adds a string attribute.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.0.attributes.push(text(key, value));
        self
    }

    /// The span.
    pub fn build(self) -> Span {
        self.0
    }
}
