//! What the page and the API show of many runs.

use serde::Serialize;
use utoipa::ToSchema;

use crate::graph_view::NodeKind;

/// A node over all runs that were read.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AggregateNode {
    /// Its key, as in the view of one run.
    pub key: String,
    /// What it is.
    pub kind: NodeKind,
    /// Class of the node.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What to call it.
    pub label: String,
    /// Key of the subflow that it lies in.
    pub subflow_key: Option<String>,
    /// Key of the group that it is an item of.
    pub group_key: Option<String>,
    /// Whether its graph begins here.
    pub is_source: bool,
    /// Whether its graph may end here.
    pub is_sink: bool,
    /// Whether the graph declares it.
    pub declared: bool,
    /// Runs that executed it.
    pub run_count: usize,
    /// Executions in all runs.
    pub execution_count: usize,
    /// Executions that failed.
    pub error_count: usize,
    /// Executions that were cancelled.
    pub cancelled_count: usize,
    /// Failed executions in all executions, 0 to 1; null when there are none.
    pub error_rate: Option<f64>,
    /// Median duration of an execution in nanoseconds; null when there are none.
    pub p50_duration_ns: Option<String>,
    /// 95th percentile in nanoseconds (nearest rank); null when there are none.
    pub p95_duration_ns: Option<String>,
}

/// An edge over all runs that were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AggregateEdge {
    /// Its key, as in the view of one run.
    pub key: String,
    /// Key of the node where it starts.
    pub tail_key: String,
    /// Key of the node where it ends.
    pub head_key: String,
    /// The condition in words; null is the fallback.
    pub condition: Option<String>,
    /// Place among the declared edges of its graph, from 0; null when it is not declared.
    pub ordinal: Option<usize>,
    /// Key of the subflow that it lies in.
    pub subflow_key: Option<String>,
    /// Whether the graph declares it.
    pub declared: bool,
    /// Runs that took it.
    pub run_count: usize,
    /// How often it was taken in all runs.
    pub taken_count: usize,
    /// Runs that should have taken it and did not.
    pub missing_count: usize,
    /// Another declared edge joins the same nodes; each counts all.
    pub ambiguous: bool,
}

/// Nodes and edges over all runs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AggregateGraph {
    /// Nodes in the order of the newest run's graph.
    pub nodes: Vec<AggregateNode>,
    /// Edges in the order of the newest run's graph.
    pub edges: Vec<AggregateEdge>,
    /// False when there were more nodes, edges or executions than are kept.
    pub complete: bool,
}
