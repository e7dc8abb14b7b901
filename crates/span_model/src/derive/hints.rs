//! The promoted fields of a log record, and what it says about the span that it belongs to.
//!
//! Some instrumentations tell role, model or tokens only in GenAI events, which are log records. What a record says
//! never replaces what the span says itself; it only stands in where the span is silent.

use std::borrow::Cow;

use super::prices::{CallFacts, PriceTable};
use super::role::Role;
use super::{Promoted, clamp_nanos, provider, role_words, scalar, service_name, session_id, usage};
use crate::dialects::{Field, Sender, Slots};
use crate::otlp::value::{LogRecord, Resource};

/// Highest severity number that OTLP defines (FATAL4).
const SEVERITY_MAX: u8 = 24;

/// One log record's promoted fields.
#[derive(Debug, Clone, PartialEq)]
pub struct PromotedLog<'a> {
    /// `service.name`, or [`super::UNKNOWN_SERVICE`].
    pub service: Cow<'a, str>,
    /// When it happened, else when it was observed, clamped to `0..=i64::MAX`; `None` when the client said neither.
    pub time_unix_nanos: Option<i64>,
    /// OTLP severity number, 1 to 24; 0 when unspecified or unknown.
    pub severity: u8,
    /// Name of the event; `None` for a plain record.
    pub event_name: Option<Cow<'a, str>>,
    /// What it says about its span; `None` for a record that is no GenAI event.
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
}

/// Reads the promoted fields of `record`. The body is not looked into.
pub fn promote_log<'a>(resource: &Resource<'a>, record: &LogRecord<'a>) -> PromotedLog<'a> {
    let event_name = event_name(record);
    let time = [record.time_unix_nano, record.observed_time_unix_nano].into_iter().find(|time| *time > 0);
    PromotedLog {
        service: service_name(resource),
        time_unix_nanos: time.map(clamp_nanos),
        severity: u8::try_from(record.severity_number).ok().filter(|n| *n <= SEVERITY_MAX).unwrap_or(0),
        hints: hints(record, event_name.as_deref()),
        event_name,
    }
}

/// The event's name, which older SDKs send as an attribute.
pub(crate) fn event_name<'a>(record: &LogRecord<'a>) -> Option<Cow<'a, str>> {
    if !record.event_name.is_empty() {
        return Some(record.event_name.clone());
    }
    let named = record.attributes.iter().rfind(|pair| pair.key == "event.name");
    named.and_then(|pair| scalar::text(&pair.value))
}

/// What a GenAI event says; other events and plain records may speak of sessions and models, but not of their span's.
fn hints<'a>(record: &LogRecord<'a>, event_name: Option<&str>) -> Option<SpanHints<'a>> {
    let event_name = event_name?;
    let is_gen_ai = |name: &str| name.starts_with("gen_ai.");
    if !is_gen_ai(event_name) && !record.attributes.iter().any(|pair| is_gen_ai(&pair.key)) {
        return None;
    }
    let slots = Slots::collect(&record.attributes, Sender { scope: "", name: event_name });
    let provider = slots.text(Field::Provider).map(provider::normalise);
    let counts = usage::of(&slots, provider.as_deref());
    let hints = SpanHints {
        role: role_words::role_of_log(&slots, event_name),
        provider,
        model: slots.text(Field::Model),
        input_tokens: counts.input,
        output_tokens: counts.output,
        cached_input_tokens: counts.cached,
        cache_write_tokens: counts.cache_write,
        reasoning_tokens: counts.reasoning,
        session_id: session_id(&slots),
        user_id: slots.text(Field::UserId),
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
            start_unix_nanos: self.start_unix_nanos,
        }
    }
}
