//! Spans as lists show them: the promoted fields, without attributes.

use junjo_span_model::{Role, SpanStatus};
use junjo_span_store::SpanRow;
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use utoipa::ToSchema;

use super::kind::SpanKind;

/// One span in a list: its promoted fields, without attributes.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpanItem {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) service: String,
    /// Project of the API key that sent it.
    pub(crate) project: String,
    pub(crate) start_time: String,
    pub(crate) start_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    pub(crate) role: Option<Role>,
    /// Junjo's type of the span: `workflow`, `node`, `subflow`, `run_concurrent`, `agent`, ….
    pub(crate) span_type: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) input_tokens: Option<i64>,
    pub(crate) output_tokens: Option<i64>,
    /// Part of the input tokens that came from the provider's cache.
    pub(crate) cached_input_tokens: Option<i64>,
    /// US dollars; null when the price is not known.
    pub(crate) cost_usd: Option<f64>,
    pub(crate) session_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) agent_name: Option<String>,
    pub(crate) tool_name: Option<String>,
    pub(crate) event_count: i32,
    /// Recorded exceptions.
    pub(crate) exception_count: i32,
}

impl From<SpanRow> for SpanItem {
    fn from(row: SpanRow) -> Self {
        Self {
            trace_id: row.trace_id.to_string(),
            span_id: row.span_id.to_string(),
            parent_span_id: row.parent_span_id.map(|id| id.to_string()),
            kind: row.kind.into(),
            start_time: rfc3339_nanos(row.start_unix_nano),
            start_time_unix_nano: row.start_unix_nano.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status,
            name: row.name,
            service: row.service,
            project: row.project,
            role: row.role,
            span_type: row.span_type,
            provider: row.provider,
            model: row.model,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cached_input_tokens: row.cached_input_tokens,
            cost_usd: row.cost_usd,
            session_id: row.session_id,
            user_id: row.user_id,
            error_type: row.error_type,
            agent_name: row.agent_name,
            tool_name: row.tool_name,
            event_count: row.event_count,
            exception_count: row.exception_count,
        }
    }
}
