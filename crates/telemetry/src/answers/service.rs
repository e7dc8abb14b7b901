//! Services as answers show them.

use junjo_span_store::ServiceSummary;
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use utoipa::ToSchema;

/// A service and what it sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Service {
    /// `service.name` of its resource.
    pub(crate) name: String,
    /// Spans in the time range.
    pub(crate) span_count: i64,
    /// Traces that it took part in.
    pub(crate) trace_count: i64,
    /// Failed spans.
    pub(crate) error_count: i64,
    /// Start of its earliest span.
    pub(crate) first_seen: String,
    /// Start of its latest span.
    pub(crate) last_seen: String,
}

impl From<ServiceSummary> for Service {
    fn from(summary: ServiceSummary) -> Self {
        Self {
            name: summary.name,
            span_count: summary.span_count,
            trace_count: summary.trace_count,
            error_count: summary.error_count,
            first_seen: rfc3339_nanos(summary.first_seen_unix_nano),
            last_seen: rfc3339_nanos(summary.last_seen_unix_nano),
        }
    }
}

/// All services.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceList {
    /// By name.
    pub(crate) items: Vec<Service>,
}
