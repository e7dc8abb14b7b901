//! The Go server's JSON as OTLP values. It wrote each value without its type, so some are ambiguous; what is assumed is
//! written beside each case.

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value};
use serde_json::{Map, Number, Value};

use crate::tally::Tally;

/// Largest integer that a 64-bit float holds exactly with all smaller ones.
const EXACT_MAX: u64 = 1 << 53;

/// The pairs of a JSON object, in its order.
pub(super) fn pairs(object: &Map<String, Value>, tally: &mut Tally) -> Vec<KeyValue> {
    object.iter().map(|(key, value)| pair(key, any(value, tally))).collect()
}

/// A pair.
pub(super) fn pair(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

/// A pair with a text.
pub(super) fn text(key: &str, value: &str) -> KeyValue {
    pair(key, any_value::Value::StringValue(value.to_owned()))
}

fn any(value: &Value, tally: &mut Tally) -> any_value::Value {
    match value {
        // an attribute without a value was dropped; only an empty array became null
        Value::Null => {
            tally.empty_arrays += 1;
            any_value::Value::ArrayValue(ArrayValue::default())
        }
        Value::Bool(value) => any_value::Value::BoolValue(*value),
        Value::Number(number) => self::number(number, tally),
        Value::String(text) => any_value::Value::StringValue(text.clone()),
        Value::Array(values) => {
            let values = values.iter().map(|value| AnyValue { value: Some(any(value, tally)) }).collect();
            any_value::Value::ArrayValue(ArrayValue { values })
        }
        Value::Object(object) => any_value::Value::KvlistValue(KeyValueList { values: pairs(object, tally) }),
    }
}

/// Whole numbers are integers: Go writes the double 5.0 as 5 as well.
fn number(number: &Number, tally: &mut Tally) -> any_value::Value {
    if let Some(integer) = number.as_i64() {
        if integer.unsigned_abs() > EXACT_MAX {
            tally.large_integers += 1;
        }
        return any_value::Value::IntValue(integer);
    }
    any_value::Value::DoubleValue(number.as_f64().unwrap_or(f64::NAN))
}

/// A count or time that is never negative; a rounded one may be written with an exponent.
pub(super) fn unsigned(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| {
        let float = value.as_f64()?;
        // casts of floats saturate
        (float >= 0.0 && float.is_finite()).then_some(float as u64)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Scenario: every kind of value that the file may have. Guarantee: its OTLP form, and what is in doubt counted.
    #[test]
    fn values_become_otlp() {
        let mut tally = Tally::default();
        let object = json!({
            "s": "x", "i": 5, "big": 9_007_199_254_740_993_i64, "d": 0.5, "huge": 18_446_744_073_709_551_615_u64,
            "b": true, "a": [1, "two"], "gone": null, "m": {"k": 1}
        });
        let pairs = pairs(object.as_object().unwrap(), &mut tally);
        let value = |key: &str| {
            pairs.iter().find(|pair| pair.key == key).unwrap().value.clone().unwrap().value.unwrap()
        };
        assert_eq!(value("s"), any_value::Value::StringValue("x".to_owned()));
        assert_eq!(value("i"), any_value::Value::IntValue(5));
        assert_eq!(value("big"), any_value::Value::IntValue(9_007_199_254_740_993));
        assert_eq!(value("d"), any_value::Value::DoubleValue(0.5));
        assert_eq!(value("huge"), any_value::Value::DoubleValue(18_446_744_073_709_551_615.0));
        assert_eq!(value("b"), any_value::Value::BoolValue(true));
        assert_eq!(value("gone"), any_value::Value::ArrayValue(ArrayValue::default()));
        assert!(matches!(value("a"), any_value::Value::ArrayValue(array) if array.values.len() == 2));
        assert!(matches!(value("m"), any_value::Value::KvlistValue(list) if list.values.len() == 1));
        assert_eq!((tally.large_integers, tally.empty_arrays), (1, 1));
    }

    /// Scenario: a time as an integer, rounded with an exponent, negative, and not a number. Guarantee: only the first two.
    #[test]
    fn unsigned_takes_rounded_times() {
        assert_eq!(unsigned(Some(&json!(1_763_689_836_343_000_123_u64))), Some(1_763_689_836_343_000_123));
        assert_eq!(unsigned(Some(&json!(1.5e18))), Some(1_500_000_000_000_000_000));
        assert_eq!(unsigned(Some(&json!(-1))), None);
        assert_eq!(unsigned(Some(&json!("1"))), None);
        assert_eq!(unsigned(None), None);
    }
}
