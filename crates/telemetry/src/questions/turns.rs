//! What was said in a trace: the user's words that it answers, and its answer.

use std::collections::HashMap;

use junjo_span_model::TraceId;
use junjo_span_model::details::{Details, Message, PartKind};
use junjo_span_store::{Place, SpanStore, TraceRow, WholeSpan};
use serde_json::Value;

use super::spans::SPAN_LOGS_MAX;
use crate::error::TelemetryResult;

/// Traces whose words are read at a time.
const TRACES_AT_ONCE: usize = 8;

/// Longest text of one side in a list of turns; the trace has the whole.
const TURN_CHARS_MAX: usize = 4_000;

/// Both sides of one trace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) user: Option<String>,
    pub(crate) answer: Option<String>,
}

/// Text that is read for the words of one page of traces.
const TURNS_BYTES_MAX: usize = 64 << 20;

/// The words of the first of `traces`, of as many as may be read, and of one in any case. Two spans of a trace are read at most:
/// its first and its last model call, or its root.
pub(crate) async fn turns(store: &SpanStore, traces: &[TraceRow]) -> TelemetryResult<Vec<Words>> {
    let ends = store.conversation_ends(traces).await?;
    let (mut words, mut bytes) = (Vec::with_capacity(traces.len()), 0);
    for chunk in traces.chunks(TRACES_AT_ONCE) {
        let mut places: Vec<Place> = Vec::with_capacity(2 * chunk.len());
        for ends in chunk.iter().filter_map(|trace| ends.get(&trace.trace_id)) {
            places.extend([ends.first, ends.last]);
        }
        places.dedup();
        let mut said: HashMap<TraceId, Words> = HashMap::new();
        while !places.is_empty() {
            // given back when the words have been taken out
            let (reads, _reading) = store.for_question();
            let read = reads.whole_spans(places.clone(), reads.page_bytes()).await?;
            places.drain(..read.len());
            for span in read.iter().flatten() {
                let Some(ends) = ends.get(&span.row.trace_id) else { continue };
                bytes += span.text_bytes();
                let said = said.entry(span.row.trace_id).or_default();
                let details = derived_with_logs(&reads, span).await?;
                if span.row.place == ends.first {
                    said.user = user_text(&details).map(shortened);
                }
                if span.row.place == ends.last {
                    said.answer = answer_text(&details).map(shortened);
                }
            }
        }
        words.extend(chunk.iter().map(|trace| said.remove(&trace.trace_id).unwrap_or_default()));
        if bytes >= TURNS_BYTES_MAX {
            break;
        }
    }
    Ok(words)
}

/// What the span says, and where it is silent, what its log records say.
async fn derived_with_logs(store: &SpanStore, span: &WholeSpan) -> TelemetryResult<Details> {
    let parsed = span.parsed();
    let details = parsed.details(&[]);
    if !span.row.is_model_call || !(details.input_messages.is_empty() || details.output_messages.is_empty()) {
        return Ok(details);
    }
    let logs = store.span_logs(span.row.trace_id, span.row.span_id, SPAN_LOGS_MAX).await?;
    Ok(parsed.details(&logs))
}

/// The user's last message of the input: what came before it belongs to earlier turns.
fn user_text(details: &Details) -> Option<String> {
    let messages = details.input_messages.iter();
    messages
        .rev()
        .filter(|message| message.role == "user")
        .find_map(text_of)
        .or_else(|| plain(&details.input))
}

/// The last message of the output that has text.
fn answer_text(details: &Details) -> Option<String> {
    details.output_messages.iter().rev().find_map(text_of).or_else(|| plain(&details.output))
}

fn text_of(message: &Message) -> Option<String> {
    let texts: Vec<&str> = message
        .parts
        .iter()
        .filter_map(|part| match &part.kind {
            PartKind::Text { content, .. } => Some(content.trim()),
            _ => None,
        })
        .filter(|text| !text.is_empty())
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// Input or output that is no conversation: a text as it is, anything else as JSON.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(TURN_CHARS_MAX) {
        None => text,
        Some((at, _)) => text[..at].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a text at the limit and one character longer, of two-byte characters. Guarantee: cut between characters.
    #[test]
    fn shortened_cuts_between_characters() {
        let fits = "é".repeat(TURN_CHARS_MAX);
        assert_eq!(shortened(fits.clone()), fits);
        assert_eq!(shortened(fits.clone() + "é"), fits);
    }

    /// Scenario: input that is no conversation. Guarantee: a text stays as it is, nothing stays nothing.
    #[test]
    fn plain_keeps_texts() {
        assert_eq!(plain(&Value::Null), None);
        assert_eq!(plain(&Value::String("hi".to_owned())).as_deref(), Some("hi"));
        assert_eq!(plain(&serde_json::json!({"a": 1})).as_deref(), Some(r#"{"a":1}"#));
    }
}
