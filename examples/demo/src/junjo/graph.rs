//! A workflow's declared graph and its snapshot (`junjo.workflow.execution_graph_snapshot`, graph format 2).

use serde_json::{Value, json};

use super::canonical;
use crate::trace::Trace;

/// A graph as the program declares it: the first node is the source, the sinks come next, then the rest.
#[derive(Clone, Debug)]
pub(crate) struct GraphDefinition {
    pub(crate) nodes: Vec<NodeDefinition>,
    /// (tail label, head label, condition): the first edge whose condition holds is taken, none is the fallback.
    pub(crate) edges: Vec<(&'static str, &'static str, Option<&'static str>)>,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeDefinition {
    Node(&'static str),
    /// A group whose members run side by side.
    Concurrent(&'static str, Vec<NodeDefinition>),
    /// A nested workflow run as a node.
    Subflow(&'static str, GraphDefinition),
}

impl NodeDefinition {
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Node(label) | Self::Concurrent(label, _) | Self::Subflow(label, _) => label,
        }
    }

    fn structural_id(&self) -> String {
        let content = match self {
            Self::Node(label) => json!(["node", label]),
            Self::Concurrent(label, members) => {
                json!(["concurrent", label, members.iter().map(Self::structural_id).collect::<Vec<_>>()])
            }
            Self::Subflow(label, graph) => json!(["subflow", label, graph.structural_id()]),
        };
        format!("node_{}", content_hash(&content))
    }
}

impl GraphDefinition {
    /// The id that every process running this very graph shares.
    pub(crate) fn structural_id(&self) -> String {
        let nodes: Vec<String> = self.nodes.iter().map(NodeDefinition::structural_id).collect();
        format!("graph_{}", content_hash(&json!([nodes, self.edges])))
    }

    /// The graph with a fresh runtime id for every node.
    pub(crate) fn instantiate(&self, trace: &mut Trace) -> Graph {
        let mut nodes = Vec::new();
        for node in &self.nodes {
            nodes.push(GraphNode::new(node, trace));
            if let NodeDefinition::Concurrent(_, members) = node {
                nodes.extend(members.iter().map(|member| GraphNode::new(member, trace)));
            }
        }
        Graph { structural_id: self.structural_id(), nodes, edges: self.edges.clone() }
    }
}

/// A graph of one run.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) structural_id: String,
    pub(crate) nodes: Vec<GraphNode>,
    edges: Vec<(&'static str, &'static str, Option<&'static str>)>,
}

#[derive(Clone, Debug)]
pub(crate) struct GraphNode {
    pub(crate) definition: NodeDefinition,
    pub(crate) runtime_id: String,
    pub(crate) structural_id: String,
}

impl GraphNode {
    fn new(definition: &NodeDefinition, trace: &mut Trace) -> Self {
        Self {
            definition: definition.clone(),
            runtime_id: trace.junjo_id(),
            structural_id: definition.structural_id(),
        }
    }
}

impl Graph {
    /// The node with this label; labels are unique inside a demo graph.
    pub(crate) fn node(&self, label: &str) -> &GraphNode {
        self.nodes
            .iter()
            .find(|node| node.definition.label() == label)
            .expect("scenarios only enter nodes that their graph declares")
    }

    /// The snapshot as the SDK puts it on the workflow span. Inner nodes of subflows get throw-away ids, as there.
    pub(crate) fn snapshot(&self, trace: &mut Trace) -> String {
        let mut nodes = Vec::new();
        let mut edges = Vec::new();
        for node in &self.nodes {
            let mut entry = json!({
                "nodeRuntimeId": node.runtime_id, "nodeStructuralId": node.structural_id,
                "nodeType": node_type(&node.definition), "nodeLabel": node.definition.label(),
            });
            let mut inner_nodes = Vec::new();
            match &node.definition {
                NodeDefinition::Node(_) => {}
                NodeDefinition::Concurrent(_, members) => {
                    let ids: Vec<&str> =
                        members.iter().map(|member| self.node(member.label()).runtime_id.as_str()).collect();
                    entry["isConcurrentSubgraph"] = json!(true);
                    entry["childNodeRuntimeIds"] = json!(ids);
                }
                NodeDefinition::Subflow(_, child) => {
                    let inner = child.instantiate(trace);
                    inner.describe_as_subflow(&mut entry);
                    edges.extend(inner.edge_entries(Some(&node.runtime_id)));
                    inner_nodes = inner.plain_node_entries();
                }
            }
            nodes.push(entry);
            nodes.extend(inner_nodes);
        }
        edges.extend(self.edge_entries(None));
        canonical(&json!({"v": 2, "graphStructuralId": self.structural_id, "nodes": nodes, "edges": edges}))
    }

    fn describe_as_subflow(&self, entry: &mut Value) {
        let source = &self.nodes[0];
        let sinks: Vec<&GraphNode> = self
            .nodes
            .iter()
            .filter(|node| !self.edges.iter().any(|(tail, _, _)| *tail == node.definition.label()))
            .collect();
        entry["isSubflow"] = json!(true);
        entry["subflowGraphStructuralId"] = json!(self.structural_id);
        entry["subflowSourceNodeRuntimeId"] = json!(source.runtime_id);
        entry["subflowSourceNodeStructuralId"] = json!(source.structural_id);
        entry["subflowSinkNodeRuntimeIds"] =
            sinks.iter().map(|sink| json!(sink.runtime_id)).collect::<Value>();
        entry["subflowSinkNodeStructuralIds"] =
            sinks.iter().map(|sink| json!(sink.structural_id)).collect::<Value>();
    }

    fn plain_node_entries(&self) -> Vec<Value> {
        let entry = |node: &GraphNode| {
            json!({
                "nodeRuntimeId": node.runtime_id, "nodeStructuralId": node.structural_id,
                "nodeType": node_type(&node.definition), "nodeLabel": node.definition.label(),
            })
        };
        self.nodes.iter().map(entry).collect()
    }

    fn edge_entries(&self, subflow_runtime_id: Option<&str>) -> Vec<Value> {
        let entry = |(tail, head, condition): &(&str, &str, Option<&str>)| {
            let (tail, head) = (self.node(tail), self.node(head));
            let structure = json!([tail.structural_id, head.structural_id, condition]);
            json!({
                "edgeStructuralId": format!("edge_{}", content_hash(&structure)),
                "tailNodeRuntimeId": tail.runtime_id, "tailNodeStructuralId": tail.structural_id,
                "headNodeRuntimeId": head.runtime_id, "headNodeStructuralId": head.structural_id,
                "edgeConditionLabel": condition,
                "edgeScope": if subflow_runtime_id.is_some() { "subflow" } else { "explicit" },
                "parentSubflowRuntimeId": subflow_runtime_id,
            })
        };
        self.edges.iter().map(entry).collect()
    }
}

fn node_type(definition: &NodeDefinition) -> String {
    match definition {
        NodeDefinition::Concurrent(..) => "RunConcurrent".to_owned(),
        NodeDefinition::Node(label) | NodeDefinition::Subflow(label, _) => label.replace(' ', ""),
    }
}

/// 128-bit FNV-1a of the canonical JSON, in hex: stable across processes, no secret involved.
fn content_hash(content: &Value) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash =
        canonical(content).bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}
