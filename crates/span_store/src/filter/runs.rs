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
    /// Runs of workflows by default.
    pub kinds: RunKinds,
    pub structural_id: Option<String>,
    pub agent_key: Option<String>,
    pub runtime_id: Option<String>,
    pub service_namespace: Option<String>,
    pub service_version: Option<String>,
    pub outcome: Option<String>,
    pub correlation_type: Option<String>,
    pub correlation_id: Option<String>,
}

/// What kinds of runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunKinds {
    /// Workflows that are no subflows.
    #[default]
    Workflows,
    /// Agents.
    Agents,
    /// Both.
    All,
}

impl RunFilter {
    pub(crate) fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        let kinds = match self.kinds {
            RunKinds::Workflows => "span_type = 'workflow'",
            RunKinds::Agents => "span_type = 'agent'",
            RunKinds::All => "span_type IN ('workflow', 'agent')",
        };
        all.push(kinds, []);
        all.time(self.time);
        all.text("service = ?", self.service.as_ref());
        all.text("name = ?", self.name.as_ref());
        all.text("structural_id = ?", self.structural_id.as_ref());
        all.text("agent_key = ?", self.agent_key.as_ref());
        all.text("runtime_id = ?", self.runtime_id.as_ref());
        all.text("service_namespace = ?", self.service_namespace.as_ref());
        all.text("service_version = ?", self.service_version.as_ref());
        all.text("outcome = ?", self.outcome.as_ref());
        all.text("correlation_type = ?", self.correlation_type.as_ref());
        all.text("correlation_id = ?", self.correlation_id.as_ref());
        if let Some(status) = self.status {
            all.push("status = ?", [Value::UTinyInt(status.code())]);
        }
        all
    }
}
