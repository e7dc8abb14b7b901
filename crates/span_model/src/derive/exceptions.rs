//! Exceptions on a span: old Junjo SDKs and context managers record the same one twice.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::otlp::value::{Event, KeyValue, Span};
use crate::scalar;

/// Up to this many exceptions are compared pair by pair.
const PAIRWISE_MAX: usize = 8;

/// One `exception` event, borrowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Exception<'s> {
    /// `exception.type`; empty when it has none.
    pub kind: &'s str,
    /// `exception.message`; empty when it has none.
    pub message: &'s str,
}

impl<'s> Exception<'s> {
    /// The exception in `event`, when it is one.
    pub fn of(event: &'s Event<'_>) -> Option<Self> {
        if event.name != EXCEPTION_EVENT {
            return None;
        }
        Some(Self { kind: text(event, "exception.type"), message: text(event, "exception.message") })
    }
}

/// Name of the span event that is an exception.
pub(crate) const EXCEPTION_EVENT: &str = "exception";

/// Whether a log record with these attributes is an exception, whatever its event is called: conventions name some after
/// what failed, and loggers give them no name.
pub(crate) fn is_exception(attributes: &[KeyValue<'_>]) -> bool {
    attributes.iter().any(|pair| pair.key == "exception.type" || pair.key == "exception.message")
}

/// How many different exceptions (by type and message) the span has.
pub(super) fn count(span: &Span<'_>) -> u32 {
    let exceptions = || span.events.iter().filter_map(Exception::of);
    let all = exceptions().count();
    if all <= 1 {
        return all as u32;
    }
    if all > PAIRWISE_MAX {
        return exceptions().collect::<HashSet<_>>().len() as u32;
    }
    let is_first = |(index, exception): &(usize, Exception<'_>)| {
        exceptions().take(*index).all(|other| other != *exception)
    };
    exceptions().enumerate().filter(is_first).count() as u32
}

/// The type of the first exception that has one.
pub(super) fn first_type<'a>(span: &Span<'a>) -> Option<Cow<'a, str>> {
    let exceptions = span.events.iter().filter(|event| event.name == EXCEPTION_EVENT);
    let mut types =
        exceptions.flat_map(|event| event.attributes.iter().filter(|pair| pair.key == "exception.type"));
    types.find_map(|pair| scalar::text(&pair.value))
}

fn text<'s>(event: &'s Event<'_>, key: &str) -> &'s str {
    event
        .attributes
        .iter()
        .find(|pair| pair.key == key)
        .and_then(|pair| scalar::str(&pair.value))
        .unwrap_or_default()
}
