//! The parts of a span that the store keeps as JSON text, described for the OpenAPI document. Nothing is made of these types.

use serde_json::Value;
use utoipa::ToSchema;

/// One event of a span.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes stored JSON in the OpenAPI document")]
pub(crate) struct SpanEvent {
    name: String,
    time_unix_nano: String,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    attributes: Value,
    /// Left out when 0.
    #[schema(required = false)]
    dropped_attributes_count: u32,
}

/// One link of a span.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes stored JSON in the OpenAPI document")]
pub(crate) struct SpanLink {
    trace_id: String,
    span_id: String,
    trace_state: String,
    flags: u32,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    attributes: Value,
    dropped_attributes_count: u32,
}

/// The resource; empty parts are left out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes stored JSON in the OpenAPI document")]
pub(crate) struct SpanResource {
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    attributes: Value,
    dropped_attributes_count: Option<u32>,
    schema_url: Option<String>,
}

/// The instrumentation scope; empty parts are left out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes stored JSON in the OpenAPI document")]
pub(crate) struct SpanScope {
    name: Option<String>,
    version: Option<String>,
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    attributes: Value,
    dropped_attributes_count: Option<u32>,
    schema_url: Option<String>,
}
