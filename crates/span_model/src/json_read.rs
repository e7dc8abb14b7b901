//! The way back from [`crate::json`]: attributes and events out of their JSON text, for spans read from the archive.
//!
//! Exact for everything that was written as [`crate::Fidelity::Exact`]; whatever else the JSON holds becomes the
//! nearest value, never an error.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::otlp::value::{Event, KeyValue, Resource, Scope, Value};

/// The attributes of `{"key": value, …}`; anything but an object has none.
pub fn attributes_from_json(json: &Json) -> Vec<KeyValue<'_>> {
    let Json::Object(members) = json else {
        return Vec::new();
    };
    members
        .iter()
        .map(|(key, value)| KeyValue { key: Cow::Borrowed(key), value: value_from_json(value) })
        .collect()
}

/// The events of `[{"name", "time_unix_nano", "attributes", "dropped_attributes_count"}, …]`.
pub fn events_from_json(json: &Json) -> Vec<Event<'_>> {
    let Json::Array(events) = json else {
        return Vec::new();
    };
    events
        .iter()
        .map(|event| Event {
            name: text(event, "name"),
            time_unix_nano: event["time_unix_nano"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0),
            attributes: attributes_from_json(&event["attributes"]),
            dropped_attributes_count: count(event),
        })
        .collect()
}

/// The resource of `{"attributes", "dropped_attributes_count", "schema_url"}`.
pub fn resource_from_json(json: &Json) -> Resource<'_> {
    Resource {
        attributes: attributes_from_json(&json["attributes"]),
        dropped_attributes_count: count(json),
        schema_url: text(json, "schema_url"),
    }
}

/// The scope of `{"name", "version", "attributes", "dropped_attributes_count", "schema_url"}`.
pub fn scope_from_json(json: &Json) -> Scope<'_> {
    Scope {
        name: text(json, "name"),
        version: text(json, "version"),
        attributes: attributes_from_json(&json["attributes"]),
        dropped_attributes_count: count(json),
        schema_url: text(json, "schema_url"),
    }
}

fn text<'a>(json: &'a Json, key: &str) -> Cow<'a, str> {
    Cow::Borrowed(json[key].as_str().unwrap_or_default())
}

fn count(json: &Json) -> u32 {
    json["dropped_attributes_count"].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}

/// One value, such as the body of a log record.
pub fn value_from_json(json: &Json) -> Value<'_> {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        Json::String(text) => Value::String(Cow::Borrowed(text)),
        Json::Array(values) => Value::Array(values.iter().map(value_from_json).collect()),
        Json::Object(_) => Value::Map(attributes_from_json(json)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Fidelity, attributes_json};

    /// Scenario: values of every exact kind are written and read back. Guarantee: they are what they were.
    #[test]
    fn attributes_survive_the_way_there_and_back() {
        let value = |value| KeyValue { key: Cow::Borrowed("k"), value };
        let nested =
            Value::Map(vec![value(Value::Int(i64::MIN)), KeyValue { key: "".into(), value: Value::Empty }]);
        for original in [
            Value::Empty,
            Value::Bool(true),
            Value::Int(i64::MAX),
            Value::Double(1.0),
            Value::Double(0.1),
            Value::Double(1e300),
            Value::String("é\0\u{1F680}\"\\".into()),
            Value::Array(vec![Value::Int(1), Value::String("x".into()), Value::Array(Vec::new())]),
            nested,
        ] {
            let attributes = vec![value(original)];
            let mut json = String::new();
            assert_eq!(attributes_json(&attributes, &mut json), Fidelity::Exact);
            let parsed: Json = serde_json::from_str(&json).unwrap();
            assert_eq!(attributes_from_json(&parsed), attributes, "{json}");
        }
    }

    /// Scenario: JSON of another shape than the writer's. Guarantee: empty values, no panic.
    #[test]
    fn odd_json_gives_empty_values() {
        for odd in ["null", "[1]", "{\"name\": 5, \"attributes\": []}", "\"x\""] {
            let json: Json = serde_json::from_str(odd).unwrap();
            assert!(events_from_json(&json).len() <= 1);
            assert!(resource_from_json(&json).attributes.is_empty());
            assert_eq!(scope_from_json(&json).name, "");
        }
    }
}
