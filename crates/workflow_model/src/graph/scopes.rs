//! Which node of the flat list stands in which graph.
//!
//! The JSON lists all nodes flat, those inside subflows too, and does not say to which of them a node belongs: that is
//! worked out here from edges, from the source and sinks of version 2, and in version 1, whose sources and sinks dangle,
//! from the order of the list.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::flat::{FlatEdge, FlatGraph};

/// The flat lists, looked up by graph; the key is the subflow node's id, `None` for the graph itself.
pub(super) struct Scopes<'f> {
    pub(super) flat: &'f FlatGraph,
    /// Place of each node id in the flat list.
    places: HashMap<&'f str, usize>,
    pub(super) members: HashMap<Option<&'f str>, BTreeSet<usize>>,
    pub(super) edges: HashMap<Option<&'f str>, Vec<&'f FlatEdge>>,
}

impl<'f> Scopes<'f> {
    pub(super) fn of(flat: &'f FlatGraph) -> Self {
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
