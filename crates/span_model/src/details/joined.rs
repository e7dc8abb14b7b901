//! A span together with its log records: GenAI events and exceptions that were sent as records stand where span events
//! would.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::messages::DETAILS_EVENT;
use crate::derive::exceptions::{EXCEPTION_EVENT, is_exception};
use crate::derive::hints::event_name;
use crate::json_lenient::read_or_text;
use crate::otlp::value::{Event, KeyValue, LogRecord, Span, Value};

/// `span` with what its records say: events for those that are events, and the attributes of an inference's record
/// before the span's own, so that the span's win.
pub(super) fn join<'a>(span: &Span<'a>, logs: &[LogRecord<'a>]) -> Span<'a> {
    let mut joined = span.clone();
    for record in logs {
        let name = match event_name(record) {
            Some(name) if name.starts_with("gen_ai.") && !name.ends_with(".exception") => Some(name),
            _ if is_exception(&record.attributes) => Some(Cow::Borrowed(EXCEPTION_EVENT)),
            name => name,
        };
        let Some(name) = name else { continue };
        if name == DETAILS_EVENT {
            joined.attributes.splice(0..0, record.attributes.iter().cloned());
        }
        joined.events.push(event(name, record));
    }
    joined
}

/// The record as the span event that an older instrumentation would have written: the members of its body are
/// attributes there.
fn event<'a>(name: Cow<'a, str>, record: &LogRecord<'a>) -> Event<'a> {
    let mut attributes = record.attributes.clone();
    match &record.body {
        Value::Map(members) => attributes.extend(members.iter().cloned()),
        Value::String(text) => match read_or_text(text).json {
            Json::Object(members) => attributes.extend(
                members
                    .into_iter()
                    .map(|(key, json)| KeyValue { key: Cow::Owned(key), value: owned_value(json) }),
            ),
            _ if !text.is_empty() => {
                attributes.push(KeyValue { key: "content".into(), value: record.body.clone() });
            }
            _ => {}
        },
        _ => {}
    }
    let time = if record.time_unix_nano > 0 { record.time_unix_nano } else { record.observed_time_unix_nano };
    Event {
        name,
        time_unix_nano: time,
        attributes,
        dropped_attributes_count: record.dropped_attributes_count,
    }
}

fn owned_value(json: Json) -> Value<'static> {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        Json::String(text) => Value::String(Cow::Owned(text)),
        Json::Array(items) => Value::Array(items.into_iter().map(owned_value).collect()),
        Json::Object(members) => Value::Map(
            members
                .into_iter()
                .map(|(key, json)| KeyValue { key: Cow::Owned(key), value: owned_value(json) })
                .collect(),
        ),
    }
}
