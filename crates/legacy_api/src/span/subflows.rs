//! Which node of its workflow's graph a subflow is, where its own ids do not say so: the one node that stands for the same graph.

use std::collections::HashMap;

use junjo_span_model::SpanId;
use junjo_span_store::WholeSpan;
use serde_json::Value;

/// Ids of graph nodes by the subflow's span, for those whose definition's id is no node of the graph around them. `spans` are those
/// of one trace.
pub(super) fn nodes_of_subflows(spans: &[WholeSpan]) -> HashMap<SpanId, String> {
    let parents: HashMap<SpanId, Option<SpanId>> =
        spans.iter().map(|span| (span.row.span_id, span.row.parent_span_id)).collect();
    let is_run = |span: &&WholeSpan| matches!(span.row.span_type.as_deref(), Some("workflow" | "subflow"));
    let mut graphs: HashMap<SpanId, (&WholeSpan, Option<Vec<SubflowNode>>)> =
        spans.iter().filter(is_run).map(|span| (span.row.span_id, (span, None))).collect();
    let mut found = HashMap::new();
    for span in spans.iter().filter(|span| span.row.span_type.as_deref() == Some("subflow")) {
        let attributes = attributes(span);
        let get = |key: &str| attributes[key].as_str();
        let Some(structure) = get("junjo.executable_structural_id") else { continue };
        // parents may form a circle, and no way is longer than the trace
        let up = |id: &SpanId| parents.get(id).copied().flatten();
        let mut way = std::iter::successors(span.row.parent_span_id, up).take(parents.len());
        let Some(run) = way.find(|id| graphs.contains_key(id)) else { continue };
        let Some((run, nodes)) = graphs.get_mut(&run) else { continue };
        let nodes = nodes.get_or_insert_with(|| subflow_nodes(run));
        let definition = get("junjo.executable_definition_id");
        if nodes.iter().any(|node| Some(node.id.as_str()) == definition) {
            continue;
        }
        let mut same = nodes.iter().filter(|node| node.structure == structure);
        if let (Some(node), None) = (same.next(), same.next()) {
            found.insert(span.row.span_id, node.id.clone());
        }
    }
    found
}

/// A node that stands for a graph.
struct SubflowNode {
    id: String,
    structure: String,
}

fn attributes(span: &WholeSpan) -> Value {
    serde_json::from_str(&span.attributes).unwrap_or_default()
}

fn subflow_nodes(run: &WholeSpan) -> Vec<SubflowNode> {
    let attributes = attributes(run);
    let graph = attributes["junjo.workflow.execution_graph_snapshot"].as_str().unwrap_or_default();
    let graph: Value = serde_json::from_str(graph).unwrap_or_default();
    let nodes = graph["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |node: &Value, name: &str| node[name].as_str().unwrap_or_default().to_owned();
    nodes
        .iter()
        .filter(|node| node["isSubflow"] == true)
        .map(|node| SubflowNode {
            id: text(node, "nodeRuntimeId"),
            structure: text(node, "subflowGraphStructuralId"),
        })
        .collect()
}
