//! The JSON of a graph: one flat list of nodes, one of edges.

use serde::Deserialize;
use serde_json::Value as Json;

/// The JSON of both versions; each name stands beside that of the other one.
#[derive(Deserialize)]
pub(super) struct FlatGraph {
    #[serde(rename = "v", default)]
    pub(super) version: Json,
    #[serde(rename = "graphStructuralId", default)]
    pub(super) structural_id: Option<String>,
    #[serde(default)]
    pub(super) nodes: Vec<FlatNode>,
    #[serde(default)]
    pub(super) edges: Vec<FlatEdge>,
    pub(super) error: Option<String>,
    pub(super) detail: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct FlatNode {
    #[serde(rename = "nodeRuntimeId", alias = "id")]
    pub(super) id: String,
    #[serde(rename = "nodeStructuralId")]
    pub(super) structural_id: Option<String>,
    #[serde(rename = "nodeType", alias = "type", default)]
    pub(super) type_name: String,
    #[serde(rename = "nodeLabel", alias = "label", default)]
    pub(super) label: String,
    #[serde(rename = "isConcurrentSubgraph", alias = "isSubgraph", default)]
    pub(super) is_group: bool,
    #[serde(rename = "childNodeRuntimeIds", alias = "children", default)]
    pub(super) items: Vec<String>,
    #[serde(rename = "isSubflow", default)]
    pub(super) is_subflow: bool,
    #[serde(rename = "subflowGraphStructuralId")]
    pub(super) subflow_structural_id: Option<String>,
    #[serde(rename = "subflowSourceNodeRuntimeId")]
    pub(super) subflow_source: Option<String>,
    #[serde(rename = "subflowSinkNodeRuntimeIds", default)]
    pub(super) subflow_sinks: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct FlatEdge {
    #[serde(rename = "edgeStructuralId")]
    pub(super) structural_id: Option<String>,
    #[serde(rename = "tailNodeRuntimeId", alias = "source")]
    pub(super) tail: String,
    #[serde(rename = "headNodeRuntimeId", alias = "target")]
    pub(super) head: String,
    #[serde(rename = "edgeConditionLabel", alias = "condition")]
    pub(super) condition: Option<String>,
    #[serde(rename = "parentSubflowRuntimeId", alias = "subflowId")]
    pub(super) subflow: Option<String>,
}
