//! The ways through a layout: which edges leave a node, where they lead, and which were taken.

use std::collections::HashSet;

use super::parts::{Layout, LayoutEdge};

impl Layout {
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
