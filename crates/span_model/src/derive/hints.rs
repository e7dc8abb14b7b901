//! The promoted fields of a log record, and what it says about the span that it belongs to.
//!
//! Some instrumentations tell role, model or tokens only in GenAI events, which are log records. What a record says
//! never replaces what the span says itself; it only stands in where the span is silent.

use std::borrow::Cow;

use super::exceptions::is_exception;
use super::prices::{CallFacts, PriceTable};
use super::{Promoted, clamp_nanos, role_words, service_name, session_id, usage, vendor};
use crate::dialects::{Field, Sender, Slots, keys};
use crate::otlp::value::{LogRecord, Resource, Value};
use crate::role::Role;
use crate::scalar;
use crate::status::SpanStatus;

/// Longest body that is taken for the name of an event.
const EVENT_NAME_BYTES_MAX: usize = 128;

/// Highest severity number that OTLP defines (FATAL4).
const SEVERITY_MAX: u8 = 24;

/// One log record's promoted fields.
#[derive(Debug, Clone, PartialEq)]
pub struct PromotedLog<'a> {
    /// `service.name`, or [`super::UNKNOWN_SERVICE`].
    pub service: Cow<'a, str>,
    /// When it happened, else when it was observed, clamped to `0..=i64::MAX`; `None` when the client said neither.
    pub time_unix_nano: Option<i64>,
    /// OTLP severity number, 1 to 24; 0 when unspecified or unknown.
    pub severity: u8,
    /// Name of the event; `None` for a plain record.
    pub event_name: Option<Cow<'a, str>>,
    /// What it says about its span; `None` for a record that is neither a GenAI event nor an exception.
    pub hints: Option<SpanHints<'a>>,
}

/// What a log record says about its span.
#[expect(missing_docs, reason = "the fields are those of `Promoted`, described there")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpanHints<'a> {
    pub role: Option<Role>,
    pub provider: Option<Cow<'a, str>>,
    pub model: Option<Cow<'a, str>>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cached_input_tokens: Option<i64>,
    pub cache_write_tokens: Option<i64>,
    pub reasoning_tokens: Option<i64>,
    pub session_id: Option<Cow<'a, str>>,
    pub user_id: Option<Cow<'a, str>>,
    /// Class of the exception that the record is; `_OTHER` for one without.
    pub error_type: Option<Cow<'a, str>>,
}

/// Reads the promoted fields of `record`. The body is not looked into.
pub fn promote_log<'a>(resource: &Resource<'a>, record: &LogRecord<'a>) -> PromotedLog<'a> {
    let event_name = event_name(record);
    let time = [record.time_unix_nano, record.observed_time_unix_nano].into_iter().find(|time| *time > 0);
    PromotedLog {
        service: service_name(resource),
        time_unix_nano: time.map(clamp_nanos),
        severity: u8::try_from(record.severity_number).ok().filter(|n| *n <= SEVERITY_MAX).unwrap_or(0),
        hints: hints(record, event_name.as_deref()),
        event_name,
    }
}

/// The event's name: OTLP's field, the attribute of older SDKs, or a body that is nothing but a name.
///
/// Rust's `tracing` fills the field with the place in the source code (`event src/main.rs:42`), which names no event, and
/// Claude Code says the whole name in the body only (`claude_code.api_request`, `api_request` in the attribute).
pub(crate) fn event_name<'a>(record: &LogRecord<'a>) -> Option<Cow<'a, str>> {
    let field = Some(&record.event_name).filter(|name| !name.is_empty());
    if let Some(name) = field.filter(|name| !is_source_line(name)) {
        return Some(name.clone());
    }
    let attribute = record.attributes.iter().rfind(|pair| pair.key == "event.name");
    let attribute = attribute.and_then(|pair| scalar::text(&pair.value));
    let body = match &record.body {
        Value::String(text) if is_name(text) => Some(text),
        _ => None,
    };
    match (attribute, body) {
        (Some(short), Some(body)) if body.strip_suffix(&*short).is_some_and(|start| start.ends_with('.')) => {
            Some(body.clone())
        }
        (Some(name), _) => Some(name),
        (None, Some(body)) if is_known(body) => Some(body.clone()),
        (None, _) => field.cloned(),
    }
}

