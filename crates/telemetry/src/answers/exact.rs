//! Stored JSON as answers show it: numbers keep their exact value in a browser.

use serde_json::{Value, json};

/// Largest integer that every JSON reader keeps exact.
const EXACT_INT_MAX: u64 = 1 << 53;

/// Integers that a browser would round become `{"int": "…"}`.
pub(crate) fn large_ints_as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(int) if int.unsigned_abs() > EXACT_INT_MAX => json!({ "int": int.to_string() }),
            _ => Value::Number(number),
        },
        Value::Array(values) => Value::Array(values.into_iter().map(large_ints_as_text).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (key, large_ints_as_text(value))).collect())
        }
        other => other,
    }
}

/// Stored JSON text as a value; null where it does not parse.
pub(crate) fn parse_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
