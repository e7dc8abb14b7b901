//! The narrow row: what lists, filters and charts use of one span, plus the place of the whole span.

use junjo_span_model::{Promoted, Role, Span, SpanId, Status, TraceId};
use junjo_wal::Sequence;

/// Where a whole span is: record of the log, and position in the record in resource, scope, span order from 0.
///
/// It never changes, also not by compaction. For one (trace id, span id) the highest place wins everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Record of the log.
    pub sequence: Sequence,
    /// Position in the record.
    pub ordinal: i32,
}

/// One span's promoted fields and place. Times are unix nanoseconds, clamped to `0..=i64::MAX`.
#[expect(missing_docs, reason = "the fields are those of `Promoted`, described there")]
#[derive(Debug, Clone, PartialEq)]
pub struct SpanRow {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub parent_span_id: Option<SpanId>,
    pub place: Place,
    pub start_unix_nanos: i64,
    pub duration_nanos: i64,
    pub kind: u8,
    pub status: u8,
    pub service: String,
    pub name: String,
    pub role: Option<Role>,
    pub span_type: Option<String>,
    pub is_model_call: bool,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cached_input_tokens: Option<i64>,
    pub cache_write_tokens: Option<i64>,
    pub reasoning_tokens: Option<i64>,
    pub cost_usd: Option<f64>,
    pub cost_source: Option<String>,
    pub session_id: Option<String>,
    pub user_id: Option<String>,
    pub error_type: Option<String>,
    pub structural_id: Option<String>,
    pub node_count: Option<i32>,
    pub agent_name: Option<String>,
    pub tool_name: Option<String>,
    pub event_count: i32,
    pub exception_count: i32,
    pub state_event_count: i32,
    pub link_count: i32,
}

impl SpanRow {
    /// The row of `span`, whose promoted fields are given, at `place`.
    pub fn new(place: Place, span: &Span<'_>, promoted: Promoted<'_>) -> Self {
        let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(std::borrow::Cow::into_owned);
        let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        Self {
            trace_id: span.trace_id,
            span_id: span.span_id,
            parent_span_id: span.parent_span_id,
            place,
            start_unix_nanos: promoted.start_unix_nanos,
            duration_nanos: promoted.duration_nanos,
            kind: promoted.kind,
            status: promoted.status as u8,
            service: promoted.service.into_owned(),
            name: promoted.name.into_owned(),
            role: promoted.role,
            span_type: owned(promoted.span_type),
            is_model_call: promoted.is_model_call,
            provider: owned(promoted.provider),
            model: owned(promoted.model),
            input_tokens: promoted.input_tokens,
            output_tokens: promoted.output_tokens,
            cached_input_tokens: promoted.cached_input_tokens,
            cache_write_tokens: promoted.cache_write_tokens,
            reasoning_tokens: promoted.reasoning_tokens,
            cost_usd: promoted.cost_usd,
            cost_source: owned(promoted.cost_source),
            session_id: owned(promoted.session_id),
            user_id: owned(promoted.user_id),
            error_type: owned(promoted.error_type),
            structural_id: owned(promoted.structural_id),
            node_count: promoted.node_count,
            agent_name: owned(promoted.agent_name),
            tool_name: owned(promoted.tool_name),
            event_count: count(promoted.event_count),
            exception_count: count(promoted.exception_count),
            state_event_count: count(promoted.state_event_count),
            link_count: count(promoted.link_count),
        }
    }

    /// Whether the span is a Junjo workflow run (other vocabularies use the role for other things).
    pub fn is_workflow_run(&self) -> bool {
        self.span_type.as_deref() == Some("workflow")
    }

    /// End of the span, unix nanoseconds, saturating.
    pub fn end_unix_nanos(&self) -> i64 {
        self.start_unix_nanos.saturating_add(self.duration_nanos)
    }

    /// Whether the span failed.
    pub fn is_error(&self) -> bool {
        self.status == Status::Error as u8
    }
}

/// A trace id as the two unsigned halves under which the index stores it.
pub(crate) fn trace_halves(id: TraceId) -> (u64, u64) {
    let whole = u128::from_be_bytes(id.0);
    ((whole >> 64) as u64, whole as u64)
}

/// The reverse of [`trace_halves`].
pub(crate) fn trace_from_halves(hi: u64, lo: u64) -> TraceId {
    TraceId(((u128::from(hi) << 64) | u128::from(lo)).to_be_bytes())
}

/// A span id as the index stores it.
pub(crate) fn span_number(id: SpanId) -> u64 {
    u64::from_be_bytes(id.0)
}

/// The reverse of [`span_number`].
pub(crate) fn span_from_number(number: u64) -> SpanId {
    SpanId(number.to_be_bytes())
}
