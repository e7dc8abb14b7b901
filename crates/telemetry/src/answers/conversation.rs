//! Conversations and users as answers show them: the traces that name them, put together.

use junjo_span_store::TraceGroup;
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use utoipa::ToSchema;

use super::trace::Trace;

/// Numbers of the traces of a conversation or user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupNumbers {
    /// Start of the first trace.
    pub(crate) first_start_time: String,
    /// Start of the latest trace.
    pub(crate) last_start_time: String,
    /// Latest end of a trace.
    pub(crate) end_time: String,
    pub(crate) trace_count: i64,
    pub(crate) span_count: i64,
    /// Failed spans.
    pub(crate) error_count: i64,
    /// Language model calls.
    pub(crate) llm_call_count: i64,
    /// Null when no call says.
    pub(crate) input_tokens: Option<i64>,
    /// Null when no call says.
    pub(crate) output_tokens: Option<i64>,
    /// US dollars, over the calls with a known cost; null when none has one.
    pub(crate) cost_usd: Option<f64>,
    /// Model calls without a known cost.
    pub(crate) unpriced_calls: i64,
    /// Services that took part.
    pub(crate) services: Vec<String>,
}

/// One conversation. A trace that names several conversations counts in each.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// Its id, as spans name it (`session.id`).
    pub(crate) session_id: String,
    /// Name of the first trace's root.
    pub(crate) first_root_name: String,
    /// Users of the traces.
    pub(crate) users: Vec<String>,
    #[serde(flatten)]
    pub(crate) numbers: GroupNumbers,
}

/// One user. A trace that names several users counts for each.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    pub(crate) user_id: String,
    /// Conversations of the user's traces.
    pub(crate) session_count: i64,
    #[serde(flatten)]
    pub(crate) numbers: GroupNumbers,
}

/// A conversation with its traces.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationDetail {
    #[serde(flatten)]
    pub(crate) conversation: Conversation,
    /// Oldest first.
    pub(crate) traces: Vec<Turn>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

/// One trace of a conversation and what was said in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Turn {
    #[serde(flatten)]
    pub(crate) trace: Trace,
    /// What the user said last before the trace's first model call, or the root's input; at most 4,000 characters.
    pub(crate) first_user_text: Option<String>,
    /// What the trace's last model call answered, or the root's output; at most 4,000 characters.
    pub(crate) last_answer_text: Option<String>,
}

impl From<TraceGroup> for Conversation {
    fn from(mut group: TraceGroup) -> Self {
        let (session_id, users) = (std::mem::take(&mut group.id), std::mem::take(&mut group.users));
        let first_root_name = std::mem::take(&mut group.first_root_name);
        Self { session_id, first_root_name, users, numbers: group.into() }
    }
}

impl From<TraceGroup> for User {
    fn from(mut group: TraceGroup) -> Self {
        let user_id = std::mem::take(&mut group.id);
        Self { user_id, session_count: group.session_count, numbers: group.into() }
    }
}

impl From<TraceGroup> for GroupNumbers {
    fn from(group: TraceGroup) -> Self {
        Self {
            first_start_time: rfc3339_nanos(group.first_start_unix_nano),
            last_start_time: rfc3339_nanos(group.last_start_unix_nano),
            end_time: rfc3339_nanos(group.end_unix_nano),
            trace_count: group.trace_count,
            span_count: group.span_count,
            error_count: group.error_count,
            llm_call_count: group.llm_call_count,
            input_tokens: group.input_tokens,
            output_tokens: group.output_tokens,
            cost_usd: group.cost_usd,
            unpriced_calls: group.unpriced_calls,
            services: group.services,
        }
    }
}
