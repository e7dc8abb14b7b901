//! The promoted fields of a span: what lists, filters and charts use, read from the vocabularies clients speak.

pub mod prices;
pub mod role;

use std::borrow::Cow;

use prices::PriceTable;
use role::Role;

use crate::otlp::value::{Resource, Scope, Span};

/// Raised whenever [`promote`] gives another answer for the same span, so that stored rows can be derived again.
pub const DERIVE_VERSION: u32 = 1;

/// Name of a service whose resource has none.
pub const UNKNOWN_SERVICE: &str = "unknown_service";

/// OTLP's span status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Status {
    /// Not set: neither a failure nor a confirmed success.
    #[default]
    Unset = 0,
    /// Marked as a success.
    Ok = 1,
    /// Failed.
    Error = 2,
}

/// One span's promoted fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Promoted<'a> {
    /// `service.name`, or [`UNKNOWN_SERVICE`].
    pub service: Cow<'a, str>,
    /// Name of the span.
    pub name: Cow<'a, str>,
    /// OTLP span kind, 0 when the client sent an unknown one.
    pub kind: u8,
    /// Span status.
    pub status: Status,
    /// Start, clamped to `0..=i64::MAX`.
    pub start_unix_nanos: i64,
    /// Duration, saturating; 0 when the end lies before the start.
    pub duration_nanos: i64,
    /// What the span does, when a vocabulary says so.
    pub role: Option<Role>,
    /// Whether the span's usage counts in sums.
    pub is_model_call: bool,
    /// Provider, in OpenTelemetry's spelling.
    pub provider: Option<Cow<'a, str>>,
    /// Model that answered, else the one that was asked.
    pub model: Option<Cow<'a, str>>,
    /// Input tokens, cache reads and writes included.
    pub input_tokens: Option<i64>,
    /// Output tokens, reasoning included.
    pub output_tokens: Option<i64>,
    /// Input tokens that were read from the provider's cache.
    pub cached_input_tokens: Option<i64>,
    /// Input tokens that were written to the provider's cache.
    pub cache_write_tokens: Option<i64>,
    /// Output tokens spent on reasoning.
    pub reasoning_tokens: Option<i64>,
    /// Cost in US dollars; `None` when unknown, never a made-up 0.
    pub cost_usd: Option<f64>,
    /// `provider` or `table:<date>`.
    pub cost_source: Option<Cow<'a, str>>,
    /// Conversation that the span names.
    pub session_id: Option<Cow<'a, str>>,
    /// User that the span names.
    pub user_id: Option<Cow<'a, str>>,
    /// Class of the error.
    pub error_type: Option<Cow<'a, str>>,
    /// `junjo.span_type`.
    pub span_type: Option<Cow<'a, str>>,
    /// `junjo.executable_structural_id`.
    pub structural_id: Option<Cow<'a, str>>,
    /// `junjo.workflow.node.count`.
    pub node_count: Option<i32>,
    /// Agent that the span names.
    pub agent_name: Option<Cow<'a, str>>,
    /// Tool that the span names.
    pub tool_name: Option<Cow<'a, str>>,
    /// Events on the span.
    pub event_count: u32,
    /// Exceptions on the span, equal ones (type and message) counted once.
    pub exception_count: u32,
    /// Junjo `set_state` events on the span.
    pub state_event_count: u32,
    /// Links on the span.
    pub link_count: u32,
}

/// Reads the promoted fields of `span`; `prices` are used where the client sent no cost.
pub fn promote<'a>(
    resource: &Resource<'a>,
    scope: &Scope<'a>,
    span: &Span<'a>,
    prices: &PriceTable,
) -> Promoted<'a> {
    let _ = (resource, scope, prices);
    Promoted {
        service: Cow::Borrowed(UNKNOWN_SERVICE),
        name: span.name.clone(),
        kind: 0,
        status: Status::Unset,
        start_unix_nanos: 0,
        duration_nanos: 0,
        role: None,
        is_model_call: false,
        provider: None,
        model: None,
        input_tokens: None,
        output_tokens: None,
        cached_input_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        cost_source: None,
        session_id: None,
        user_id: None,
        error_type: None,
        span_type: None,
        structural_id: None,
        node_count: None,
        agent_name: None,
        tool_name: None,
        event_count: 0,
        exception_count: 0,
        state_event_count: 0,
        link_count: 0,
    }
}
