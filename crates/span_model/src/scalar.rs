//! Attribute values as texts, numbers and flags, whichever type the client chose for them.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::json_lenient::read;
use crate::otlp::value::Value;

/// Longest JSON text that is parsed for a few members; usage and cost objects have some hundred bytes.
const JSON_BYTES_MAX: usize = 16 * 1024;
/// Members of a map that are looked at for the same purpose.
const MEMBERS_MAX: usize = 256;

/// A non-empty text; numbers and booleans in their decimal or JSON spelling.
pub(crate) fn text<'a>(value: &Value<'a>) -> Option<Cow<'a, str>> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Int(int) => Some(Cow::Owned(int.to_string())),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Double(double) => Some(Cow::Owned(double.to_string())),
        _ => None,
    }
}

/// A text without converting anything else.
pub(crate) fn str<'s>(value: &'s Value<'_>) -> Option<&'s str> {
    if let Value::String(text) = value { Some(text) } else { None }
}

/// A whole number: an integer, a double (fraction dropped), or either as a decimal text. Saturates at 64 bits.
pub(crate) fn int(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        Value::Double(double) => int_of_float(*double),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(int_of_float))
        }
        _ => None,
    }
}

/// A count: a whole number that is not negative.
pub(crate) fn count(value: &Value<'_>) -> Option<i64> {
    int(value).filter(|count| *count >= 0)
}

/// A finite number, or one as a decimal text.
pub(crate) fn float(value: &Value<'_>) -> Option<f64> {
    let number = match value {
        Value::Int(int) => Some(*int as f64),
        Value::Double(double) => Some(*double),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// [`count`] of a member of a JSON object.
pub(crate) fn json_count(json: &Json) -> Option<i64> {
    let int = match json {
        Json::String(text) => return count(&Value::String(text.as_str().into())),
        number => number.as_i64().or_else(|| number.as_f64().and_then(int_of_float)),
    };
    int.filter(|count| *count >= 0)
}

/// [`float`] of a member of a JSON object.
pub(crate) fn json_float(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) => float(&Value::String(text.as_str().into())),
        number => number.as_f64().filter(|number| number.is_finite()),
    }
}

/// A flag, also as a text.
pub(crate) fn flag(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The members of the JSON object in a text of up to 16 KiB, or of a map; of a map only texts and numbers.
pub(crate) fn json_object(value: &Value<'_>) -> Option<Map<String, Json>> {
    match value {
        Value::String(text) if text.len() <= JSON_BYTES_MAX => match read(text)?.json {
            Json::Object(members) => Some(members),
            _ => None,
        },
        Value::Map(pairs) => {
            let members = pairs.iter().take(MEMBERS_MAX).filter_map(|pair| {
                let json = match &pair.value {
                    Value::String(text) => Json::from(text.as_ref()),
                    Value::Int(int) => Json::from(*int),
                    Value::Double(double) => Json::from(*double),
                    _ => return None,
                };
                Some((pair.key.to_string(), json))
            });
            Some(members.collect())
        }
        _ => None,
    }
}

fn int_of_float(double: f64) -> Option<i64> {
    // `as` saturates, so that only NaN and the infinities have no answer
    double.is_finite().then_some(double as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Value<'_> {
        Value::String(Cow::Borrowed(text))
    }

    /// Scenario: token counts in every type that clients use, and values that are none.
    /// Guarantee: whole numbers come out, saturated, and nothing is made up.
    #[test]
    fn int_of_any_type_is_exact_or_none() {
        for (value, expected) in [
            (Value::Int(7), Some(7)),
            (Value::Double(3.0), Some(3)),
            (Value::Double(3.9), Some(3)),
            (Value::Double(1e300), Some(i64::MAX)),
            (Value::Double(f64::NAN), None),
            (string("4"), Some(4)),
            (string(" 4.0 "), Some(4)),
            (string("9223372036854775807"), Some(i64::MAX)),
            (string("inf"), None),
            (string("many"), None),
            (string(""), None),
            (Value::Bool(true), None),
            (Value::Empty, None),
        ] {
            assert_eq!(int(&value), expected, "{value:?}");
        }
        assert_eq!(count(&Value::Int(-1)), None);
        assert_eq!(float(&string("0.25")), Some(0.25));
        assert_eq!(float(&string("nan")), None);
    }
}
