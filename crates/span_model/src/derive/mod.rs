//! The promoted fields of a span: what lists, filters and charts use, read from the vocabularies clients speak.

mod cost;
pub(crate) mod exceptions;
mod failure;
pub mod hints;
pub mod prices;
mod role_words;
mod usage;
mod vendor;

use std::borrow::Cow;

use prices::{Call, PriceTable};
use serde_json::Value as Json;

use crate::dialects::{Field, Sender, Slots, keys};
use crate::otlp::value::{Resource, Scope, Span, Value};
use crate::role::Role;
use crate::scalar;
use crate::status::SpanStatus;

/// Raised whenever [`crate::promote`] gives another answer for the same span, so that stored rows can be derived again
/// (`junjo-server rederive`). 2: a pending span has no role. 3: Langfuse's counts
/// and costs may be decimal texts. 4: more senders' own words, every name of a count, the vendor's price behind a framework.
/// 5: namespace and version of the service; run id, agent key, outcome and correlation of Junjo's runs. 6: first words of what went in
/// and came out; kinds of failures.
pub const DERIVE_VERSION: u32 = 6;

/// Name of a service whose resource has none.
pub const UNKNOWN_SERVICE: &str = "unknown_service";

/// Highest span kind that OTLP defines (consumer).
const KIND_MAX: u8 = 5;

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
    pub status: SpanStatus,
    /// Start, clamped to `0..=i64::MAX`.
    pub start_unix_nano: i64,
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
    /// `service.namespace` of the resource.
    pub service_namespace: Option<Cow<'a, str>>,
    /// `service.version` of the resource.
    pub service_version: Option<Cow<'a, str>>,
    /// Id of one run of a Junjo executable.
    pub runtime_id: Option<Cow<'a, str>>,
    /// Key of the agent that ran.
    pub agent_key: Option<Cow<'a, str>>,
    /// How a Junjo run ended: `completed`, `failed` or `cancelled`.
    pub outcome: Option<Cow<'a, str>>,
    /// The application's word for what a Junjo run is correlated with.
    pub correlation_type: Option<Cow<'a, str>>,
    /// Id of what it is correlated with.
    pub correlation_id: Option<Cow<'a, str>>,
    /// First words of what went into a root or a model call; see [`crate::promote`].
    pub input_preview: Option<Cow<'a, str>>,
    /// First words of what came out of it.
    pub output_preview: Option<Cow<'a, str>>,
    /// What a failed span failed with, without what differs from one failure to the next.
    pub error_message: Option<Cow<'a, str>>,
    /// Equal for failures of one kind: 16 hexadecimal digits.
    pub error_fingerprint: Option<Cow<'a, str>>,
}

/// Reads the promoted fields of `span` but for its words, which `details/words.rs` adds; `prices` are used where the client sent no
/// cost.
///
/// One pass over the attributes; message bodies are not looked into.
pub(crate) fn promote_facts<'a>(
    resource: &Resource<'a>,
    scope: &Scope<'a>,
    span: &Span<'a>,
    prices: &PriceTable,
) -> Promoted<'a> {
    let slots = Slots::collect(&span.attributes, Sender { scope: &scope.name, name: &span.name });
    let role = role_words::role_of(&slots, scope, span);
    let status = SpanStatus::from_otlp(span.status_code);
    let start_unix_nano = clamp_nanos(span.start_time_unix_nano);
    let model = slots.text(Field::Model).or_else(|| asked_model(&slots, role));
    let provider = vendor::of(&slots, model.as_deref());
    let counts = usage::of(&slots, provider.as_deref());
    let call = Call {
        role,
        provider: provider.as_deref(),
        model: model.as_deref(),
        counts: &counts,
        unix_nanos: start_unix_nano,
    };
    let (cost_usd, cost_source) = cost::of(&slots, &call, prices).unzip();
    let (service, error_type) = (service_name(resource), error_type(&slots, status, span));
    let failed = (status == SpanStatus::Error).then(|| failure::of(&service, error_type.as_deref(), span));
    let (error_message, error_fingerprint) = failed.map(failure::Failure::parts).unzip();
    Promoted {
        service,
        name: span.name.clone(),
        kind: clamp_kind(span.kind),
        status,
        start_unix_nano,
        duration_nanos: clamp_nanos(span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano)),
        role,
        is_model_call: role.is_some_and(Role::is_model_call),
        input_tokens: counts.input,
        output_tokens: counts.output,
        cached_input_tokens: counts.cached,
        cache_write_tokens: counts.cache_write,
        reasoning_tokens: counts.reasoning,
        cost_usd,
        cost_source,
        session_id: session_id(&slots),
        user_id: slots.text(Field::UserId),
        error_type,
        span_type: slots.text(Field::SpanType),
        structural_id: slots.text(Field::StructuralId),
        node_count: node_count(&slots),
        agent_name: slots.text(Field::AgentName).or_else(|| entity_name(&slots, role, Role::Agent)),
        tool_name: slots.text(Field::ToolName).or_else(|| entity_name(&slots, role, Role::Tool)),
        event_count: saturate(span.events.len()),
        exception_count: exceptions::count(span),
        state_event_count: state_event_count(span),
        link_count: saturate(span.links.len()),
        service_namespace: resource_text(resource, "service.namespace"),
        service_version: resource_text(resource, "service.version"),
        runtime_id: slots.text(Field::RuntimeId),
        agent_key: slots.text(Field::AgentKey),
        outcome: outcome(&slots, status),
        correlation_type: slots.text(Field::CorrelationType),
        correlation_id: slots.text(Field::CorrelationId),
        input_preview: None,
        output_preview: None,
        error_message: error_message.map(Cow::Owned),
        error_fingerprint: error_fingerprint.map(Cow::Owned),
        provider,
        model,
    }
}

