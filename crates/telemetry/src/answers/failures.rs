//! Kinds of failures as answers show them.

use junjo_span_store::{Decision, FailureGroup, FailureState};
use junjo_web::clock::rfc3339_nanos;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kinds of failures, the most frequent first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorGroups {
    pub(crate) items: Vec<ErrorGroup>,
    /// There are more kinds than `limit`.
    pub(crate) has_more: bool,
    /// Start of the time range, which the trends divide into equal parts.
    pub(crate) from: String,
    /// Its end.
    pub(crate) to: String,
}

/// Failures of one kind: equal in type, message (without numbers, ids, texts and addresses), service, name and own stack frame.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorGroup {
    /// Names the kind: 16 hexadecimal digits; `filter=error_fingerprint = …` finds its spans and traces.
    pub(crate) fingerprint: String,
    pub(crate) state: ErrorState,
    /// Class of the exception or of the error.
    pub(crate) error_type: Option<String>,
    /// The message with `<n>`, `<id>`, `<text>` and `<url>` for what differs.
    pub(crate) message: String,
    pub(crate) service: String,
    pub(crate) span_name: String,
    /// Failed spans in the time range.
    pub(crate) count: i64,
    /// Traces in the time range.
    pub(crate) trace_count: i64,
    /// Failed spans in each of 24 equal parts of the time range, the earliest first.
    pub(crate) trend: Vec<i64>,
    /// Start of the first one ever.
    pub(crate) first_seen: String,
    /// Start of the last one ever.
    pub(crate) last_seen: String,
    /// `service.version` of the first one ever.
    pub(crate) first_version: Option<String>,
    /// The last one in the time range.
    pub(crate) example_trace_id: String,
    pub(crate) example_span_id: String,
}

/// What became of a kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorState {
    /// Nobody decided anything.
    Open,
    /// Somebody does not want to see it among the others.
    Muted,
    /// Somebody mended it, and it did not come back.
    Resolved,
    /// Somebody mended it, and it came back.
    Regressed,
}

impl ErrorGroup {
    /// `state` is what was decided about it.
    pub(crate) fn new(group: FailureGroup, state: Option<&FailureState>) -> Self {
        let (trace_id, span_id) = group.example;
        let state = match state {
            None => ErrorState::Open,
            Some(FailureState { decision: Decision::Muted, .. }) => ErrorState::Muted,
            Some(state) if group.last_seen_unix_nano > state.decided_at_unix_nano => ErrorState::Regressed,
            Some(_) => ErrorState::Resolved,
        };
        Self {
            fingerprint: group.fingerprint,
            state,
            error_type: group.error_type,
            message: group.message,
            service: group.service,
            span_name: group.span_name,
            count: group.count,
            trace_count: group.trace_count,
            trend: group.trend,
            first_seen: rfc3339_nanos(group.first_seen_unix_nano),
            last_seen: rfc3339_nanos(group.last_seen_unix_nano),
            first_version: group.first_version,
            example_trace_id: trace_id.to_string(),
            example_span_id: span_id.to_string(),
        }
    }
}
