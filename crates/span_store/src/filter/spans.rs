//! Which spans.

use duckdb::types::Value;

use super::conditions::Conditions;
use super::expr::{Fragment, Relation, SpanExpr};
use super::text::text_in_span;
use super::time::TimeRange;

/// Which spans.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpanFilter {
    /// When they started.
    pub time: TimeRange,
    /// What else has to be true of them.
    pub expr: Option<SpanExpr>,
    /// Text in the name, in any case.
    pub text: Option<String>,
    /// Whether the text may also be in attributes, events or the status message.
    pub text_in_payload: bool,
}

impl SpanFilter {
    /// The conditions that need no whole span.
    pub(crate) fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        all.time(self.time);
        if let Some(expr) = &self.expr {
            let fragment = expr.to_sql(Relation::Index);
            all.push(fragment.text, fragment.values);
        }
        if let Some(text) = &self.text {
            all.push("contains(lower(name), lower(?))", [Value::Text(text.clone())]);
        }
        all
    }

    /// Whether whole spans have to be read.
    pub fn needs_scan(&self) -> bool {
        self.payload_text().is_some() || self.expr.as_ref().is_some_and(SpanExpr::needs_payload)
    }

    /// What is left for the index to check of spans that a scan found.
    pub(crate) fn beside_scan(&self) -> Self {
        let text = self.text.clone().filter(|_| !self.text_in_payload);
        Self { time: self.time, expr: None, text, text_in_payload: false }
    }

    /// Whether the condition looks at fields that log records may fill.
    pub(crate) fn reads_hints(&self) -> bool {
        self.expr.as_ref().is_some_and(SpanExpr::reads_hints)
    }

    /// What has to be true of a whole span.
    pub(crate) fn scan_condition(&self) -> Fragment {
        let parts = [
            self.expr.as_ref().map(|expr| expr.to_sql(Relation::Archive)),
            self.payload_text().map(|text| text_in_span(text)),
        ];
        let mut all = Conditions::default();
        for part in parts.into_iter().flatten() {
            all.push(part.text, part.values);
        }
        all.into_fragment()
    }

    fn payload_text(&self) -> Option<&String> {
        self.text.as_ref().filter(|_| self.text_in_payload)
    }
}
