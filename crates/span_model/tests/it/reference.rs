//! What prost makes of a message, as the model's own types, so that the two can be compared.

use std::borrow::Cow;

use junjo_span_model::{Event, KeyValue, Link, Resource, Scope, Span, SpanId, TraceId, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as OtlpValue;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue as OtlpKeyValue};
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;

/// One decoded span with its resource and scope.
#[derive(Debug, PartialEq)]
pub(crate) struct Visit<'a> {
    pub(crate) resource: Resource<'a>,
    pub(crate) scope: Scope<'a>,
    pub(crate) span: Span<'a>,
}

/// What the model decodes.
pub(crate) fn decoded(message: &[u8]) -> Vec<Visit<'_>> {
    let mut visits = Vec::new();
    junjo_span_model::decode_spans(message, &mut |resource, scope, span| {
        visits.push(Visit { resource: resource.clone(), scope: scope.clone(), span });
    })
    .unwrap();
    visits
}

/// What it should decode, from prost's view of the same message; `raw` is left empty.
pub(crate) fn expected(request: &ExportTraceServiceRequest) -> Vec<Visit<'_>> {
    let mut visits = Vec::new();
    for resource_spans in &request.resource_spans {
        for scope_spans in &resource_spans.scope_spans {
            for span in scope_spans.spans.iter().filter(|span| has_ids(span)) {
                visits.push(Visit {
                    resource: resource(resource_spans),
                    scope: scope(scope_spans),
                    span: self::span(span),
                });
            }
        }
    }
    visits
}

/// Whether a span may be stored.
pub(crate) fn has_ids(span: &OtlpSpan) -> bool {
    TraceId::from_wire(&span.trace_id).is_some() && SpanId::from_wire(&span.span_id).is_some()
}

fn resource(message: &opentelemetry_proto::tonic::trace::v1::ResourceSpans) -> Resource<'_> {
    let inner = message.resource.as_ref();
    Resource {
        attributes: inner.map(|resource| attributes(&resource.attributes)).unwrap_or_default(),
        dropped_attributes_count: inner.map_or(0, |resource| resource.dropped_attributes_count),
        schema_url: text(&message.schema_url),
    }
}

fn scope(message: &opentelemetry_proto::tonic::trace::v1::ScopeSpans) -> Scope<'_> {
    let Some(inner) = message.scope.as_ref() else {
        return Scope { schema_url: text(&message.schema_url), ..Scope::default() };
    };
    Scope {
        name: text(&inner.name),
        version: text(&inner.version),
        attributes: attributes(&inner.attributes),
        dropped_attributes_count: inner.dropped_attributes_count,
        schema_url: text(&message.schema_url),
    }
}

fn span(span: &OtlpSpan) -> Span<'_> {
    let status = span.status.clone().unwrap_or_default();
    Span {
        trace_id: TraceId::from_wire(&span.trace_id).unwrap(),
        span_id: SpanId::from_wire(&span.span_id).unwrap(),
        parent_span_id: SpanId::from_wire(&span.parent_span_id),
        trace_state: text(&span.trace_state),
        flags: span.flags,
        name: text(&span.name),
        kind: span.kind,
        start_time_unix_nano: span.start_time_unix_nano,
        end_time_unix_nano: span.end_time_unix_nano,
        attributes: attributes(&span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events: span.events.iter().map(event).collect(),
        dropped_events_count: span.dropped_events_count,
        links: span.links.iter().map(link).collect(),
        dropped_links_count: span.dropped_links_count,
        status_code: status.code,
        status_message: Cow::Owned(status.message),
        had_invalid_utf8: false,
        raw: &[],
    }
}

fn event(event: &opentelemetry_proto::tonic::trace::v1::span::Event) -> Event<'_> {
    Event {
        name: text(&event.name),
        time_unix_nano: event.time_unix_nano,
        attributes: attributes(&event.attributes),
        dropped_attributes_count: event.dropped_attributes_count,
    }
}

fn link(link: &opentelemetry_proto::tonic::trace::v1::span::Link) -> Link<'_> {
    Link {
        trace_id: &link.trace_id,
        span_id: &link.span_id,
        trace_state: text(&link.trace_state),
        attributes: attributes(&link.attributes),
        dropped_attributes_count: link.dropped_attributes_count,
        flags: link.flags,
    }
}

pub(crate) fn attributes(pairs: &[OtlpKeyValue]) -> Vec<KeyValue<'_>> {
    pairs.iter().map(|pair| KeyValue { key: text(&pair.key), value: value(pair.value.as_ref()) }).collect()
}

pub(crate) fn value(any: Option<&AnyValue>) -> Value<'_> {
    match any.and_then(|any| any.value.as_ref()) {
        None | Some(OtlpValue::StringValueStrindex(_)) => Value::Empty,
        Some(OtlpValue::StringValue(string)) => Value::String(text(string)),
        Some(OtlpValue::BoolValue(bool)) => Value::Bool(*bool),
        Some(OtlpValue::IntValue(int)) => Value::Int(*int),
        Some(OtlpValue::DoubleValue(double)) => Value::Double(*double),
        Some(OtlpValue::BytesValue(bytes)) => Value::Bytes(bytes),
        Some(OtlpValue::ArrayValue(array)) => {
            Value::Array(array.values.iter().map(|item| value(Some(item))).collect())
        }
        Some(OtlpValue::KvlistValue(list)) => Value::Map(attributes(&list.values)),
    }
}

fn text(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}
