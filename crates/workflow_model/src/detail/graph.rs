//! The graph of a view, with what was executed of it.

use crate::graph_view::{EdgeStatus, WorkflowEdge, WorkflowGraph, WorkflowNode};
use crate::layout::{LayoutEdge, LayoutNode};
use crate::matching::Matching;
use crate::trace::JunjoTrace;

/// Nothing when the run sent no graph and executed nothing of one.
pub(super) fn shown(matching: &Matching, trace: &JunjoTrace) -> Option<WorkflowGraph> {
    let (version, structural_id) = match &matching.graph {
        Some((version, id)) => (Some(*version), id.clone()),
        None => (None, None),
    };
    if version.is_none() && matching.layout.nodes.is_empty() {
        return None;
    }
    let layout = &matching.layout;
    let mut nodes: Vec<WorkflowNode> =
        layout.nodes.iter().map(|node| workflow_node(node, &layout.nodes)).collect();
    let mut durations = vec![0_u64; nodes.len()];
    for execution in &matching.executions {
        let (node, span) = (&mut nodes[execution.node], &trace.spans()[execution.span]);
        node.execution_count += 1;
        node.error_count += usize::from(span.failed);
        node.cancelled_count += usize::from(span.cancelled);
        durations[execution.node] = durations[execution.node].saturating_add(span.duration_nanos());
    }
    for (node, duration) in nodes.iter_mut().zip(durations) {
        node.duration_ns = duration.to_string();
    }
    let edges = layout.edges.iter().map(|edge| {
        let together = layout.by_ends.get(&(edge.tail, edge.head)).map_or(1, Vec::len);
        workflow_edge(edge, &layout.nodes, together > 1)
    });
    Some(WorkflowGraph { version, structural_id, edges: edges.collect(), nodes })
}

fn workflow_node(node: &LayoutNode, all: &[LayoutNode]) -> WorkflowNode {
    let key_of = |place: Option<usize>| place.map(|place| all[place].key.clone());
    WorkflowNode {
        key: node.key.clone(),
        kind: node.kind,
        type_name: node.type_name.clone(),
        label: node.label.clone(),
        structural_id: node.structural_id.clone(),
        subflow_structural_id: node.subflow_structural_id.clone(),
        runtime_id: node.runtime_id.clone(),
        subflow_key: key_of(node.subflow),
        group_key: key_of(node.group),
        is_source: node.is_source,
        is_sink: node.is_sink,
        declared: node.declared,
        execution_count: 0,
        error_count: 0,
        cancelled_count: 0,
        duration_ns: "0".to_owned(),
    }
}

fn workflow_edge(edge: &LayoutEdge, nodes: &[LayoutNode], ambiguous: bool) -> WorkflowEdge {
    let declared = edge.ordinal.is_some();
    let status = match (declared, edge.taken, edge.missing) {
        (false, ..) => EdgeStatus::Extra,
        (true, 0, true) => EdgeStatus::Missing,
        (true, 0, false) => EdgeStatus::NotTaken,
        (true, ..) => EdgeStatus::Taken,
    };
    WorkflowEdge {
        key: edge.key.clone(),
        tail_key: nodes[edge.tail].key.clone(),
        head_key: nodes[edge.head].key.clone(),
        condition: edge.condition.clone(),
        ordinal: edge.ordinal,
        structural_id: edge.structural_id.clone(),
        subflow_key: edge.subflow.map(|place| nodes[place].key.clone()),
        declared,
        status,
        taken_count: edge.taken,
        ambiguous,
    }
}
