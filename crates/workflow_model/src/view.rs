//! What the page and the API show of one run. Ids are hex, times decimal nanoseconds since the Unix epoch.

use serde::Serialize;
use utoipa::ToSchema;

use crate::graph_view::{Execution, WorkflowGraph};
use crate::kind::ExecutableKind;
use crate::span::{AgentOperation, AgentOutcome, Correlation, EvaluationContext, HookProblem, Vocabulary};
use crate::state_view::{StateEventItem, StoreItem};
use crate::warning::Warning;

/// One run of a workflow, subflow or agent: what was declared, what was executed, and how the state changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunDetail {
    /// The trace.
    pub trace_id: String,
    /// The run's span.
    pub span_id: String,
    /// Name of the run.
    pub name: String,
    /// `workflow`, `subflow` or `agent`.
    pub kind: ExecutableKind,
    /// Which of Junjo's vocabularies the run speaks.
    pub vocabulary: Vocabulary,
    /// Version of Junjo's telemetry contract.
    pub contract_version: Option<i64>,
    /// Id of the workflow's definition in its process.
    pub definition_id: Option<String>,
    /// Id of the run; legacy SDKs repeat it when a workflow runs again.
    pub runtime_id: Option<String>,
    /// Hash of the workflow's content: the same for every run of the same workflow.
    pub structural_id: Option<String>,
    /// Start of the run.
    pub start_time_unix_nano: String,
    /// Its duration in nanoseconds.
    pub duration_ns: String,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Why it was cancelled.
    pub cancelled_reason: Option<String>,
    /// Where the failure began: the deepest span with the exception that the run ended with.
    pub failure: Option<RunFailure>,
    /// The run around this one, with the node that started it.
    pub parent: Option<ParentRun>,
    /// What the application correlates it with.
    pub correlation: Option<Correlation>,
    /// The evaluation that it belongs to.
    pub evaluation: Option<EvaluationContext>,
    /// How the agent ended; null for workflows.
    pub agent: Option<AgentOutcome>,
    /// Nodes that the client says it declares; SDKs count subflows differently, so it need not be the graph's number.
    pub node_count: Option<i64>,
    /// The declared graph with what was executed of it; null for agents, and when none was sent.
    pub graph: Option<WorkflowGraph>,
    /// Every execution of a node, in order of start.
    pub executions: Vec<Execution>,
    /// Runs of other workflows and agents inside of this one, in order of start.
    pub nested_runs: Vec<NestedRun>,
    /// Model calls and tool calls of the agent, in order.
    pub operations: Vec<OperationItem>,
    /// Stores that the run owns, borrows or writes to, its own first.
    pub stores: Vec<StoreItem>,
    /// Changes of these stores in order of time, each store's in its own order.
    pub state_events: Vec<StateEventItem>,
    /// All changes that there are; more than are listed when the list was cut.
    pub state_event_count: usize,
    /// Problems in and around hooks.
    pub hook_problems: Vec<HookProblemItem>,
    /// What is missing, contradictory or unreadable.
    pub warnings: Vec<Warning>,
}

/// Where a failure began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunFailure {
    /// The span.
    pub span_id: String,
    /// Its name.
    pub name: String,
    /// The node of the graph, when it is one.
    pub node_key: Option<String>,
    /// Class of the error.
    pub error_type: Option<String>,
    /// Its message.
    pub message: Option<String>,
}

/// The run around another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParentRun {
    /// Span of the run.
    pub span_id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ExecutableKind,
    /// Span of the node or group in it.
    pub node_span_id: Option<String>,
}

/// A run inside of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NestedRun {
    /// Its span.
    pub span_id: String,
    /// Its name.
    pub name: String,
    /// `workflow` or `agent`.
    pub kind: ExecutableKind,
    /// Key of the node that started it.
    pub node_key: Option<String>,
    /// Span of that node's execution.
    pub node_span_id: Option<String>,
    /// Start.
    pub start_time_unix_nano: String,
    /// Duration in nanoseconds.
    pub duration_ns: String,
    /// Whether it failed.
    pub failed: bool,
    /// How the agent ended; null for workflows.
    pub agent: Option<AgentOutcome>,
}

/// An agent's model call or tool call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OperationItem {
    /// Its span.
    pub span_id: String,
    /// Name of the span.
    pub name: String,
    /// What was called.
    #[serde(flatten)]
    pub operation: AgentOperation,
    /// Start.
    pub start_time_unix_nano: String,
    /// Duration in nanoseconds.
    pub duration_ns: String,
    /// Whether it failed.
    pub failed: bool,
    /// Class of the error.
    pub error_type: Option<String>,
    /// Message of the error.
    pub error_message: Option<String>,
}

/// A problem in or around a hook, and the span that carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HookProblemItem {
    /// The span.
    pub span_id: String,
    /// The problem.
    #[serde(flatten)]
    pub problem: HookProblem,
}
