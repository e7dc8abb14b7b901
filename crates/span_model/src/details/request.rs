//! The request's parameters, and how the answer came back.

use chrono::DateTime;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::attributes::{Attributes, json_of, parsed, text_of};
use super::messages::Message;
use crate::dialects::{Field, keys};
use crate::otlp::value::Span;

/// Members of request objects that are no parameters, for they are shown elsewhere.
const NO_PARAMETERS: &[&str] = &["model", "messages", "input", "prompt", "tools", "instructions"];

/// How a streamed answer came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Streaming {
    /// Whether the answer was streamed, when the client says so.
    pub is_streaming: Option<bool>,
    /// Nanoseconds from the span's start to the first piece of the answer.
    pub time_to_first_chunk_nanos: Option<i64>,
}

/// The model that was asked.
pub(super) fn model(attributes: &Attributes<'_, '_>) -> Option<String> {
    attributes.text(keys(Field::RequestModel)).or_else(|| {
        let parameters = attributes.json(keys(Field::InvocationParameters))?;
        text_of(parameters.get("model")?)
    })
}

/// Request parameters by their OpenTelemetry name; other dialects only add what is missing.
pub(super) fn parameters(attributes: &Attributes<'_, '_>) -> Map<String, Json> {
    let mut parameters = Map::new();
    for prefix in keys(Field::ParameterPrefix) {
        for (name, value) in attributes.with_prefix(prefix) {
            add(&mut parameters, &snake_case(name), json_of(value));
        }
    }
    for key in keys(Field::ParameterObject) {
        if let Some(Json::Object(object)) = attributes.get(key).map(parsed) {
            for (name, value) in object {
                add(&mut parameters, &name, value);
            }
        }
    }
    parameters
}

fn add(parameters: &mut Map<String, Json>, name: &str, value: Json) {
    if !NO_PARAMETERS.contains(&name) && !value.is_null() && !parameters.contains_key(name) {
        parameters.insert(name.to_owned(), value);
    }
}

/// `maxOutputTokens` as `max_tokens`, `topP` as `top_p`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    if snake == "max_output_tokens" { "max_tokens".to_owned() } else { snake }
}

/// Why the model stopped, in OpenTelemetry's spelling, one a choice.
pub(super) fn finish_reasons(attributes: &Attributes<'_, '_>, output: &[Message]) -> Vec<String> {
    let reasons = attributes.texts(keys(Field::FinishReasons));
    let reasons = if reasons.is_empty() {
        output.iter().filter_map(|message| message.finish_reason.clone()).collect()
    } else {
        reasons
    };
    reasons.iter().map(|reason| usual_reason(reason)).collect()
}

/// `tool-calls` of Vercel, `FinishReason.TOOL_CALLS` of an enum's name, `STOP` of Google as OpenTelemetry has them.
fn usual_reason(reason: &str) -> String {
    let name = reason.rsplit_once("FinishReason.").map_or(reason, |(_, name)| name);
    let is_constant = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let reason = if is_constant { name.to_ascii_lowercase() } else { name.to_owned() };
    match reason.as_str() {
        "tool_call" | "tool-calls" | "tool-call" => "tool_calls".to_owned(),
        "content-filter" => "content_filter".to_owned(),
        _ => reason,
    }
}

/// Whether and how fast the answer was streamed.
pub(super) fn streaming(
    attributes: &Attributes<'_, '_>,
    parameters: &Map<String, Json>,
    span: &Span<'_>,
) -> Streaming {
    let event = |names: &[&str]| span.events.iter().find(|event| names.contains(&event.name.as_ref()));
    let chunk = event(keys(Field::ChunkEvent));
    // SDKs drop the oldest events first, and a later piece says nothing about the first
    let first_chunk =
        event(keys(Field::FirstChunkEvent)).or_else(|| chunk.filter(|_| span.dropped_events_count == 0));
    let time_to_first_chunk_nanos = attributes
        .float(keys(Field::FirstChunkSeconds))
        .map(|seconds| nanos(seconds * 1e9))
        .or_else(|| attributes.float(keys(Field::FirstChunkMillis)).map(|millis| nanos(millis * 1e6)))
        .or_else(|| since_start(span, first_chunk?.time_unix_nano))
        .or_else(|| {
            let time = text_of(&attributes.json(keys(Field::FirstChunkTime))?)?;
            since_start(span, unix_nanos(&time)?)
        });
    let is_streaming = attributes
        .flag(keys(Field::IsStreaming))
        .or_else(|| parameters.get("stream").and_then(Json::as_bool))
        .or((time_to_first_chunk_nanos.is_some() || chunk.is_some()).then_some(true));
    Streaming { is_streaming, time_to_first_chunk_nanos }
}

/// `None` for a moment before the start: two clocks that disagree measure nothing.
fn since_start(span: &Span<'_>, unix_nanos: u64) -> Option<i64> {
    i64::try_from(unix_nanos.checked_sub(span.start_time_unix_nano)?).ok()
}

/// The moment, in nanoseconds since 1970, of `2025-10-10T10:00:00.123Z` and of the same with an offset.
fn unix_nanos(rfc3339: &str) -> Option<u64> {
    let time = DateTime::parse_from_rfc3339(rfc3339).ok()?;
    time.timestamp_nanos_opt()?.try_into().ok()
}

/// A duration that is not negative; `as` saturates.
fn nanos(nanos: f64) -> i64 {
    nanos.max(0.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: times as clients write them, and texts that are none. Guarantee: exact, or nothing.
    #[test]
    fn unix_nanos_is_exact_or_none() {
        let base = 1_760_090_400 * 1_000_000_000;
        for (text, time) in [
            ("2025-10-10T10:00:00Z", Some(base)),
            ("2025-10-10 10:00:00.123Z", Some(base + 123_000_000)),
            ("2025-10-10T12:00:00.000000001+02:00", Some(base + 1)),
            ("2025-10-10T09:30:00.1234567891-00:30", Some(base + 123_456_789)),
            ("2025-10-10T10:00:00", None),
            ("2025-13-10T10:00:00Z", None),
            ("2025-02-30T10:00:00Z", None),
            ("1960-01-01T00:00:00Z", None),
            ("2025-10-10T10:00:00.é+00:00", None),
            ("Z", None),
            ("T-", None),
        ] {
            assert_eq!(unix_nanos(text), time, "{text}");
        }
    }
}
