//! OTLP attributes and values, from the Rust types that the scenarios use.

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, any_value};

/// An OTLP attribute value.
pub(crate) struct Attribute(any_value::Value);

impl From<Attribute> for AnyValue {
    fn from(attribute: Attribute) -> Self {
        Self { value: Some(attribute.0) }
    }
}

/// One OTLP attribute.
pub(crate) fn attribute(key: &str, value: impl Into<Attribute>) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value.into().into()), ..Default::default() }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self(any_value::Value::StringValue(text.to_owned()))
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self(any_value::Value::StringValue(text))
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Self(any_value::Value::IntValue(number))
    }
}

impl From<f64> for Attribute {
    fn from(number: f64) -> Self {
        Self(any_value::Value::DoubleValue(number))
    }
}

impl From<bool> for Attribute {
    fn from(flag: bool) -> Self {
        Self(any_value::Value::BoolValue(flag))
    }
}

impl From<Vec<&str>> for Attribute {
    fn from(texts: Vec<&str>) -> Self {
        let values = texts.into_iter().map(|text| Self::from(text).into()).collect();
        Self(any_value::Value::ArrayValue(ArrayValue { values }))
    }
}
