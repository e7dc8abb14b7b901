//! What was said in a trace: the user's words that it answers, and its answer.

use std::collections::HashMap;

use junjo_span_model::TraceId;
use junjo_span_model::details::{Details, Message, PartKind};
use junjo_span_store::{SpanStore, TraceRow, WholeSpan};
use serde_json::Value;

use super::spans::SPAN_LOGS_MAX;
use crate::error::TelemetryResult;

/// Longest text of one side in a list of turns; the trace has the whole.
const TURN_CHARS_MAX: usize = 4_000;

/// Both sides of one trace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) user: Option<String>,
    pub(crate) answer: Option<String>,
}

/// The words of each trace. Two spans of a trace are read at most: its first and its last model call, or its root.
pub(crate) async fn turns(
    store: &SpanStore,
    traces: &[TraceRow],
) -> TelemetryResult<HashMap<TraceId, Words>> {
    let ends = store.conversation_ends(traces).await?;
    let places = ends.values().flat_map(|ends| [ends.first, ends.last]).collect();
    let whole = store.whole_spans(places).await?;
    let mut words: HashMap<TraceId, Words> = HashMap::new();
    for span in &whole {
        let Some(ends) = ends.get(&span.row.trace_id) else { continue };
        let said = words.entry(span.row.trace_id).or_default();
        let details = derived_with_logs(store, span).await?;
        if span.row.place == ends.first {
            said.user = user_text(&details).map(shortened);
        }
        if span.row.place == ends.last {
            said.answer = answer_text(&details).map(shortened);
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
