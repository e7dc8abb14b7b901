//! What a layout consists of.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::graph_view::NodeKind;

/// All nodes and edges of a view.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) nodes: Vec<LayoutNode>,
    pub(crate) edges: Vec<LayoutEdge>,
    pub(super) by_key: HashMap<String, usize>,
    pub(super) edge_by_key: HashMap<String, usize>,
    /// Declared edges by tail and head.
    pub(crate) by_ends: HashMap<(usize, usize), Vec<usize>>,
    pub(crate) left_out: bool,
    pub(super) declared: HashSet<Option<usize>>,
    /// Declared edges by tail.
    pub(super) leaving: HashMap<usize, Vec<usize>>,
    /// Items of each group.
    pub(super) items: HashMap<usize, BTreeSet<usize>>,
}

impl Layout {
    /// The key of a part that is called `name` in the graph behind `subflow`.
    pub(super) fn key(&self, subflow: Option<usize>, name: &str) -> String {
        subflow.map_or_else(|| name.to_owned(), |subflow| format!("{}/{name}", self.nodes[subflow].key))
    }
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
