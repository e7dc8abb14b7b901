//! What was executed against what is declared: edges taken, extra and missing, where a run began and ended, and items
//! of groups.
//!
//! Clients do not record the edges that they take. A run executes one node after the other, so that two consecutive
//! executions tell the edge between them.

use std::collections::HashSet;

use crate::matching::{GroupRun, Matching, Scope};
use crate::span::Vocabulary;
use crate::trace::JunjoTrace;
use crate::warning::{Warning, WarningCode};

/// Two executions, one after the other: their spans, and the nodes that they are of.
struct Transition {
    from_span: usize,
    to_span: usize,
    tail: usize,
    head: usize,
}

impl Matching {
    /// Counts the edges that a run took; `executed` are the spans right below it, in order of start.
    pub(crate) fn check_run(&mut self, trace: &JunjoTrace, scope: &Scope<'_>, executed: &[usize]) {
        for pair in executed.windows(2) {
            let (Some(tail), Some(head)) = (self.node_of(pair[0]), self.node_of(pair[1])) else { continue };
            let extra = self.layout.take(tail, head).filter(|_| scope.graph.is_some());
            if let Some(extra) = extra {
                let transition = Transition { from_span: pair[0], to_span: pair[1], tail, head };
                self.extra_edge(trace, extra, &transition);
            }
        }
        if scope.graph.is_some() {
            self.check_start(trace, scope, executed);
            self.check_end(trace, scope, executed);
        }
    }

    fn node_of(&self, span: usize) -> Option<usize> {
        self.by_span.get(&span).map(|execution| self.executions[*execution].node)
    }

    fn extra_edge(&mut self, trace: &JunjoTrace, edge: usize, transition: &Transition) {
        let Transition { from_span, to_span, tail, head } = *transition;
        let [tail_label, head_label] = [tail, head].map(|node| self.layout.nodes[node].label.clone());
        let hint = if self.layout.leads_to(tail, head) { ": a span between them may be missing" } else { "" };
        let text = format!("\"{head_label}\" followed \"{tail_label}\", which no edge declares{hint}");
        let key = self.layout.edges[edge].key.clone();
        let warning = Warning::new(WarningCode::UndeclaredEdge, text);
        self.warn(warning.edge(&key).span(trace.spans()[to_span].span_id));
        if went_well(trace, from_span) {
            self.miss_only_edge(tail);
        }
    }

    /// The only edge that leaves a node must have been taken when the node succeeded and the run went on.
    fn miss_only_edge(&mut self, tail: usize) -> Option<usize> {
        let only = {
            let mut leaving = self.layout.declared_from(tail);
            let only = leaving.next()?;
            leaving.next().is_none().then_some(only)?
        };
        self.layout.edges[only].missing = true;
        Some(only)
    }

    fn check_start(&mut self, trace: &JunjoTrace, scope: &Scope<'_>, executed: &[usize]) {
        let span_id = trace.spans()[scope.run].span_id;
        let Some(first) = executed.first() else {
            if went_well(trace, scope.run) {
                let text = "no executed node has arrived";
                self.warn(Warning::new(WarningCode::UnexpectedStart, text).span(span_id));
            }
            return;
        };
        let source = scope.graph.and_then(|graph| scope.places.get(graph.source)).copied();
        let node = self.node_of(*first);
        if let (Some(source), Some(node)) = (source, node.filter(|node| Some(*node) != source)) {
            let [wanted, found] = [source, node].map(|node| self.layout.nodes[node].label.clone());
            let text = format!("the first execution is one of \"{found}\", not of the source \"{wanted}\"");
            let key = self.layout.nodes[source].key.clone();
            let first = trace.spans()[*first].span_id;
            self.warn(Warning::new(WarningCode::UnexpectedStart, text).node(&key).span(first));
        }
    }

    fn check_end(&mut self, trace: &JunjoTrace, scope: &Scope<'_>, executed: &[usize]) {
        let last = executed.last().copied().filter(|_| went_well(trace, scope.run));
        let Some((span, node)) = last.and_then(|span| Some((span, self.node_of(span)?))) else { return };
        let found = &self.layout.nodes[node];
        if found.is_sink || !found.declared {
            return;
        }
        let (key, label, span) = (found.key.clone(), found.label.clone(), trace.spans()[span].span_id);
        let warning = if let Some(edge) = self.miss_only_edge(node) {
            let edge = self.layout.edges[edge].key.clone();
            let hint = match trace.spans()[scope.run].vocabulary {
                Vocabulary::Legacy => "; SDKs of its age do not say when a run was cancelled",
                _ => "",
            };
            let text =
                format!("nothing followed \"{label}\", though an edge leads on and the run went well{hint}");
            Warning::new(WarningCode::MissingEdge, text).edge(&edge)
        } else {
            let text = format!("the last execution is one of \"{label}\", which is no sink");
            Warning::new(WarningCode::UnexpectedEnd, text)
        };
        self.warn(warning.node(&key).span(span));
    }

    /// Every declared item of a group that went well must have been executed.
    pub(crate) fn check_group(&mut self, trace: &JunjoTrace, group: GroupRun) {
        let GroupRun { span, node: group } = group;
        if !went_well(trace, span) || !self.layout.nodes[group].declared {
            return;
        }
        let of_group = self.executions.iter().rev().take_while(|other| other.span != span);
        let executed: HashSet<usize> =
            of_group.filter(|other| other.group == Some(span)).map(|other| other.node).collect();
        let missing: Vec<usize> = self.layout.items(group).filter(|item| !executed.contains(item)).collect();
        for item in missing {
            let (key, label) = (self.layout.nodes[item].key.clone(), self.layout.nodes[item].label.clone());
            let text = format!("no execution of \"{label}\" in its group has arrived");
            let span = trace.spans()[span].span_id;
            self.warn(Warning::new(WarningCode::MissingItem, text).node(&key).span(span));
        }
    }
}

/// Neither failed nor cancelled.
fn went_well(trace: &JunjoTrace, span: usize) -> bool {
    let span = &trace.spans()[span];
    !span.failed && !span.cancelled
}
