//! Filters, and the conditions they become. Values are always parameters.

use std::borrow::Cow;

use duckdb::types::Value;
use junjo_span_model::Role;

use super::expr::{Fragment, Relation, SpanExpr};

/// A half-open range of unix nanoseconds: `from <= t < to`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// Inclusive.
    pub from_unix_nanos: Option<i64>,
    /// Exclusive.
    pub to_unix_nanos: Option<i64>,
}

/// Which traces. `name` matches the root; `service`, `role`, `model` and a failed status match any span.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each field is the filter on the trace's value of that name")]
pub struct TraceFilter {
    pub time: TimeRange,
    pub service: Option<String>,
    pub name: Option<String>,
    /// OTLP status: 2 = a failed span; 0 and 1 = the root's status in a trace without failed spans.
    pub status: Option<u8>,
    pub role: Option<Role>,
    pub model: Option<String>,
    pub session_id: Option<String>,
    pub user_id: Option<String>,
    pub min_duration_nanos: Option<i64>,
    pub has_llm: Option<bool>,
    pub has_workflow: Option<bool>,
    /// Text in the root's name, service, session or user, in any case.
    pub text: Option<String>,
    /// Whether the text may also be in a span's name, attributes, events or status message.
    pub text_in_payload: bool,
    /// A span of the trace matches.
    pub span: Option<SpanExpr>,
}

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

/// Which workflow runs.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each field is the filter on the run's value of that name")]
pub struct WorkflowFilter {
    pub time: TimeRange,
    pub service: Option<String>,
    pub name: Option<String>,
    pub status: Option<u8>,
}

/// Conditions joined by AND, with their parameters in order.
#[derive(Default)]
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
        if let Some(from) = range.from_unix_nanos {
            self.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
        }
        if let Some(to) = range.to_unix_nanos {
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

impl TraceFilter {
    /// Whether every trace of the time range matches.
    pub(super) fn is_everything(&self) -> bool {
        *self == Self { time: self.time, text_in_payload: self.text_in_payload, ..Self::default() }
    }

    pub(crate) fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        all.time(self.time);
        all.text("list_contains(services, ?)", self.service.as_ref());
        all.text("root_name = ?", self.name.as_ref());
        match self.status {
            Some(2) => all.push("error_count > 0", []),
            Some(status) => all.push("error_count = 0 AND status = ?", [Value::UTinyInt(status)]),
            None => {}
        }
        if let Some(role) = self.role {
            all.push("list_contains(roles, ?)", [Value::Text(role.as_str().to_owned())]);
        }
        all.text("list_contains(models, ?)", self.model.as_ref());
        all.text("list_contains(sessions, ?)", self.session_id.as_ref());
        all.text("list_contains(users, ?)", self.user_id.as_ref());
        if let Some(duration) = self.min_duration_nanos {
            all.push("duration_nanos >= ?", [Value::BigInt(duration)]);
        }
        match self.has_llm {
            Some(true) => all.push("llm_call_count > 0", []),
            Some(false) => all.push("llm_call_count = 0", []),
            None => {}
        }
        match self.has_workflow {
            Some(true) => all.push("workflow_count > 0", []),
            Some(false) => all.push("workflow_count = 0", []),
            None => {}
        }
        if let Some(text) = &self.text {
            let (condition, values) = Self::text_in_names(text);
            all.push(condition, values);
        }
        if let Some(span) = &self.span {
            let fragment = span.to_sql(Relation::Index);
            let mut inner = Conditions::default();
            // a trace's spans start no earlier than the trace
            if let Some(from) = self.time.from_unix_nanos {
                inner.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
            }
            inner.push(fragment.text, fragment.values);
            let text =
                format!("(trace_hi, trace_lo) IN (SELECT (trace_hi, trace_lo) FROM spans{})", inner.sql());
            all.push(text, inner.values);
        }
        all
    }

    /// Whether the trace's own names hold `text`.
    pub(super) fn text_in_names(text: &str) -> (&'static str, Vec<Value>) {
        let condition = "(contains(lower(root_name), lower(?)) OR contains(lower(service), lower(?))
            OR contains(lower(coalesce(session_id, '')), lower(?))
            OR contains(lower(coalesce(user_id, '')), lower(?)))";
        (condition, vec![Value::Text(text.to_owned()); 4])
    }
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
}

impl WorkflowFilter {
    pub(crate) fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        all.push("span_type = 'workflow'", []);
        all.time(self.time);
        all.text("service = ?", self.service.as_ref());
        all.text("name = ?", self.name.as_ref());
        if let Some(status) = self.status {
            all.push("status = ?", [Value::UTinyInt(status)]);
        }
        all
    }
}
