//! One run of a graph, and which of its nodes a span executed.

use std::collections::HashMap;

use crate::graph::Graph;
use crate::graph_view::MatchedBy;
use crate::kind::ExecutableKind;
use crate::span::JunjoSpan;

/// One run of a graph: where its nodes stand in the layout.
pub(crate) struct Scope<'g> {
    pub(crate) run: usize,
    /// The subflow node that it is a run of.
    pub(super) subflow: Option<usize>,
    pub(crate) graph: Option<&'g Graph>,
    /// Place in the layout of each node of the graph.
    pub(crate) places: Vec<usize>,
    /// Whether the graph's ids are those of executed spans.
    pub(super) own: bool,
    pub(super) by_id: HashMap<&'g str, usize>,
}

impl Scope<'_> {
    /// The node of the graph that `span` executed.
    pub(super) fn find(&self, span: &JunjoSpan) -> Option<(usize, MatchedBy)> {
        let graph = self.graph?;
        let id = match span.kind? {
            ExecutableKind::Subflow => span.definition_id.as_deref(),
            _ => span.runtime_id.as_deref(),
        };
        if let Some(at) = id.and_then(|id| self.by_id.get(id)) {
            return Some((*at, MatchedBy::RuntimeId));
        }
        // the span of a subflow has the id of the graph behind the node
        let mut by_hash = graph.nodes.iter().enumerate().filter(|(_, node)| {
            let behind = node.subflow.as_ref().and_then(|graph| graph.structural_id.as_ref());
            span.structural_id.is_some()
                && [node.structural_id.as_ref(), behind].contains(&span.structural_id.as_ref())
        });
        if let (Some((at, _)), None) = (by_hash.next(), by_hash.next()) {
            return Some((at, MatchedBy::StructuralId));
        }
        if self.own {
            return None;
        }
        let mut by_label = graph.nodes.iter().enumerate().filter(|(_, node)| node.label == span.name);
        match (by_label.next(), by_label.next()) {
            (Some((at, _)), None) => Some((at, MatchedBy::Label)),
            _ => None,
        }
    }
}
