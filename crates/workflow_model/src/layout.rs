//! The nodes and edges of a run's graph with all its subflows, under keys that do not depend on the run.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::graph::{Graph, GraphNode};
use crate::graph_view::NodeKind;

/// Nodes that one view may have, declared and undeclared; more are counted as left out.
const NODES_MAX: usize = 10_000;

/// All nodes and edges of a view.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) nodes: Vec<LayoutNode>,
    pub(crate) edges: Vec<LayoutEdge>,
    by_key: HashMap<String, usize>,
    edge_by_key: HashMap<String, usize>,
    /// Declared edges by tail and head.
    pub(crate) by_ends: HashMap<(usize, usize), Vec<usize>>,
    pub(crate) left_out: bool,
    declared: HashSet<Option<usize>>,
    /// Declared edges by tail.
    leaving: HashMap<usize, Vec<usize>>,
    /// Items of each group.
    items: HashMap<usize, BTreeSet<usize>>,
}

/// A node of a view.
#[derive(Debug)]
pub(crate) struct LayoutNode {
    pub(crate) key: String,
    pub(crate) kind: NodeKind,
    pub(crate) type_name: String,
    pub(crate) label: String,
    pub(crate) structural_id: Option<String>,
    pub(crate) subflow_structural_id: Option<String>,
    pub(crate) runtime_id: Option<String>,
    pub(crate) subflow: Option<usize>,
    pub(crate) group: Option<usize>,
    pub(crate) is_source: bool,
    pub(crate) is_sink: bool,
    pub(crate) declared: bool,
}

/// An edge of a view.
#[derive(Debug)]
pub(crate) struct LayoutEdge {
    pub(crate) key: String,
    pub(crate) tail: usize,
    pub(crate) head: usize,
    pub(crate) condition: Option<String>,
    pub(crate) ordinal: Option<usize>,
    pub(crate) structural_id: Option<String>,
    pub(crate) subflow: Option<usize>,
    pub(crate) taken: usize,
    /// It should have been taken and was not.
    pub(crate) missing: bool,
}

/// Where the nodes of one graph stand in a layout.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Places in the layout, one for each node of the graph.
    pub(crate) places: Vec<usize>,
    /// Whether the layout already had another graph at this place.
    pub(crate) differs: bool,
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

    fn key(&self, subflow: Option<usize>, name: &str) -> String {
        subflow.map_or_else(|| name.to_owned(), |subflow| format!("{}/{name}", self.nodes[subflow].key))
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

    /// Adds a node that was executed without being declared, once for each `label` in its graph; `None` when there are
    /// too many nodes.
    pub(crate) fn add_undeclared(
        &mut self,
        subflow: Option<usize>,
        group: Option<usize>,
        kind: NodeKind,
        label: &str,
    ) -> Option<usize> {
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

    /// Declared edges that leave a node.
    pub(crate) fn declared_from(&self, tail: usize) -> impl Iterator<Item = usize> {
        self.leaving.get(&tail).into_iter().flatten().copied()
    }

    /// Declared items of a group.
    pub(crate) fn items(&self, group: usize) -> impl Iterator<Item = usize> {
        self.items.get(&group).into_iter().flatten().copied()
    }

    /// Whether declared edges lead from `tail` to `head`, over any number of nodes.
    pub(crate) fn leads_to(&self, tail: usize, head: usize) -> bool {
        let (mut seen, mut open) = (HashSet::new(), vec![tail]);
        while let Some(node) = open.pop() {
            for edge in self.declared_from(node) {
                let next = self.edges[edge].head;
                if next == head {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// Counts a transition from `tail` to `head`; returns the edge when it is not declared and was not taken before.
    pub(crate) fn take(&mut self, tail: usize, head: usize) -> Option<usize> {
        if let Some(edges) = self.by_ends.get(&(tail, head)) {
            for edge in edges {
                self.edges[*edge].taken += 1;
            }
            return None;
        }
        let subflow = self.nodes[tail].subflow;
        let name = |node: usize| self.nodes[node].key.as_str();
        let key = self.key(subflow, &format!("extra:{}>{}", name(tail), name(head)));
        let edge = self.edges.len();
        self.by_ends.insert((tail, head), vec![edge]);
        self.edges.push(LayoutEdge {
            key,
            tail,
            head,
            condition: None,
            ordinal: None,
            structural_id: None,
            subflow,
            taken: 1,
            missing: false,
        });
        Some(edge)
    }
}

/// Names of the parts of one graph; a repeated one gets a number.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn of(&mut self, structural_id: Option<&str>, or: impl FnOnce() -> String) -> String {
        let name = structural_id.map_or_else(or, str::to_owned);
        let seen = self.0.entry(name.clone()).or_default();
        *seen += 1;
        if *seen == 1 { name } else { format!("{name}#{seen}") }
    }
}
