//! Two structural versions of one workflow laid beside each other: which nodes and edges came and went. Nodes are the same when
//! they have one structural id, else when they have one label and class in the same subflow: those have changed.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use crate::graph_view::{NodeKind, WorkflowEdge, WorkflowGraph, WorkflowNode};

/// What became of a node or an edge from the left version to the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the right version has it.
    Added,
    /// Only the left version has it.
    Removed,
    /// Both have it, not alike.
    Changed,
    /// Both have it alike.
    Kept,
}

/// A node of either version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ComparedNode {
    /// What became of it.
    pub change: Change,
    /// What to call it.
    pub label: String,
    /// Class of the node.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Key in the left version.
    pub left_key: Option<String>,
    /// Key in the right version.
    pub right_key: Option<String>,
    /// Structural id in the left version.
    pub left_structural_id: Option<String>,
    /// Structural id in the right version.
    pub right_structural_id: Option<String>,
}

/// An edge of either version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ComparedEdge {
    /// What became of it.
    pub change: Change,
    /// Label of the node where it starts.
    pub tail: String,
    /// Label of the node where it ends.
    pub head: String,
    /// The condition in the left version, in words.
    pub left_condition: Option<String>,
    /// The condition in the right version, in words.
    pub right_condition: Option<String>,
}

/// Two versions, node by node and edge by edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GraphComparison {
    /// Nodes in order of the right version, then those that went.
    pub nodes: Vec<ComparedNode>,
    /// Edges in order of the right version, then those that went.
    pub edges: Vec<ComparedEdge>,
}

/// Lays two declared graphs beside each other; what was only executed is left out.
pub fn compare_graphs(left: &WorkflowGraph, right: &WorkflowGraph) -> GraphComparison {
    let pairs = pairs(left, right);
    let partner: HashMap<&str, &str> =
        pairs.iter().map(|(left, right)| (right.key.as_str(), left.key.as_str())).collect();
    let mut nodes: Vec<ComparedNode> = Vec::new();
    for node in right.nodes.iter().filter(|node| node.declared) {
        let old = pairs.iter().find(|(_, right)| right.key == node.key).map(|(left, _)| *left);
        nodes.push(compared(old, Some(node)));
    }
    let kept: BTreeSet<&str> = pairs.iter().map(|(left, _)| left.key.as_str()).collect();
    let gone = left.nodes.iter().filter(|node| node.declared && !kept.contains(node.key.as_str()));
    nodes.extend(gone.map(|node| compared(Some(node), None)));
    GraphComparison { nodes, edges: edges(left, right, &partner) }
}

/// Nodes that both versions have.
fn pairs<'g>(left: &'g WorkflowGraph, right: &'g WorkflowGraph) -> Vec<(&'g WorkflowNode, &'g WorkflowNode)> {
    let declared = |graph: &'g WorkflowGraph| graph.nodes.iter().filter(|node| node.declared);
    let label_of = |graph: &WorkflowGraph, key: Option<&String>| {
        key.and_then(|key| graph.nodes.iter().find(|node| node.key == *key)).map(|node| node.label.clone())
    };
    let mut open: Vec<&WorkflowNode> = declared(left).collect();
    let mut pairs = Vec::new();
    let mut unmatched = Vec::new();
    for node in declared(right) {
        let same =
            |old: &&WorkflowNode| old.structural_id.is_some() && old.structural_id == node.structural_id;
        match open.iter().position(same) {
            Some(place) => pairs.push((open.remove(place), node)),
            None => unmatched.push(node),
        }
    }
    for node in unmatched {
        let alike = |old: &WorkflowNode| {
            old.label == node.label
                && old.type_name == node.type_name
                && label_of(left, old.subflow_key.as_ref()) == label_of(right, node.subflow_key.as_ref())
        };
        if let Some(place) = open.iter().position(|old| alike(old)) {
            pairs.push((open.remove(place), node));
        }
    }
    pairs
}

fn compared(left: Option<&WorkflowNode>, right: Option<&WorkflowNode>) -> ComparedNode {
    let change = match (left, right) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        (Some(left), Some(right)) => {
            let same = left.structural_id == right.structural_id
                && left.subflow_structural_id == right.subflow_structural_id
                && left.label == right.label;
            if same { Change::Kept } else { Change::Changed }
        }
    };
    let shown = right.or(left);
    ComparedNode {
        change,
        label: shown.map_or_else(String::new, |node| node.label.clone()),
        type_name: shown.map_or_else(String::new, |node| node.type_name.clone()),
        kind: shown.map_or(NodeKind::Node, |node| node.kind),
        left_key: left.map(|node| node.key.clone()),
        right_key: right.map(|node| node.key.clone()),
        left_structural_id: left.and_then(|node| node.structural_id.clone()),
        right_structural_id: right.and_then(|node| node.structural_id.clone()),
    }
}

/// Edges that join the same nodes are the same; `partner` has the left key of each right one.
fn edges(left: &WorkflowGraph, right: &WorkflowGraph, partner: &HashMap<&str, &str>) -> Vec<ComparedEdge> {
    let label = |graph: &WorkflowGraph, key: &str| {
        graph.nodes.iter().find(|node| node.key == key).map_or_else(String::new, |node| node.label.clone())
    };
    let mut open: Vec<&WorkflowEdge> = left.edges.iter().filter(|edge| edge.declared).collect();
    let mut edges = Vec::new();
    for edge in right.edges.iter().filter(|edge| edge.declared) {
        let ends = [&edge.tail_key, &edge.head_key].map(|key| partner.get(key.as_str()).copied());
        let joins = |old: &WorkflowEdge| [Some(old.tail_key.as_str()), Some(old.head_key.as_str())] == ends;
        let same = open.iter().position(|old| joins(old) && old.condition == edge.condition);
        let old = same.or_else(|| open.iter().position(|old| joins(old))).map(|place| open.remove(place));
        let change = match old {
            None => Change::Added,
            Some(old) if old.condition == edge.condition => Change::Kept,
            Some(_) => Change::Changed,
        };
        edges.push(ComparedEdge {
            change,
            tail: label(right, &edge.tail_key),
            head: label(right, &edge.head_key),
            left_condition: old.and_then(|old| old.condition.clone()),
            right_condition: edge.condition.clone(),
        });
    }
    edges.extend(open.into_iter().map(|edge| ComparedEdge {
        change: Change::Removed,
        tail: label(left, &edge.tail_key),
        head: label(left, &edge.head_key),
        left_condition: edge.condition.clone(),
        right_condition: None,
    }));
    edges
}
