//! Filters, and the conditions they become. Values are always parameters.

use duckdb::types::Value;
use junjo_span_model::Role;

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
    texts: Vec<&'static str>,
    values: Vec<Value>,
}

impl Conditions {
    pub(crate) fn push(&mut self, text: &'static str, values: impl IntoIterator<Item = Value>) {
        self.texts.push(text);
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

    /// ` WHERE …`, or nothing.
    pub(crate) fn sql(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!(" WHERE {}", self.texts.join(" AND ")) }
    }

    pub(crate) fn values(&self) -> Vec<Value> {
        self.values.clone()
    }
}

impl TraceFilter {
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
            let value = Value::Text(text.to_lowercase());
            all.push(
                "(contains(lower(root_name), ?) OR contains(lower(service), ?)
                  OR contains(lower(coalesce(session_id, '')), ?) OR contains(lower(coalesce(user_id, '')), ?))",
                [value.clone(), value.clone(), value.clone(), value],
            );
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
