//! The row of a trace. It does not know how it comes about.

use junjo_span_model::{Role, SpanId, SpanStatus, TraceId};
use junjo_wal::Sequence;

use crate::budget::Held;

/// What lists, filters and charts use of one trace.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceRow {
    /// Id of the trace.
    pub trace_id: TraceId,
    /// Earliest start of a span, unix nanoseconds.
    pub start_unix_nano: i64,
    /// Latest end of a span minus the earliest start.
    pub duration_nanos: i64,
    /// The root, or the earliest span while the root is missing.
    pub root_span_id: SpanId,
    /// No span without a parent has arrived yet.
    pub root_missing: bool,
    /// Name of that span.
    pub root_name: String,
    /// Role of that span.
    pub root_role: Option<Role>,
    /// Service of that span.
    pub service: String,
    /// Status of that span.
    pub status: SpanStatus,
    /// Spans of the trace.
    pub span_count: i32,
    /// Failed spans.
    pub error_count: i32,
    /// Language model calls that count; see `counted.rs`.
    pub llm_call_count: i32,
    /// Junjo workflow runs.
    pub workflow_count: i32,
    /// Input tokens of the spans that count; `None` when none of them says.
    pub input_tokens: Option<i64>,
    /// Output tokens of the same.
    pub output_tokens: Option<i64>,
    /// Part of the input tokens that came from the provider's cache.
    pub cached_input_tokens: Option<i64>,
    /// Cost of those that have one.
    pub cost_usd: Option<f64>,
    /// Those without a known cost.
    pub unpriced_calls: i32,
    /// Model calls and other spans with tokens that do not count, because others report the same; sorted.
    pub wrapper_span_ids: Vec<SpanId>,
    /// From the root, or else the earliest span that has one.
    pub session_id: Option<String>,
    /// From the root, or else the earliest span that has one.
    pub user_id: Option<String>,
    /// First words of what the root was asked, or else the earliest call of a language model that has any.
    pub first_input: Option<String>,
    /// First words of what the root answered, or else the call of a language model that ended last.
    pub last_output: Option<String>,
    /// Distinct values over all spans, sorted.
    pub services: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub models: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub roles: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub sessions: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub users: Vec<String>,
    /// The newest record that changed this row.
    pub newest_sequence: Sequence,
}

impl Held for TraceRow {
    fn held_bytes(&self) -> usize {
        let texts = [&self.root_name, &self.service].into_iter().chain(&self.session_id).chain(&self.user_id);
        let texts = texts.chain(&self.first_input).chain(&self.last_output);
        let lists = [&self.services, &self.models, &self.roles, &self.sessions, &self.users];
        let listed = lists.into_iter().flatten().map(|text| size_of::<String>() + text.len());
        size_of::<Self>()
            + size_of_val(self.wrapper_span_ids.as_slice())
            + texts.map(String::len).sum::<usize>()
            + listed.sum::<usize>()
    }
}

impl TraceRow {
    /// Input and output tokens together, saturating; `None` when no call says any.
    pub(crate) fn total_tokens(&self) -> Option<i64> {
        let both = self.input_tokens.zip(self.output_tokens);
        both.map_or(self.input_tokens.or(self.output_tokens), |(input, output)| {
            Some(input.saturating_add(output))
        })
    }

    /// Whether any span counts, or might.
    pub(crate) fn has_calls(&self) -> bool {
        self.cost_usd.is_some() || self.unpriced_calls > 0 || !self.wrapper_span_ids.is_empty()
    }

    /// The same with the sums over calls that `other` has.
    pub(crate) fn with_usage_of(self, other: &Self) -> Self {
        Self {
            llm_call_count: other.llm_call_count,
            input_tokens: other.input_tokens,
            output_tokens: other.output_tokens,
            cached_input_tokens: other.cached_input_tokens,
            cost_usd: other.cost_usd,
            unpriced_calls: other.unpriced_calls,
            wrapper_span_ids: other.wrapper_span_ids.clone(),
            ..self
        }
    }
}
