//! The graph that a workflow declares, from either version of its JSON.
//!
//! The JSON lists all nodes flat, those inside subflows too, and does not say to which of them a node belongs: that is
//! worked out here from edges, from the source and sinks of version 2, and in version 1, whose sources and sinks dangle,
//! from the order of the list.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value as Json;

/// Nodes in a graph with all its subflows; the same child may stand in several places and is counted in each.
const NODES_MAX: usize = 5_000;
/// Edges likewise.
const EDGES_MAX: usize = 20_000;
/// Levels of subflows in subflows.
const SUBFLOW_LEVELS_MAX: usize = 32;

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

/// Why there is no graph, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The text is no graph JSON.
    #[error("the graph is no JSON of a known form")]
    Malformed,
    /// The SDK could not write it down.
    #[error("the client could not serialise its graph: {0}")]
    Client(String),
    /// Another version.
    #[error("the graph has version {0}, which is not known")]
    UnknownVersion(i64),
    /// It has no nodes.
    #[error("the graph has no nodes")]
    Empty,
    /// It is larger than can be shown.
    #[error("the graph has more than {NODES_MAX} nodes or {EDGES_MAX} edges with all its subflows")]
    TooLarge,
}

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

/// The JSON of both versions; each name stands beside that of the other one.
#[derive(Deserialize)]
struct FlatGraph {
    #[serde(rename = "v", default)]
    version: Json,
    #[serde(rename = "graphStructuralId", default)]
    structural_id: Option<String>,
    #[serde(default)]
    nodes: Vec<FlatNode>,
    #[serde(default)]
    edges: Vec<FlatEdge>,
    error: Option<String>,
    detail: Option<String>,
}

#[derive(Deserialize)]
struct FlatNode {
    #[serde(rename = "nodeRuntimeId", alias = "id")]
    id: String,
    #[serde(rename = "nodeStructuralId")]
    structural_id: Option<String>,
    #[serde(rename = "nodeType", alias = "type", default)]
    type_name: String,
    #[serde(rename = "nodeLabel", alias = "label", default)]
    label: String,
    #[serde(rename = "isConcurrentSubgraph", alias = "isSubgraph", default)]
    is_group: bool,
    #[serde(rename = "childNodeRuntimeIds", alias = "children", default)]
    items: Vec<String>,
    #[serde(rename = "isSubflow", default)]
    is_subflow: bool,
    #[serde(rename = "subflowGraphStructuralId")]
    subflow_structural_id: Option<String>,
    #[serde(rename = "subflowSourceNodeRuntimeId")]
    subflow_source: Option<String>,
    #[serde(rename = "subflowSinkNodeRuntimeIds", default)]
    subflow_sinks: Vec<String>,
}

#[derive(Deserialize)]
struct FlatEdge {
    #[serde(rename = "edgeStructuralId")]
    structural_id: Option<String>,
    #[serde(rename = "tailNodeRuntimeId", alias = "source")]
    tail: String,
    #[serde(rename = "headNodeRuntimeId", alias = "target")]
    head: String,
    #[serde(rename = "edgeConditionLabel", alias = "condition")]
    condition: Option<String>,
    #[serde(rename = "parentSubflowRuntimeId", alias = "subflowId")]
    subflow: Option<String>,
}

/// The flat lists, looked up by graph; the key is the subflow node's id, `None` for the graph itself.
struct Scopes<'f> {
    flat: &'f FlatGraph,
    /// Place of each node id in the flat list.
    places: HashMap<&'f str, usize>,
    members: HashMap<Option<&'f str>, BTreeSet<usize>>,
    edges: HashMap<Option<&'f str>, Vec<&'f FlatEdge>>,
}

impl<'f> Scopes<'f> {
    fn of(flat: &'f FlatGraph) -> Self {
        let mut places = HashMap::new();
        for (place, node) in flat.nodes.iter().enumerate() {
            places.entry(node.id.as_str()).or_insert(place);
        }
        let mut scopes = Self { flat, places, members: HashMap::new(), edges: HashMap::new() };
        scopes.members.entry(None).or_default().insert(0);
        for edge in &flat.edges {
            let subflow = edge.subflow.as_deref();
            scopes.edges.entry(subflow).or_default().push(edge);
            scopes.place(subflow, [edge.tail.as_str(), edge.head.as_str()]);
        }
        for node in &flat.nodes {
            // real ids in version 2 only; version 1 has other names for its dangling ones
            let ends = node.subflow_source.iter().chain(&node.subflow_sinks).map(String::as_str);
            scopes.place(Some(&node.id), ends);
        }
        scopes.place_items();
        scopes.place_strays();
        scopes
    }

    fn place(&mut self, subflow: Option<&'f str>, ids: impl IntoIterator<Item = &'f str>) {
        let places = ids.into_iter().filter_map(|id| self.places.get(id));
        self.members.entry(subflow).or_default().extend(places);
    }

    /// The items of a group stand where the group does.
    fn place_items(&mut self) {
        for scope in self.members.values_mut() {
            let mut open: Vec<usize> = scope.iter().copied().collect();
            while let Some(place) = open.pop() {
                let node = &self.flat.nodes[place];
                let items = node.items.iter().filter(|_| node.is_group);
                let items = items.filter_map(|item| self.places.get(item.as_str()).copied());
                open.extend(items.filter(|item| scope.insert(*item)));
            }
        }
    }

    /// A node that nothing places belongs to the subflow listed before it when that has no other nodes, else to the
    /// graph itself.
    fn place_strays(&mut self) {
        let placed: HashSet<usize> = self.members.values().flatten().copied().collect();
        let mut subflow = None;
        for (place, node) in self.flat.nodes.iter().enumerate() {
            if node.is_subflow {
                let is_open = self.members.get(&Some(node.id.as_str())).is_none_or(BTreeSet::is_empty);
                subflow = is_open.then_some(node.id.as_str());
            }
            let is_first_of_its_id = self.places.get(node.id.as_str()) == Some(&place);
            if is_first_of_its_id && !placed.contains(&place) {
                self.members.entry(subflow).or_default().insert(place);
            }
        }
    }
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
