//! Wire types of `/otel`. Times are RFC 3339 UTC; exact nanoseconds and durations are decimal strings.

use junjo_span_model::{Details, Role};
use junjo_span_store::{ServiceSummary, SpanRow, TraceRow, WorkflowRun};
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::log_schemas::Log;

/// A service and what it sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Service {
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
            first_seen: rfc3339_nanos(summary.first_seen_unix_nanos),
            last_seen: rfc3339_nanos(summary.last_seen_unix_nanos),
        }
    }
}

/// One page of a list that may have to read whole spans.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchPage<T> {
    /// The rows, `[]` when there are none.
    pub(crate) items: Vec<T>,
    /// Pass it as `cursor` to get the next page, also when this one is incomplete; null on the last one.
    pub(crate) next_cursor: Option<String>,
    /// Null when nothing older was left out between this page and the next.
    pub(crate) incomplete: Option<Incomplete>,
}

/// A search stopped early: what it says holds for the newer part of the time range.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Incomplete {
    pub(crate) reason: IncompleteReason,
    /// Everything that started at or after this was searched.
    pub(crate) searched_from: String,
    pub(crate) searched_from_unix_nano: String,
}

/// Why a search stopped early.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IncompleteReason {
    /// Its time was over: narrow the time range, or go on with `next_cursor`.
    TimeLimit,
    /// It found more than it may hold: narrow the filter or the time range.
    MatchLimit,
    /// A file of the archive cannot be read; what it holds is missing. The server's log names it.
    UnreadableFile,
}

impl From<junjo_span_store::Incomplete> for Incomplete {
    fn from(incomplete: junjo_span_store::Incomplete) -> Self {
        use junjo_span_store::IncompleteReason as Reason;
        let from = incomplete.searched_from_unix_nanos;
        let reason = match incomplete.reason {
            Reason::TimeLimit => IncompleteReason::TimeLimit,
            Reason::MatchLimit => IncompleteReason::MatchLimit,
            Reason::UnreadableFile => IncompleteReason::UnreadableFile,
        };
        Self { reason, searched_from: rfc3339_nanos(from), searched_from_unix_nano: from.to_string() }
    }
}

/// All services.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceList {
    /// By name.
    pub(crate) items: Vec<Service>,
}

/// Status of a span, as in OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SpanStatus {
    /// Not set: neither a failure nor a confirmed success.
    Unset,
    /// Marked as a success.
    Ok,
    /// Failed.
    Error,
}

impl From<u8> for SpanStatus {
    fn from(status: u8) -> Self {
        match status {
            1 => Self::Ok,
            2 => Self::Error,
            _ => Self::Unset,
        }
    }
}

/// Kind of a span, as in OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SpanKind {
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

impl From<u8> for SpanKind {
    fn from(kind: u8) -> Self {
        match kind {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }
}

/// One trace in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trace {
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
            status: row.status.into(),
            start_time: rfc3339_nanos(row.start_unix_nanos),
            start_time_unix_nano: row.start_unix_nanos.to_string(),
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
        }
    }
}

/// One span in a trace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraceSpan {
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
            start_time_unix_nano: row.start_unix_nanos.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status.into(),
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
pub(crate) struct TraceDetail {
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

/// One span with everything that OTLP carried. Integers beyond ±2^53 in attributes appear as `{"int": "…"}`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) service: String,
    pub(crate) start_time: String,
    /// As sent.
    pub(crate) start_time_unix_nano: String,
    /// As sent; may lie before the start.
    pub(crate) end_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    pub(crate) status_message: String,
    /// W3C trace state.
    pub(crate) trace_state: String,
    /// OTLP span flags.
    pub(crate) flags: u32,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub(crate) attributes: Value,
    pub(crate) dropped_attributes_count: u32,
    #[schema(value_type = Vec<SpanEvent>)]
    pub(crate) events: Value,
    pub(crate) dropped_events_count: u32,
    #[schema(value_type = Vec<SpanLink>)]
    pub(crate) links: Value,
    pub(crate) dropped_links_count: u32,
    #[schema(value_type = SpanResource)]
    pub(crate) resource: Value,
    #[schema(value_type = SpanScope)]
    pub(crate) scope: Value,
    /// When the server received it.
    pub(crate) received_at: String,
    /// Role, model, tokens, cost, messages, tools, session, user and more, read from the vocabularies clients speak, in
    /// the span's log records where the span itself does not say.
    #[schema(value_type = Details)]
    pub(crate) derived: Value,
    /// The span's log records in order of time, at most 1,000, events before plain records; `GET /otel/logs` has all.
    /// Left out of the payload of a trace page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logs: Option<Vec<Log>>,
}

/// One event of a span. The store keeps these four as JSON text; the types describe that text.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes stored JSON in the OpenAPI document")]
struct SpanEvent {
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
struct SpanLink {
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

/// One Junjo workflow run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Workflow {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) start_time: String,
    pub(crate) start_time_unix_nano: String,
    pub(crate) duration_ns: String,
    pub(crate) status: SpanStatus,
    /// `junjo.workflow.node.count`
    pub(crate) node_count: Option<i32>,
    /// Failed spans at or below the workflow's.
    pub(crate) error_count: i64,
    /// Equal for all runs of the same graph; null for SDKs before 0.63.
    pub(crate) structural_id: Option<String>,
}

impl From<WorkflowRun> for Workflow {
    fn from(run: WorkflowRun) -> Self {
        let row = run.span;
        Self {
            trace_id: row.trace_id.to_string(),
            span_id: row.span_id.to_string(),
            name: row.name,
            service: row.service,
            start_time: rfc3339_nanos(row.start_unix_nanos),
            start_time_unix_nano: row.start_unix_nanos.to_string(),
            duration_ns: row.duration_nanos.to_string(),
            status: row.status.into(),
            node_count: row.node_count,
            error_count: run.error_count,
            structural_id: row.structural_id,
        }
    }
}
