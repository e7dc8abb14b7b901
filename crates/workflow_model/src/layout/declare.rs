//! Adding nodes and edges: those of declared graphs, and nodes that were executed without being declared.

use super::names::Names;
use super::parts::{Layout, LayoutEdge, LayoutNode};
use crate::graph::{Graph, GraphNode};
use crate::graph_view::NodeKind;

/// Nodes that one view may have, declared and undeclared; more are counted as left out.
const NODES_MAX: usize = 10_000;

/// Where the nodes of one graph stand in a layout.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Places in the layout, one for each node of the graph.
    pub(crate) places: Vec<usize>,
    /// Whether the layout already had another graph at this place.
    pub(crate) differs: bool,
}

/// A node that was executed and that its graph does not declare.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Undeclared<'a> {
    /// The subflow node that it lies in.
    pub(crate) subflow: Option<usize>,
    /// The group that it is an item of.
    pub(crate) group: Option<usize>,
    pub(crate) kind: NodeKind,
    pub(crate) label: &'a str,
}

impl Layout {
    /// Adds `graph` behind subflow node `subflow` (or as the outer one); nodes that are there already stay as they are.
    /// `is_run` says that the graph's ids are those of executed spans. `None` when there would be too many nodes.
    pub(crate) fn declare(
        &mut self,
        graph: &Graph,
        subflow: Option<usize>,
        is_run: bool,
    ) -> Option<Declared> {
        if self.nodes.len() + graph.nodes.len() > NODES_MAX {
            self.left_out = true;
            return None;
        }
        let had_any = !self.declared.insert(subflow);
        let count = self.nodes.len();
        let mut names = Names::default();
        let mut places = Vec::with_capacity(graph.nodes.len());
        for (ordinal, node) in graph.nodes.iter().enumerate() {
            let key = self.key(
                subflow,
                &names.of(node.structural_id.as_deref(), || format!("{ordinal}:{}", node.label)),
            );
            let place = self.by_key.get(&key).copied().unwrap_or_else(|| self.add(key, node, subflow));
            if is_run && self.nodes[place].runtime_id.is_none() {
                self.nodes[place].runtime_id = Some(node.id.clone());
            }
            places.push(place);
        }
        if let Some(source) = places.get(graph.source) {
            self.nodes[*source].is_source = true;
        }
        for (place, node) in places.iter().zip(&graph.nodes) {
            for item in node.items.iter().flatten().filter_map(|item| places.get(*item)) {
                if item != place {
                    self.nodes[*item].group = Some(*place);
                    self.nodes[*item].is_sink = false;
                    self.items.entry(*place).or_default().insert(*item);
                }
            }
        }
        self.declare_edges(graph, subflow, &places);
        Some(Declared { differs: had_any && self.nodes.len() > count, places })
    }

    fn declare_edges(&mut self, graph: &Graph, subflow: Option<usize>, places: &[usize]) {
        let mut names = Names::default();
        for (ordinal, edge) in graph.edges.iter().enumerate() {
            let (tail, head) = (places[edge.tail], places[edge.head]);
            let name = names.of(edge.structural_id.as_deref(), || format!("edge:{ordinal}"));
            let key = self.key(subflow, &name);
            self.nodes[tail].is_sink = false;
            if self.edge_by_key.contains_key(&key) {
                continue;
            }
            self.edge_by_key.insert(key.clone(), self.edges.len());
            self.by_ends.entry((tail, head)).or_default().push(self.edges.len());
            self.leaving.entry(tail).or_default().push(self.edges.len());
            self.edges.push(LayoutEdge {
                key,
                tail,
                head,
                condition: edge.condition.clone(),
                ordinal: Some(ordinal),
                structural_id: edge.structural_id.clone(),
                subflow,
                taken: 0,
                missing: false,
            });
        }
    }

    fn add(&mut self, key: String, node: &GraphNode, subflow: Option<usize>) -> usize {
        let kind = match (&node.items, &node.subflow) {
            (Some(_), _) => NodeKind::RunConcurrent,
            (None, Some(_)) => NodeKind::Subflow,
            (None, None) => NodeKind::Node,
        };
        self.insert(LayoutNode {
            key,
            kind,
            type_name: node.type_name.clone(),
            label: node.label.clone(),
            structural_id: node.structural_id.clone(),
            subflow_structural_id: node.subflow.as_ref().and_then(|graph| graph.structural_id.clone()),
            runtime_id: None,
            subflow,
            group: None,
            is_source: false,
            is_sink: true,
            declared: true,
        })
    }

    /// Adds a node that was executed without being declared, once for each label in its graph; `None` when there are
    /// too many nodes.
    pub(crate) fn add_undeclared(&mut self, node: Undeclared<'_>) -> Option<usize> {
        let Undeclared { subflow, group, kind, label } = node;
        let key = self.key(subflow, &format!("undeclared:{label}"));
        if let Some(place) = self.by_key.get(&key) {
            return Some(*place);
        }
        if self.nodes.len() >= NODES_MAX {
            self.left_out = true;
            return None;
        }
        Some(self.insert(LayoutNode {
            key,
            kind,
            type_name: String::new(),
            label: label.to_owned(),
            structural_id: None,
            subflow_structural_id: None,
            runtime_id: None,
            subflow,
            group,
            is_source: false,
            is_sink: false,
            declared: false,
        }))
    }

    fn insert(&mut self, node: LayoutNode) -> usize {
        let place = self.nodes.len();
        self.by_key.insert(node.key.clone(), place);
        self.nodes.push(node);
        place
    }
}