/// `event crates/core/src/session.rs:968`.
fn is_source_line(name: &str) -> bool {
    let line = name.rsplit_once(':').map(|(_, line)| line);
    name.starts_with("event ") && line.is_some_and(|line| line.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Words of letters, digits and underscores with dots between them, as names of events are.
fn is_name(text: &str) -> bool {
    text.len() <= EVENT_NAME_BYTES_MAX
        && text.contains('.')
        && text.split('.').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
}

/// Whether the name is in a namespace of known events: a body alone may be any text.
fn is_known(name: &str) -> bool {
    keys(Field::EventNamespace).iter().any(|start| name.starts_with(start))
}

/// What a GenAI event or an exception says; other events and plain records may speak of sessions and models, but not of
/// their span's.
fn hints<'a>(record: &LogRecord<'a>, event_name: Option<&str>) -> Option<SpanHints<'a>> {
    let event_name = event_name.unwrap_or_default();
    let is_gen_ai = |name: &str| name.starts_with("gen_ai.");
    let error_type = is_exception(&record.attributes).then(|| {
        let kind = record.attributes.iter().rfind(|pair| pair.key == "exception.type");
        kind.and_then(|pair| scalar::text(&pair.value)).unwrap_or(Cow::Borrowed("_OTHER"))
    });
    let is_event = !event_name.is_empty()
        && (is_gen_ai(event_name) || record.attributes.iter().any(|pair| is_gen_ai(&pair.key)));
    if !is_event {
        return error_type.is_some().then(|| SpanHints { error_type, ..SpanHints::default() });
    }
    let slots = Slots::collect(&record.attributes, Sender { scope: "", name: event_name });
    let model = slots.text(Field::Model);
    let provider = vendor::of(&slots, model.as_deref());
    let counts = usage::of(&slots, provider.as_deref());
    let hints = SpanHints {
        role: role_words::role_of_log(&slots, event_name),
        provider,
        model,
        input_tokens: counts.input,
        output_tokens: counts.output,
        cached_input_tokens: counts.cached,
        cache_write_tokens: counts.cache_write,
        reasoning_tokens: counts.reasoning,
        session_id: session_id(&slots),
        user_id: slots.text(Field::UserId),
        error_type,
    };
    (hints != SpanHints::default()).then_some(hints)
}

impl<'a> SpanHints<'a> {
    /// Fills what `promoted` leaves open, then its cost when that became known.
    pub fn complete(&self, promoted: &mut Promoted<'a>, prices: &PriceTable) {
        promoted.role = promoted.role.or(self.role);
        promoted.is_model_call = promoted.role.is_some_and(Role::is_model_call);
        for (own, hint) in [
            (&mut promoted.provider, &self.provider),
            (&mut promoted.model, &self.model),
            (&mut promoted.session_id, &self.session_id),
            (&mut promoted.user_id, &self.user_id),
        ] {
            if own.is_none() {
                own.clone_from(hint);
            }
        }
        for (own, hint) in [
            (&mut promoted.input_tokens, self.input_tokens),
            (&mut promoted.output_tokens, self.output_tokens),
            (&mut promoted.cached_input_tokens, self.cached_input_tokens),
            (&mut promoted.cache_write_tokens, self.cache_write_tokens),
            (&mut promoted.reasoning_tokens, self.reasoning_tokens),
        ] {
            *own = own.or(hint);
        }
        if promoted.status == SpanStatus::Error && promoted.error_type.is_none() {
            promoted.error_type.clone_from(&self.error_type);
        }
        if self.error_type.is_some() {
            promoted.exception_count = promoted.exception_count.max(1);
        }
        if promoted.cost_usd.is_none() {
            promoted.cost_usd = prices.cost_of(&promoted.call_facts());
            promoted.cost_source = promoted.cost_usd.map(|_| Cow::Owned(prices.source().to_owned()));
        }
    }
}

impl Promoted<'_> {
    fn call_facts(&self) -> CallFacts<'_> {
        CallFacts {
            role: self.role,
            provider: self.provider.as_deref(),
            model: self.model.as_deref(),
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            cached_input_tokens: self.cached_input_tokens,
            cache_write_tokens: self.cache_write_tokens,
            reasoning_tokens: self.reasoning_tokens,
            audio_input_tokens: None,
            audio_output_tokens: None,
            start_unix_nano: self.start_unix_nano,
        }
    }
}
