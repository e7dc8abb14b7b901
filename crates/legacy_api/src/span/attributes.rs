//! Attributes as JSON: bytes in hex as the Go server writes them, everything else as OTLP said it.

use std::collections::BTreeMap;

use junjo_span_model::{KeyValue, Value as Otlp};
use serde_json::{Number, Value};

/// Attributes by key. One without a value is left out; of one that repeats the last value counts.
pub(super) fn json_of(attributes: &[KeyValue<'_>]) -> BTreeMap<String, Value> {
    let with_value = attributes.iter().filter(|attribute| attribute.value != Otlp::Empty);
    with_value.map(|attribute| (attribute.key.clone().into_owned(), value(&attribute.value))).collect()
}

/// The text of an attribute that is one.
pub(super) fn text<'a>(attributes: &'a [KeyValue<'_>], key: &str) -> Option<&'a str> {
    attributes.iter().rev().find(|attribute| attribute.key == key).and_then(|attribute| {
        if let Otlp::String(text) = &attribute.value { Some(text.as_ref()) } else { None }
    })
}

/// JSON text with the members of objects in order of their names.
pub(super) fn sorted(text: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    value.sort_all_objects();
    Some(value)
}

fn value(value: &Otlp<'_>) -> Value {
    match value {
        Otlp::Empty => Value::Null,
        Otlp::String(text) => Value::String(text.clone().into_owned()),
        Otlp::Bool(flag) => Value::Bool(*flag),
        Otlp::Int(number) => Value::Number((*number).into()),
        // JSON has no NaN and no infinities
        Otlp::Double(number) => {
            Number::from_f64(*number).map_or_else(|| Value::String(number.to_string()), Value::Number)
        }
        Otlp::Array(items) => Value::Array(items.iter().map(self::value).collect()),
        Otlp::Map(members) => Value::Object(json_of(members).into_iter().collect()),
        Otlp::Bytes(bytes) => Value::String(hex::encode(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pair<'a>(key: &'a str, value: Otlp<'a>) -> KeyValue<'a> {
        KeyValue { key: key.into(), value }
    }

    /// Scenario: every kind of value, nested, without one, and twice. Guarantee: nothing is lost but what says nothing.
    #[test]
    fn every_kind_of_value_has_a_form() {
        let attributes = [
            pair("int", Otlp::Int(i64::MAX)),
            pair("bytes", Otlp::Bytes(&[0xde, 0x01])),
            pair("none", Otlp::Empty),
            pair("nan", Otlp::Double(f64::NAN)),
            pair(
                "list",
                Otlp::Array(vec![Otlp::Array(Vec::new()), Otlp::Map(vec![pair("a", Otlp::Int(1))])]),
            ),
            pair("twice", Otlp::Bool(false)),
            pair("twice", Otlp::Bool(true)),
        ];
        let expected = json!({
            "bytes": "de01", "int": i64::MAX, "list": [[], {"a": 1}], "nan": "NaN", "twice": true,
        });
        assert_eq!(json!(json_of(&attributes)), expected);
        assert_eq!(text(&attributes, "int"), None);
    }
}
