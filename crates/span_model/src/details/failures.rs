//! What went wrong on a span, and what the client left out of it.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::attributes::Attributes;
use crate::derive::exceptions::Exception as Recorded;
use crate::dialects::{Field, keys};
use crate::otlp::value::Span;

/// Why a span failed; all empty on a span that did not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failures {
    /// Class of the error.
    pub error_type: Option<String>,
    /// What Langfuse says, where OTLP's own status message is empty.
    pub error_message: Option<String>,
    /// How grave Langfuse calls it: `DEBUG`, `WARNING`, `ERROR`.
    pub level: Option<String>,
    /// Exceptions in recorded order, equal ones (type and message) once.
    pub exceptions: Vec<Exception>,
    /// Whether Junjo cancelled the run.
    pub cancelled: bool,
    /// Why it was cancelled.
    pub cancelled_reason: Option<String>,
}

/// A recorded exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Exception {
    /// Class of the exception.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// Its stack trace, when it was recorded.
    pub stacktrace: Option<String>,
    /// When it was recorded, in decimal nanoseconds since the Unix epoch.
    pub time_unix_nano: String,
}

/// How much the client's SDK dropped for its own limits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Limits {
    /// Attributes dropped from the span; SDKs drop the oldest, so a role or model may be missing.
    pub dropped_attributes_count: u32,
    /// Events dropped from the span; the oldest, so that a state history may be incomplete.
    pub dropped_events_count: u32,
    /// Links dropped from the span.
    pub dropped_links_count: u32,
}

/// Why the span failed.
pub(super) fn failures(
    span: &Span<'_>,
    attributes: &Attributes<'_, '_>,
    error_type: Option<&str>,
) -> Failures {
    let mut seen = HashSet::new();
    let exceptions = span.events.iter().filter_map(|event| {
        Recorded::of(event).filter(|recorded| seen.insert(recorded.clone()))?;
        let attributes = Attributes::new(&event.attributes);
        Some(Exception {
            kind: attributes.text(&["exception.type"]),
            message: attributes.text(&["exception.message"]),
            stacktrace: attributes.text(&["exception.stacktrace"]),
            time_unix_nano: event.time_unix_nano.to_string(),
        })
    });
    let exceptions = exceptions.collect();
    let status_message = attributes.text(keys(Field::StatusMessage));
    Failures {
        error_type: error_type.map(str::to_owned),
        error_message: status_message.filter(|_| span.status_message.is_empty()),
        level: attributes.text(keys(Field::Level)),
        exceptions,
        cancelled: attributes.flag(keys(Field::Cancelled)).unwrap_or(false),
        cancelled_reason: attributes.text(keys(Field::CancelledReason)),
    }
}

/// What the client left out.
pub(super) fn limits(span: &Span<'_>) -> Limits {
    Limits {
        dropped_attributes_count: span.dropped_attributes_count,
        dropped_events_count: span.dropped_events_count,
        dropped_links_count: span.dropped_links_count,
    }
}
