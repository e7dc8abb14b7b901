//! Which traces.

use duckdb::types::Value;
use junjo_span_model::{Role, SpanStatus};

use super::conditions::Conditions;
use super::expr::{Fragment, Relation, SpanExpr};
use super::text::{text_in_names, text_in_span};
use super::time::TimeRange;

/// Which traces. `name` matches the root; `service`, `role`, `model` and a failed status match any span.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each field is the filter on the trace's value of that name")]
pub struct TraceFilter {
    pub time: TimeRange,
    pub service: Option<String>,
    pub name: Option<String>,
    /// `Error`: a span failed. The others: the root's status in a trace without failed spans.
    pub status: Option<SpanStatus>,
    pub role: Option<Role>,
    pub model: Option<String>,
    pub session_id: Option<String>,
    pub user_id: Option<String>,
    pub min_duration_nanos: Option<i64>,
    pub has_llm: Option<bool>,
    pub has_workflow: Option<bool>,
    /// Text in the root's name, service, conversation or user, in any case.
    pub text: Option<String>,
    /// Whether the text may also be in a span's name, attributes, events or status message.
    pub text_in_payload: bool,
    /// A span of the trace matches.
    pub span: Option<SpanExpr>,
}

impl TraceFilter {
    /// Whether every trace of the time range matches.
    pub(crate) fn is_everything(&self) -> bool {
        *self == Self { time: self.time, text_in_payload: self.text_in_payload, ..Self::default() }
    }

    pub(crate) fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        all.time(self.time);
        all.text("list_contains(services, ?)", self.service.as_ref());
        all.text("root_name = ?", self.name.as_ref());
        match self.status {
            Some(SpanStatus::Error) => all.push("error_count > 0", []),
            Some(status) => all.push("error_count = 0 AND status = ?", [Value::UTinyInt(status.code())]),
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
            let (condition, values) = text_in_names(text);
            all.push(condition, values);
        }
        if let Some(span) = &self.span {
            let fragment = span.to_sql(Relation::Index);
            let mut inner = Conditions::default();
            // a trace's spans start no earlier than the trace
            if let Some(from) = self.time.from_unix_nano {
                inner.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
            }
            inner.push(fragment.text, fragment.values);
            let text =
                format!("(trace_hi, trace_lo) IN (SELECT (trace_hi, trace_lo) FROM spans{})", inner.sql());
            all.push(text, inner.values());
        }
        all
    }

    /// Whether whole spans have to be read.
    pub fn needs_scan(&self) -> bool {
        self.payload_text().is_some() || self.payload_expr().is_some()
    }

    /// The part that the index can check.
    pub(crate) fn beside_scan(&self) -> Self {
        Self {
            span: self.span.clone().filter(|_| self.payload_expr().is_none()),
            text: self.text.clone().filter(|_| self.payload_text().is_none()),
            ..self.clone()
        }
    }

    /// Text that whole spans have to be searched for.
    pub(crate) fn payload_text(&self) -> Option<&String> {
        self.text.as_ref().filter(|_| self.text_in_payload)
    }

    /// The condition on a span, where it needs whole spans.
    pub(crate) fn payload_expr(&self) -> Option<&SpanExpr> {
        self.span.as_ref().filter(|expr| expr.needs_payload())
    }

    /// Whether that condition looks at fields that log records may fill.
    pub(crate) fn reads_hints(&self) -> bool {
        self.payload_expr().is_some_and(SpanExpr::reads_hints)
    }

    /// What a scan asks of a whole span: whether it fulfils the condition, and whether it holds the text.
    pub(crate) fn scan_conditions(&self) -> (Option<Fragment>, Option<Fragment>) {
        let expr = self.payload_expr().map(|expr| expr.to_sql(Relation::Archive));
        (expr, self.payload_text().map(|text| text_in_span(text)))
    }
}
