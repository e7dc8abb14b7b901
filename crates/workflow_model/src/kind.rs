//! What Junjo executes. It must not know how a span says so beyond the word itself.

use serde::Serialize;
use utoipa::ToSchema;

/// A unit that Junjo executes and that has a span of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecutableKind {
    /// A run of a workflow.
    Workflow,
    /// A run of a workflow as a node of another one.
    Subflow,
    /// A node.
    Node,
    /// A group whose items run at the same time.
    RunConcurrent,
    /// A run of an agent.
    Agent,
}

impl ExecutableKind {
    /// What a span's type names.
    pub(crate) fn of(span_type: &str) -> Option<Self> {
        Some(match span_type {
            "workflow" => Self::Workflow,
            "subflow" => Self::Subflow,
            "node" => Self::Node,
            "run_concurrent" => Self::RunConcurrent,
            "agent" => Self::Agent,
            _ => return None,
        })
    }

    /// Whether it has a store of its own, and with it a state.
    pub const fn is_run(self) -> bool {
        matches!(self, Self::Workflow | Self::Subflow | Self::Agent)
    }
}
