//! Adding runs up: how often each node was executed and each edge taken, and how long.

use std::collections::HashMap;

use junjo_span_model::SpanId;

use super::view::{AggregateEdge, AggregateGraph, AggregateNode};
use crate::detail::RunError;
use crate::matching::Matching;
use crate::trace::JunjoTrace;

/// Nodes and edges of all runs together; runs of one structural id differ only in what is undeclared.
const PARTS_MAX: usize = 20_000;
/// Durations that percentiles are taken from, over all nodes.
const DURATIONS_MAX: usize = 1_000_000;

/// Runs laid over each other.
#[derive(Debug, Default)]
pub struct Aggregate {
    runs: usize,
    nodes: Vec<NodeSum>,
    node_by_key: HashMap<String, usize>,
    edges: Vec<AggregateEdge>,
    edge_by_key: HashMap<String, usize>,
    durations: usize,
    complete: bool,
}

#[derive(Debug)]
struct NodeSum {
    node: AggregateNode,
    durations: Vec<u64>,
}

impl Aggregate {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { complete: true, ..Self::default() }
    }

    /// Adds the run whose span is `span_id`.
    pub fn add(&mut self, trace: &JunjoTrace, span_id: SpanId) -> Result<(), RunError> {
        let root = trace.run(span_id)?;
        let matching = trace.matching(root);
        self.runs += 1;
        let places = self.add_nodes(&matching);
        let mut executed = vec![false; self.nodes.len()];
        for execution in &matching.executions {
            let Some(place) = places[execution.node] else { continue };
            let (span, sum) = (&trace.spans()[execution.span], &mut self.nodes[place]);
            sum.node.execution_count += 1;
            sum.node.error_count += usize::from(span.failed);
            sum.node.cancelled_count += usize::from(span.cancelled);
            sum.node.run_count += usize::from(!std::mem::replace(&mut executed[place], true));
            if self.durations < DURATIONS_MAX {
                self.durations += 1;
                sum.durations.push(span.duration_nanos());
            } else {
                self.complete = false;
            }
        }
        self.add_edges(&matching);
        Ok(())
    }

    /// Runs that were added.
    pub fn run_count(&self) -> usize {
        self.runs
    }

    /// Places of the run's nodes among all; `None` for those that there is no room for.
    fn add_nodes(&mut self, matching: &Matching) -> Vec<Option<usize>> {
        let all = &matching.layout.nodes;
        let key_of = |place: Option<usize>| place.map(|place| all[place].key.clone());
        let mut places = Vec::with_capacity(all.len());
        for node in all {
            if let Some(place) = self.node_by_key.get(&node.key) {
                places.push(Some(*place));
                continue;
            }
            if self.nodes.len() >= PARTS_MAX {
                self.complete = false;
                places.push(None);
                continue;
            }
            let place = self.nodes.len();
            self.node_by_key.insert(node.key.clone(), place);
            places.push(Some(place));
            let node = AggregateNode {
                key: node.key.clone(),
                kind: node.kind,
                type_name: node.type_name.clone(),
                label: node.label.clone(),
                subflow_key: key_of(node.subflow),
                group_key: key_of(node.group),
                is_source: node.is_source,
                is_sink: node.is_sink,
                declared: node.declared,
                run_count: 0,
                execution_count: 0,
                error_count: 0,
                cancelled_count: 0,
                error_rate: None,
                p50_duration_ns: None,
                p95_duration_ns: None,
            };
            self.nodes.push(NodeSum { node, durations: Vec::new() });
        }
        places
    }

    fn add_edges(&mut self, matching: &Matching) {
        let layout = &matching.layout;
        for edge in &layout.edges {
            let place = match self.edge_by_key.get(&edge.key) {
                Some(place) => *place,
                None if self.edges.len() >= PARTS_MAX => {
                    self.complete = false;
                    continue;
                }
                None => {
                    let together = layout.by_ends.get(&(edge.tail, edge.head)).map_or(1, Vec::len);
                    self.edge_by_key.insert(edge.key.clone(), self.edges.len());
                    self.edges.push(AggregateEdge {
                        key: edge.key.clone(),
                        tail_key: layout.nodes[edge.tail].key.clone(),
                        head_key: layout.nodes[edge.head].key.clone(),
                        condition: edge.condition.clone(),
                        ordinal: edge.ordinal,
                        subflow_key: edge.subflow.map(|place| layout.nodes[place].key.clone()),
                        declared: edge.ordinal.is_some(),
                        run_count: 0,
                        taken_count: 0,
                        missing_count: 0,
                        ambiguous: together > 1,
                    });
                    self.edges.len() - 1
                }
            };
            let sum = &mut self.edges[place];
            sum.taken_count += edge.taken;
            sum.run_count += usize::from(edge.taken > 0);
            sum.missing_count += usize::from(edge.missing && edge.taken == 0);
        }
    }

    /// The sums of all runs that were added.
    pub fn finish(self) -> AggregateGraph {
        let nodes = self.nodes.into_iter().map(|mut sum| {
            sum.durations.sort_unstable();
            let rate = sum.node.error_count as f64 / sum.node.execution_count as f64;
            AggregateNode {
                error_rate: (sum.node.execution_count > 0).then_some(rate),
                p50_duration_ns: percentile(&sum.durations, 50),
                p95_duration_ns: percentile(&sum.durations, 95),
                ..sum.node
            }
        });
        AggregateGraph { nodes: nodes.collect(), edges: self.edges, complete: self.complete }
    }
}

/// The nearest-rank percentile of sorted values.
fn percentile(sorted: &[u64], percent: usize) -> Option<String> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).map(u64::to_string)
}
