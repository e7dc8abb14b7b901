//! Traces as answers show them. Times are RFC 3339 UTC; exact nanoseconds and durations are decimal strings.

use junjo_span_model::{Role, SpanStatus};
use junjo_span_store::{SpanRow, TraceRow};
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::kind::SpanKind;
use super::span::Span;

/// One trace in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trace {
    pub(crate) trace_id: String,
    /// Name of the root, or of the earliest span while the root is missing.
    pub(crate) root_name: String,
    /// No span without a parent has arrived yet.
    pub(crate) root_missing: bool,
    /// Role of that span.
    pub(crate) root_role: Option<Role>,
    /// Service of that span.
    pub(crate) service: String,
    /// All services that took part.
    pub(crate) services: Vec<String>,
    /// Status of that span.
    pub(crate) status: SpanStatus,
    pub(crate) start_time: String,
    pub(crate) start_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) span_count: i32,
    /// Failed spans.
    pub(crate) error_count: i32,
    /// Language model calls; wrappers that repeat a call's usage are not counted.
    pub(crate) llm_call_count: i32,
    /// Junjo workflow runs.
    pub(crate) workflow_count: i32,
    /// Models that were called.
    pub(crate) models: Vec<String>,
    /// Sum over the counted model calls; null when none of them says.
    pub(crate) input_tokens: Option<i64>,
    /// Sum over the counted model calls; null when none of them says.
    pub(crate) output_tokens: Option<i64>,
    /// Sum over the calls with a known cost, US dollars; null when none has one.
    pub(crate) cost_usd: Option<f64>,
    /// Counted model calls without a known cost.
    pub(crate) unpriced_calls: i32,
    pub(crate) session_id: Option<String>,
    pub(crate) user_id: Option<String>,
    /// First words of what the root was asked, or else the first call of a language model; 160 characters in one line.
    pub(crate) first_input: Option<String>,
    /// First words of what the root answered, or else the call of a language model that ended last; 160 characters in one line.
    pub(crate) last_output: Option<String>,
    /// The attributes that `columns` asked for, by the names that it gave; null where the root has no such attribute. Only in lists that
    /// were asked for columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    pub(crate) columns: Option<Map<String, Json>>,
}

impl From<TraceRow> for Trace {
    fn from(row: TraceRow) -> Self {
        Self {
            trace_id: row.trace_id.to_string(),
            root_name: row.root_name,
            root_missing: row.root_missing,
            root_role: row.root_role,
            service: row.service,
            services: row.services,
            status: row.status,
            start_time: rfc3339_nanos(row.start_unix_nano),
            start_time_unix_nano: row.start_unix_nano.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            span_count: row.span_count,
            error_count: row.error_count,
            llm_call_count: row.llm_call_count,
            workflow_count: row.workflow_count,
            models: row.models,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_usd: row.cost_usd,
            unpriced_calls: row.unpriced_calls,
            session_id: row.session_id,
            user_id: row.user_id,
            first_input: row.first_input,
            last_output: row.last_output,
            columns: None,
        }
    }
}

/// One span in a trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceSpan {
    pub(crate) span_id: String,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) service: String,
    pub(crate) start_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    /// What the span does: llm, tool, agent, workflow, node, …; null when no vocabulary says.
    pub(crate) role: Option<Role>,
    pub(crate) model: Option<String>,
    pub(crate) input_tokens: Option<i64>,
    pub(crate) output_tokens: Option<i64>,
    pub(crate) cost_usd: Option<f64>,
    pub(crate) event_count: i32,
    /// Exceptions on the span, equal ones counted once; at least 1 for a failed span.
    pub(crate) error_count: i32,
    /// Junjo state changes on the span.
    pub(crate) state_event_count: i32,
    /// The whole span, with `include=payload`, until the page has 16 MiB of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<Box<Span>>,
}

impl From<&SpanRow> for TraceSpan {
    fn from(row: &SpanRow) -> Self {
        Self {
            span_id: row.span_id.to_string(),
            parent_span_id: row.parent_span_id.map(|id| id.to_string()),
            name: row.name.clone(),
            kind: row.kind.into(),
            service: row.service.clone(),
            start_time_unix_nano: row.start_unix_nano.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status,
            role: row.role,
            model: row.model.clone(),
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_usd: row.cost_usd,
            event_count: row.event_count,
            error_count: row.exception_count.max(i32::from(row.is_error())),
            state_event_count: row.state_event_count,
            payload: None,
        }
    }
}

/// One page of a trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceDetail {
    pub(crate) trace_id: String,
    /// No span without a parent has arrived yet.
    pub(crate) root_missing: bool,
    /// The trace as it stands in lists.
    pub(crate) summary: Trace,
    /// In order of start.
    pub(crate) spans: Vec<TraceSpan>,
    /// Pass it as `after` to get the next page; null on the last one.
    pub(crate) next_after: Option<String>,
}
