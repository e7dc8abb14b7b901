//! What the page and the API show of a graph and of what was executed of it. Ids are hex, times decimal nanoseconds since
//! the Unix epoch.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kind::ExecutableKind;

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
    /// By the hash of the node's content and place, as the run sent no graph of its own, or one with another id.
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
