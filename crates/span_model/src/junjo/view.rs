//! What the page and the API show of one run. Ids are hex, times decimal nanoseconds since the Unix epoch.

use serde::Serialize;
use utoipa::ToSchema;

use super::span::{
    AgentOperation, AgentOutcome, Correlation, EvaluationContext, ExecutableKind, HookProblem, Vocabulary,
};
use super::state_view::{StateEventItem, StoreItem};

/// One run of a workflow, subflow or agent: what was declared, what was executed, and how the state changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkflowDetail {
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

/// A graph with its subflows: flat lists, in which keys say what lies in what. Keys are the same in every run of the
/// same workflow (version 2) or of the same graph (version 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkflowGraph {
    /// Version of the client's JSON, 1 or 2; null when it sent none that can be read.
    pub version: Option<u8>,
    /// Hash of its content; version 2.
    pub structural_id: Option<String>,
    /// Declared nodes and those that were executed undeclared.
    pub nodes: Vec<WorkflowNode>,
    /// Declared edges and those that were taken undeclared.
    pub edges: Vec<WorkflowEdge>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A plain node.
    Node,
    /// A group whose items run at the same time.
    RunConcurrent,
    /// A workflow as a node.
    Subflow,
}

/// A node and what became of it in this run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkflowNode {
    /// Its key in this graph.
    pub key: String,
    /// What it is.
    pub kind: NodeKind,
    /// Class of the node.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What to call it.
    pub label: String,
    /// Hash of the node's content and place; version 2.
    pub structural_id: Option<String>,
    /// Hash of the graph behind a subflow; version 2.
    pub subflow_structural_id: Option<String>,
    /// Id in this run; null inside of a subflow that was not executed.
    pub runtime_id: Option<String>,
    /// Key of the subflow that it lies in.
    pub subflow_key: Option<String>,
    /// Key of the group that it is an item of.
    pub group_key: Option<String>,
    /// Whether its graph begins here.
    pub is_source: bool,
    /// Whether its graph may end here: no edge leaves it.
    pub is_sink: bool,
    /// Whether the graph declares it.
    pub declared: bool,
    /// How often it was executed.
    pub execution_count: usize,
    /// How often it failed.
    pub error_count: usize,
    /// How often it was cancelled.
    pub cancelled_count: usize,
    /// All its executions together, in nanoseconds.
    pub duration_ns: String,
}

/// What became of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EdgeStatus {
    /// Declared and taken.
    Taken,
    /// Declared and not taken.
    NotTaken,
    /// Declared, and it should have been taken: its tail succeeded, the run went well, and no other way led on.
    Missing,
    /// Taken and not declared.
    Extra,
}

/// An edge and what became of it in this run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkflowEdge {
    /// Its key in this graph.
    pub key: String,
    /// Key of the node where it starts.
    pub tail_key: String,
    /// Key of the node where it ends.
    pub head_key: String,
    /// The condition in words; null is the fallback. The first edge of a node whose condition holds is taken.
    pub condition: Option<String>,
    /// Place among the declared edges of its graph, from 0; null when it is not declared.
    pub ordinal: Option<usize>,
    /// Hash of the edge's content; version 2.
    pub structural_id: Option<String>,
    /// Key of the subflow that it lies in.
    pub subflow_key: Option<String>,
    /// Whether the graph declares it.
    pub declared: bool,
    /// What became of it. Clients do not record it: it follows from the order of executions.
    pub status: EdgeStatus,
    /// How often it was taken.
    pub taken_count: usize,
    /// Another declared edge joins the same nodes, so that it is unknown which of them was taken; each counts all.
    pub ambiguous: bool,
}

/// How an execution was recognised as one of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// By the id that the graph gives the node in this run.
    RuntimeId,
    /// By the hash of the node's content and place, as the run sent no graph of its own.
    StructuralId,
    /// By its label, as a legacy run sent no graph of its own.
    Label,
    /// It is not declared.
    Nothing,
}

/// One execution of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Execution {
    /// Its span.
    pub span_id: String,
    /// Key of the node.
    pub node_key: String,
    /// What was executed.
    pub kind: ExecutableKind,
    /// Name of the span.
    pub name: String,
    /// Span of the workflow or subflow run that it belongs to.
    pub run_span_id: String,
    /// Span of the group that it is an item of.
    pub group_span_id: Option<String>,
    /// Place among the executions of its run, or of its group, from 1, in order of start.
    pub position: usize,
    /// Which execution of the same node in the same run it is, from 1.
    pub iteration: usize,
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
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Why it was cancelled.
    pub cancelled_reason: Option<String>,
    /// Whether it went on after the run around it had ended, as siblings of a failed node do with legacy SDKs.
    pub outlived_run: bool,
    /// State changes on its own span.
    pub state_event_count: usize,
    /// How it was recognised.
    pub matched_by: MatchedBy,
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

/// What a warning is about, stable for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// The run sent no graph.
    GraphMissing,
    /// The graph cannot be read.
    GraphUnreadable,
    /// A subflow ran with another graph than its parent declares.
    GraphDiffers,
    /// An executed node is not declared.
    UndeclaredNode,
    /// A transition is not declared.
    UndeclaredEdge,
    /// A node succeeded and nothing followed, though the run went well.
    MissingEdge,
    /// The first executed node is not the declared source.
    UnexpectedStart,
    /// The last executed node is no sink, though the run went well.
    UnexpectedEnd,
    /// An item of a group that went well was not executed.
    MissingItem,
    /// The span around an execution is missing.
    ParentMissing,
    /// Changes of the state are missing.
    HistoryIncomplete,
    /// Some patches could not be applied.
    PatchFailed,
    /// Start state and changes do not give the end state.
    EndStateDiffers,
    /// The state that the run started with was not sent, not in full, or is no JSON.
    StartStateMissing,
    /// The state that the run ended with was not sent, not in full, or is no JSON.
    EndStateMissing,
    /// Changes were made after the run had taken its last state.
    LateChanges,
    /// The client says that it could not replay the run itself.
    NotReconstructable,
    /// No run of the trace claims a store that was changed.
    StoreUnclaimed,
    /// Only some changes are numbered, or two have one number.
    SequenceBroken,
    /// The client dropped attributes of the run's span.
    AttributesDropped,
    /// Not all of the trace was read, or not all of the run is shown.
    Truncated,
}

/// Something to know before trusting the view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// The same in a sentence.
    pub message: String,
    /// The node.
    pub node_key: Option<String>,
    /// The edge.
    pub edge_key: Option<String>,
    /// The store.
    pub store_id: Option<String>,
    /// The span.
    pub span_id: Option<String>,
}

impl Warning {
    /// A warning about the run as a whole.
    pub fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), node_key: None, edge_key: None, store_id: None, span_id: None }
    }

    pub(super) fn node(self, key: &str) -> Self {
        Self { node_key: Some(key.to_owned()), ..self }
    }

    pub(super) fn edge(self, key: &str) -> Self {
        Self { edge_key: Some(key.to_owned()), ..self }
    }

    pub(super) fn store(self, id: &str) -> Self {
        Self { store_id: Some(id.to_owned()), ..self }
    }

    pub(super) fn span(self, id: crate::ids::SpanId) -> Self {
        Self { span_id: Some(id.to_string()), ..self }
    }
}
