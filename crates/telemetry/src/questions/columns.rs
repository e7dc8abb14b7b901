//! Attributes of the roots of a page of traces.

use std::collections::HashMap;

use junjo_span_model::TraceId;
use junjo_span_store::{AttributeOwner, Field, Place, SpanStore, TraceRow, WholeSpan};
use serde_json::{Map, Value};

use crate::error::TelemetryResult;

/// Longest text of a column.
const COLUMN_CHARS_MAX: usize = 1_000;

/// The columns of each of `traces`; null where the root has no such attribute, or its payload is damaged or gone.
pub(crate) async fn columns(
    store: &SpanStore,
    traces: &[TraceRow],
    columns: &[Field],
) -> TelemetryResult<Vec<Map<String, Value>>> {
    let places = store.root_places(traces).await?;
    let mut left: Vec<(TraceId, Place)> = places.into_iter().collect();
    // in the order in which they lie on disk
    left.sort_unstable_by_key(|(_, place)| *place);
    let mut found: HashMap<TraceId, Map<String, Value>> = HashMap::new();
    while !left.is_empty() {
        // given back when the values have been taken out
        let (reads, _reading) = store.for_question();
        let wanted = left.iter().map(|(_, place)| *place).collect();
        let read = reads.whole_spans(wanted, reads.page_bytes()).await?;
        for ((trace_id, _), whole) in left.drain(..read.len()).zip(&read) {
            found.extend(whole.as_ref().map(|whole| (trace_id, values(whole, columns))));
        }
    }
    let none = || columns.iter().map(|column| (column.name(), Value::Null)).collect();
    Ok(traces.iter().map(|trace| found.remove(&trace.trace_id).unwrap_or_else(none)).collect())
}

fn values(whole: &WholeSpan, columns: &[Field]) -> Map<String, Value> {
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (own, resource) = (parse(&whole.attributes), parse(&whole.resource));
    let value = |column: &Field| match column {
        Field::Attribute { owner: AttributeOwner::Span, key } => own.get(key),
        Field::Attribute { owner: AttributeOwner::Resource, key } => resource.get("attributes")?.get(key),
        Field::Promoted(_) => None,
    };
    columns.iter().map(|column| (column.name(), shown(value(column)))).collect()
}

/// A scalar as it is, anything else as JSON; texts are cut.
fn shown(value: Option<&Value>) -> Value {
    match value {
        None => Value::Null,
        Some(Value::String(text)) => Value::String(cut(text)),
        Some(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value.clone(),
        Some(other) => Value::String(cut(&other.to_string())),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(COLUMN_CHARS_MAX) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Scenario: scalars, a list, a text over the limit, and nothing. Guarantee: values of the type that was sent, long ones cut
    /// between characters.
    #[test]
    fn shown_keeps_scalars_and_cuts_texts() {
        assert_eq!(shown(Some(&json!(3))), json!(3));
        assert_eq!(shown(Some(&json!(["a", 1]))), json!("[\"a\",1]"));
        assert_eq!(shown(None), Value::Null);
        let long = json!("é".repeat(COLUMN_CHARS_MAX + 1));
        assert_eq!(shown(Some(&long)), json!("é".repeat(COLUMN_CHARS_MAX) + "…"));
    }
}
