//! Traces to compare with, as answers show them.

use junjo_span_model::SpanStatus;
use junjo_span_store::{Comparable, Comparables};
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use utoipa::ToSchema;

/// Traces that ran the same: a root of the same service and of the same graph, or of the same name where the root has no graph. Each is
/// null when there is none.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comparisons {
    /// The last one that started before.
    pub(crate) previous: Option<ComparedTrace>,
    /// The one that took the least time and did not fail.
    pub(crate) fastest: Option<ComparedTrace>,
    /// The one that took the most time.
    pub(crate) slowest: Option<ComparedTrace>,
    /// The last one that failed.
    pub(crate) last_failed: Option<ComparedTrace>,
    /// The last one that started before and ran another version of the service.
    pub(crate) previous_version: Option<ComparedTrace>,
}

/// One of them, by its root.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedTrace {
    pub(crate) trace_id: String,
    pub(crate) start_time: String,
    pub(crate) start_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    /// `service.version` that ran it.
    pub(crate) version: Option<String>,
}

impl From<Comparables> for Comparisons {
    fn from(found: Comparables) -> Self {
        let shown = |trace: Option<Comparable>| trace.map(ComparedTrace::from);
        Self {
            previous: shown(found.previous),
            fastest: shown(found.fastest),
            slowest: shown(found.slowest),
            last_failed: shown(found.last_failed),
            previous_version: shown(found.previous_version),
        }
    }
}

impl From<Comparable> for ComparedTrace {
    fn from(trace: Comparable) -> Self {
        Self {
            trace_id: trace.trace_id.to_string(),
            start_time: rfc3339_nanos(trace.start_unix_nano),
            start_time_unix_nano: trace.start_unix_nano.to_string(),
            duration_ns: trace.duration_nanos.to_string(),
            status: trace.status,
            version: trace.version,
        }
    }
}
