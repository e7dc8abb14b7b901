//! From the text of a graph to graphs in graphs, within limits.

use std::collections::HashMap;

use super::declared::{Graph, GraphEdge, GraphNode};
use super::error::{EDGES_MAX, GraphError, NODES_MAX};
use super::flat::{FlatGraph, FlatNode};
use super::scopes::Scopes;

/// Levels of subflows in subflows.
const SUBFLOW_LEVELS_MAX: usize = 32;

/// The graph in `text`.
pub fn parse_graph(text: &str) -> Result<Graph, GraphError> {
    let flat: FlatGraph = serde_json::from_str(text).map_err(|_| GraphError::Malformed)?;
    if let Some(error) = flat.error {
        let detail = flat.detail.map_or_else(String::new, |detail| format!(": {detail}"));
        return Err(GraphError::Client(format!("{error}{detail}")));
    }
    let version = match flat.version.as_i64() {
        Some(version @ (1 | 2)) => version as u8,
        Some(other) => return Err(GraphError::UnknownVersion(other)),
        None => return Err(GraphError::Malformed),
    };
    if flat.nodes.is_empty() {
        return Err(GraphError::Empty);
    }
    if flat.nodes.len() > NODES_MAX || flat.edges.len() > EDGES_MAX {
        return Err(GraphError::TooLarge);
    }
    let scopes = Scopes::of(&flat);
    let mut builder = Builder { scopes: &scopes, version, nodes: 0, edges: 0 };
    builder.scope(None, flat.structural_id.clone(), &mut Vec::new())
}

/// Turns the flat lists into graphs in graphs.
struct Builder<'f> {
    scopes: &'f Scopes<'f>,
    version: u8,
    nodes: usize,
    edges: usize,
}

impl<'f> Builder<'f> {
    /// The graph behind subflow node `subflow`, or the outer one; `path` are the subflow nodes around it.
    fn scope(
        &mut self,
        subflow: Option<&'f FlatNode>,
        structural_id: Option<String>,
        path: &mut Vec<&'f str>,
    ) -> Result<Graph, GraphError> {
        let key = subflow.map(|node| node.id.as_str());
        let members = self.scopes.members.get(&key);
        let listed: Vec<usize> = members.into_iter().flatten().copied().collect();
        let places: HashMap<&str, usize> =
            listed.iter().enumerate().map(|(at, place)| (self.flat(*place).id.as_str(), at)).collect();
        let edges = self.edges_of(key, &places);
        self.nodes += listed.len();
        self.edges += edges.len();
        if self.nodes > NODES_MAX || self.edges > EDGES_MAX {
            return Err(GraphError::TooLarge);
        }
        let source = subflow.and_then(|node| node.subflow_source.as_deref());
        let source = source.and_then(|id| places.get(id)).copied().unwrap_or(0);
        let mut nodes = Vec::with_capacity(listed.len());
        for place in listed {
            nodes.push(self.node(self.flat(place), &places, path)?);
        }
        Ok(Graph { version: self.version, structural_id, source, nodes, edges })
    }

    fn flat(&self, place: usize) -> &'f FlatNode {
        &self.scopes.flat.nodes[place]
    }

    fn edges_of(&self, subflow: Option<&'f str>, places: &HashMap<&str, usize>) -> Vec<GraphEdge> {
        let edges = self.scopes.edges.get(&subflow).into_iter().flatten();
        edges
            .filter_map(|edge| {
                Some(GraphEdge {
                    structural_id: edge.structural_id.clone(),
                    tail: *places.get(edge.tail.as_str())?,
                    head: *places.get(edge.head.as_str())?,
                    condition: edge.condition.clone(),
                })
            })
            .collect()
    }

    fn node(
        &mut self,
        node: &'f FlatNode,
        places: &HashMap<&str, usize>,
        path: &mut Vec<&'f str>,
    ) -> Result<GraphNode, GraphError> {
        let id = node.id.as_str();
        let subflow = if node.is_subflow && !path.contains(&id) && path.len() < SUBFLOW_LEVELS_MAX {
            path.push(id);
            let graph = self.scope(Some(node), node.subflow_structural_id.clone(), path)?;
            path.pop();
            Some(Box::new(graph))
        } else {
            None
        };
        let items = || node.items.iter().filter_map(|item| places.get(item.as_str()).copied()).collect();
        let label = [&node.label, &node.type_name, &node.id].into_iter().find(|name| !name.is_empty());
        Ok(GraphNode {
            id: node.id.clone(),
            structural_id: node.structural_id.clone(),
            type_name: node.type_name.clone(),
            label: label.cloned().unwrap_or_default(),
            items: node.is_group.then(items),
            subflow,
        })
    }
}
