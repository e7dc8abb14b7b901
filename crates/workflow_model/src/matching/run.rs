//! Walking through a run: its nodes, groups and subflows, level by level.

use std::collections::HashMap;

use super::found::{Candidate, GroupRun, Matched, Matching};
use super::scope::Scope;
use crate::graph::{Graph, parse_graph};
use crate::graph_view::{MatchedBy, NodeKind};
use crate::kind::ExecutableKind;
use crate::layout::Undeclared;
use crate::span::JunjoSpan;
use crate::trace::JunjoTrace;
use crate::warning::{Warning, WarningCode};

/// Levels of runs and groups in each other; real ones have a handful.
const LEVELS_MAX: usize = 64;
/// Executions without a parent that are looked for in every graph.
const ORPHANS_MAX: usize = 1_000;

impl Matching {
    /// Matches all executions of the run at `run` and of the subflows in it.
    pub(crate) fn of(trace: &JunjoTrace, run: usize) -> Self {
        let mut matching = Self { orphans: trace.orphans().take(ORPHANS_MAX).collect(), ..Self::default() };
        matching.run(trace, run, None, None);
        matching
    }

    /// One run: its own graph when it sent one, else what its parent declares of it.
    fn run(&mut self, trace: &JunjoTrace, run: usize, subflow: Option<usize>, outer: Option<&Graph>) {
        if !self.seen.insert(run) {
            return;
        }
        let span = &trace.spans()[run];
        let own = match span.graph.as_deref().map(parse_graph) {
            Some(Ok(graph)) => Some(graph),
            Some(Err(error)) => {
                self.warn(Warning::new(WarningCode::GraphUnreadable, error.to_string()).span(span.span_id));
                None
            }
            None => {
                let text = "the run sent no graph: its nodes are those that were executed";
                self.warn(Warning::new(WarningCode::GraphMissing, text).span(span.span_id));
                None
            }
        };
        let is_own = own.is_some();
        let graph = own.as_ref().or(outer);
        let declared = graph.and_then(|graph| {
            let declared = self.layout.declare(graph, subflow, is_own)?;
            self.declare_subflows(graph, &declared.places);
            Some(declared)
        });
        let graph = graph.filter(|_| declared.is_some());
        if subflow.is_none() {
            self.graph = graph.map(|graph| (graph.version, graph.structural_id.clone()));
        }
        if declared.as_ref().is_some_and(|declared| declared.differs) {
            let text = "the subflow ran with another graph than the workflow declares";
            self.warn(Warning::new(WarningCode::GraphDiffers, text).span(span.span_id));
        }
        let places = declared.map_or_else(Vec::new, |declared| declared.places);
        let by_id = graph.map_or_else(HashMap::new, |graph| {
            graph.nodes.iter().enumerate().map(|(place, node)| (node.id.as_str(), place)).collect()
        });
        let scope = Scope { run, subflow, graph, places, own: is_own, by_id };
        let executed = self.level(trace, &scope, None, trace.below(run).to_vec());
        let adopted = self.adopt(trace, &scope);
        let mut all: Vec<usize> = executed.into_iter().chain(adopted).collect();
        all.sort_unstable();
        self.check_run(trace, &scope, &all);
    }

    /// The declared insides of subflows, so that those that are not executed show too.
    fn declare_subflows(&mut self, graph: &Graph, places: &[usize]) {
        for (node, place) in graph.nodes.iter().zip(places) {
            if let Some(inner) = &node.subflow
                && let Some(declared) = self.layout.declare(inner, Some(*place), false)
            {
                self.declare_subflows(inner, &declared.places);
            }
        }
    }

    /// Executions right below a run, or right below a group in it; returns the spans that are such.
    fn level(
        &mut self,
        trace: &JunjoTrace,
        scope: &Scope<'_>,
        group: Option<GroupRun>,
        spans: Vec<usize>,
    ) -> Vec<usize> {
        let mut executed = Vec::new();
        for place in spans {
            let span = &trace.spans()[place];
            let is_part = matches!(
                span.kind,
                Some(ExecutableKind::Node | ExecutableKind::RunConcurrent | ExecutableKind::Subflow)
            );
            if is_part && !self.by_span.contains_key(&place) {
                executed.push(place);
                self.execute(trace, scope, Candidate { span: place, group, position: executed.len() });
            }
        }
        executed
    }

    pub(super) fn execute(&mut self, trace: &JunjoTrace, scope: &Scope<'_>, candidate: Candidate) {
        let Candidate { span: place, group, position } = candidate;
        let span = &trace.spans()[place];
        let found = scope.find(span);
        let node = found.map(|(at, by)| (scope.places[at], by));
        let node = node.or_else(|| {
            let group = group.map(|group| group.node);
            let node = self.layout.add_undeclared(Undeclared {
                subflow: scope.subflow,
                group,
                kind: kind_of(span),
                label: &span.name,
            })?;
            if scope.graph.is_some() {
                let text = format!("\"{}\" was executed, but the graph does not declare it", span.name);
                let key = self.layout.nodes[node].key.clone();
                self.warn(Warning::new(WarningCode::UndeclaredNode, text).node(&key).span(span.span_id));
            }
            Some((node, MatchedBy::Nothing))
        });
        let Some((node, by)) = node else { return };
        let iteration = self.iterations.entry((scope.run, node)).or_default();
        *iteration += 1;
        let iteration = *iteration;
        self.by_span.insert(place, self.executions.len());
        let group = group.map(|group| group.span);
        let execution = Matched { span: place, node, run: scope.run, group, position, iteration, by };
        self.executions.push(execution);
        if self.levels >= LEVELS_MAX {
            let text = format!("what is nested more than {LEVELS_MAX} levels deep is left out");
            self.warn(Warning::new(WarningCode::Truncated, text).span(span.span_id));
            return;
        }
        self.levels += 1;
        match span.kind {
            Some(ExecutableKind::RunConcurrent) => {
                let group = GroupRun { span: place, node };
                self.level(trace, scope, Some(group), trace.below(place).to_vec());
                self.check_group(trace, group);
            }
            Some(ExecutableKind::Subflow) => {
                let inner = found.and_then(|(at, _)| scope.graph?.nodes.get(at)?.subflow.as_deref());
                self.run(trace, place, Some(node), inner);
            }
            _ => {}
        }
        self.levels -= 1;
    }
}

fn kind_of(span: &JunjoSpan) -> NodeKind {
    match span.kind {
        Some(ExecutableKind::RunConcurrent) => NodeKind::RunConcurrent,
        Some(ExecutableKind::Subflow) => NodeKind::Subflow,
        _ => NodeKind::Node,
    }
}
