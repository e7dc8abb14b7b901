//! What has to be true of rows, as SQL that index and scan share. Values are always parameters.

use std::borrow::Cow;

use duckdb::types::Value;

use super::expr::Fragment;
use super::time::TimeRange;

/// Conditions joined by AND, with their parameters in order.
#[derive(Clone, Default)]
pub(crate) struct Conditions {
    texts: Vec<Cow<'static, str>>,
    values: Vec<Value>,
}

impl Conditions {
    pub(crate) fn push(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = Value>,
    ) {
        self.texts.push(text.into());
        self.values.extend(values);
    }

    pub(crate) fn text(&mut self, text: &'static str, value: Option<&String>) {
        if let Some(value) = value {
            self.push(text, [Value::Text(value.clone())]);
        }
    }

    pub(crate) fn time(&mut self, range: TimeRange) {
        if let Some(from) = range.from_unix_nano {
            self.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
        }
        if let Some(to) = range.to_unix_nano {
            self.push("start_unix_nanos < ?", [Value::BigInt(to)]);
        }
    }

    /// The same and `text`, which has no parameters.
    pub(crate) fn and(&self, text: &'static str) -> Self {
        let mut texts = self.texts.clone();
        texts.push(text.into());
        Self { texts, values: self.values.clone() }
    }

    /// ` WHERE …`, or nothing.
    pub(crate) fn sql(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!(" WHERE {}", self.texts.join(" AND ")) }
    }

    pub(crate) fn values(&self) -> Vec<Value> {
        self.values.clone()
    }

    /// The conditions as one, `true` when there are none.
    pub(crate) fn into_fragment(self) -> Fragment {
        let text = if self.texts.is_empty() { "true".to_owned() } else { self.texts.join(" AND ") };
        Fragment { text, values: self.values }
    }
}
