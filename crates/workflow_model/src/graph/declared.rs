//! A declared graph, with the graphs of its subflows inside.

/// A declared graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Version of the JSON it came from.
    pub version: u8,
    /// Hash of the graph's content; version 2.
    pub structural_id: Option<String>,
    /// Place of the source in `nodes`.
    pub source: usize,
    /// In order of the JSON.
    pub nodes: Vec<GraphNode>,
    /// In order of declaration: the first whose condition holds is taken.
    pub edges: Vec<GraphEdge>,
}

/// A node of one graph, without those of the subflow behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphNode {
    /// Id that spans of this run carry; inside a subflow of the parent's JSON it is thrown away by the SDK.
    pub id: String,
    /// Hash of the node's content and place; version 2.
    pub structural_id: Option<String>,
    /// Class of the node.
    pub type_name: String,
    /// What to call it.
    pub label: String,
    /// Places in `nodes` of what runs in this group, when it is one.
    pub items: Option<Vec<usize>>,
    /// The graph behind it, when it is a subflow.
    pub subflow: Option<Box<Graph>>,
}

/// A declared edge between two places in `nodes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphEdge {
    /// Hash of the edge's content; version 2.
    pub structural_id: Option<String>,
    /// Where it starts.
    pub tail: usize,
    /// Where it ends.
    pub head: usize,
    /// The condition in words; none is the fallback.
    pub condition: Option<String>,
}
