//! Which runs of workflows.

use duckdb::types::Value;
use junjo_span_model::SpanStatus;

use super::conditions::Conditions;
use super::time::TimeRange;

/// Which runs.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each field is the filter on the run's value of that name")]
pub struct RunFilter {
    pub time: TimeRange,
    pub service: Option<String>,
    pub name: Option<String>,
    pub status: Option<SpanStatus>,
}

impl RunFilter {
    pub(crate) fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        all.push("span_type = 'workflow'", []);
        all.time(self.time);
        all.text("service = ?", self.service.as_ref());
        all.text("name = ?", self.name.as_ref());
        if let Some(status) = self.status {
            all.push("status = ?", [Value::UTinyInt(status.code())]);
        }
        all
    }
}