/// Nodes that a workflow says it has.
fn node_count(slots: &Slots<'_, '_>) -> Option<i32> {
    slots.count(Field::NodeCount).map(|count| i32::try_from(count).unwrap_or(i32::MAX))
}

/// Changes of state that the span told.
fn state_event_count(span: &Span<'_>) -> u32 {
    let is_change = |name: &str| keys(Field::StateEvent).contains(&name);
    saturate(span.events.iter().filter(|event| is_change(&event.name)).count())
}

/// `service.name`, or [`UNKNOWN_SERVICE`] when it is missing or empty.
fn service_name<'a>(resource: &Resource<'a>) -> Cow<'a, str> {
    resource_text(resource, "service.name").unwrap_or(Cow::Borrowed(UNKNOWN_SERVICE))
}

/// The last text of `key`.
fn resource_text<'a>(resource: &Resource<'a>, key: &str) -> Option<Cow<'a, str>> {
    let mut named = resource.attributes.iter().rev().filter(|pair| pair.key == key);
    named.find_map(|pair| scalar::text(&pair.value))
}

/// How a Junjo run ended; workflows say only whether they failed or were cancelled.
fn outcome<'a>(slots: &Slots<'_, 'a>, status: SpanStatus) -> Option<Cow<'a, str>> {
    if let Some(outcome) = slots.text(Field::RunOutcome) {
        return Some(outcome);
    }
    let span_type = slots.text(Field::SpanType)?;
    let ended = match slots.text(Field::RunCancelled).as_deref() {
        _ if !matches!(span_type.as_ref(), "workflow" | "subflow" | "agent") => return None,
        Some("true") => "cancelled",
        _ if status == SpanStatus::Error => "failed",
        _ => "completed",
    };
    Some(Cow::Borrowed(ended))
}

/// A failed call has no response to name the model, and OpenInference then leaves it in the request's parameters.
fn asked_model<'a>(slots: &Slots<'_, '_>, role: Option<Role>) -> Option<Cow<'a, str>> {
    role.filter(|role| role.is_model_call())?;
    let parameters = slots.get(Field::InvocationParameters).and_then(scalar::json_object)?;
    let model = parameters.get("model")?.as_str()?;
    (!model.is_empty()).then(|| Cow::Owned(model.to_owned()))
}

/// The conversation that the span names, at worst the turn that Junjo correlates.
fn session_id<'a>(slots: &Slots<'_, 'a>) -> Option<Cow<'a, str>> {
    slots
        .text(Field::SessionId)
        .or_else(|| slots.get(Field::Metadata).and_then(session_in_metadata))
        .or_else(|| slots.text(Field::CorrelationId))
}

/// `session_id`, `thread_id` or `conversation_id` in a metadata object, which is only parsed when its text has one of the words.
fn session_in_metadata<'a>(metadata: &Value<'_>) -> Option<Cow<'a, str>> {
    const NAMES: [&str; 3] = ["session_id", "thread_id", "conversation_id"];
    if scalar::str(metadata).is_some_and(|text| !NAMES.iter().any(|name| text.contains(name))) {
        return None;
    }
    let members = scalar::json_object(metadata)?;
    match NAMES.iter().find_map(|name| members.get(*name))? {
        Json::String(id) if !id.is_empty() => Some(Cow::Owned(id.clone())),
        Json::Number(id) => Some(Cow::Owned(id.to_string())),
        _ => None,
    }
}

/// `error.type`, else the class of the exception that a failed span recorded.
fn error_type<'a>(slots: &Slots<'_, 'a>, status: SpanStatus, span: &Span<'a>) -> Option<Cow<'a, str>> {
    let from_exception = || {
        if status == SpanStatus::Error { exceptions::first_type(span) } else { None }
    };
    slots.text(Field::ErrorType).or_else(from_exception)
}

/// Some dialects name agents and tools like any other entity.
fn entity_name<'a>(slots: &Slots<'_, 'a>, role: Option<Role>, wanted: Role) -> Option<Cow<'a, str>> {
    if role == Some(wanted) { slots.text(Field::EntityName) } else { None }
}

fn clamp_kind(kind: i32) -> u8 {
    u8::try_from(kind).ok().filter(|kind| *kind <= KIND_MAX).unwrap_or(0)
}

fn clamp_nanos(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
