//! Which span executed which node: loops, groups, subflows by their own graph, and what is declared nowhere.
//!
//! | span | node |
//! |---|---|
//! | node, group | runtime id (legacy: `junjo.id`) = the node's id |
//! | subflow | definition id (legacy: `junjo.id`) = the node's id |
//! | inside a subflow | the ids of the subflow run's own graph; the parent's JSON has throw-away ones |

use std::collections::{HashMap, HashSet};

use crate::graph::{Graph, parse_graph};
use crate::graph_view::{MatchedBy, NodeKind};
use crate::kind::ExecutableKind;
use crate::layout::Layout;
use crate::span::JunjoSpan;
use crate::trace::JunjoTrace;
use crate::warning::{Warning, WarningCode};

/// Warnings that a view lists.
pub(crate) const WARNINGS_MAX: usize = 200;
/// Levels of runs and groups in each other; real ones have a handful.
const LEVELS_MAX: usize = 64;
/// Executions without a parent that are looked for in every graph.
const ORPHANS_MAX: usize = 1_000;

/// One execution, as places in trace and layout.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) span: usize,
    pub(crate) node: usize,
    pub(crate) run: usize,
    pub(crate) group: Option<usize>,
    pub(crate) position: usize,
    pub(crate) iteration: usize,
    pub(crate) by: MatchedBy,
}

/// One execution of a group, as places in trace and layout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupRun {
    pub(crate) span: usize,
    pub(crate) node: usize,
}

/// A span to match: whether it is in a group, and its place among the executions of its run or group, from 1.
#[derive(Clone, Copy)]
struct Candidate {
    span: usize,
    group: Option<GroupRun>,
    position: usize,
}

/// What was executed of a run's graph.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    pub(crate) layout: Layout,
    pub(crate) executions: Vec<Matched>,
    /// The execution of each span that is one.
    pub(crate) by_span: HashMap<usize, usize>,
    pub(crate) warnings: Vec<Warning>,
    /// Version and hash of the run's graph.
    pub(crate) graph: Option<(u8, Option<String>)>,
    seen: HashSet<usize>,
    iterations: HashMap<(usize, usize), usize>,
    orphans: Vec<usize>,
    levels: usize,
}

/// One run of a graph: where its nodes stand in the layout.
pub(crate) struct Scope<'g> {
    pub(crate) run: usize,
    /// The subflow node that it is a run of.
    subflow: Option<usize>,
    pub(crate) graph: Option<&'g Graph>,
    /// Place in the layout of each node of the graph.
    pub(crate) places: Vec<usize>,
    /// Whether the graph's ids are those of executed spans.
    own: bool,
    by_id: HashMap<&'g str, usize>,
}

impl Matching {
    /// Matches all executions of the run at `run` and of the subflows in it.
    pub(crate) fn of(trace: &JunjoTrace, run: usize) -> Self {
        let mut matching = Self { orphans: trace.orphans().take(ORPHANS_MAX).collect(), ..Self::default() };
        matching.run(trace, run, None, None);
        matching
    }

    pub(crate) fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(warning);
        }
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

    fn execute(&mut self, trace: &JunjoTrace, scope: &Scope<'_>, candidate: Candidate) {
        let Candidate { span: place, group, position } = candidate;
        let span = &trace.spans()[place];
        let found = scope.find(span);
        let node = found.map(|(at, by)| (scope.places[at], by));
        let node = node.or_else(|| {
            let group = group.map(|group| group.node);
            let node = self.layout.add_undeclared(scope.subflow, group, kind_of(span), &span.name)?;
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

    /// Executions whose parent is missing, found by the ids of the graph and the time of the run.
    fn adopt(&mut self, trace: &JunjoTrace, scope: &Scope<'_>) -> Vec<usize> {
        if !scope.own {
            return Vec::new();
        }
        let run = &trace.spans()[scope.run];
        let lost: Vec<usize> = self
            .orphans
            .iter()
            .copied()
            .filter(|place| !self.by_span.contains_key(place))
            .filter(|place| {
                let span = &trace.spans()[*place];
                let during = (run.start_unix_nano..=run.end_unix_nano).contains(&span.start_unix_nano);
                during && scope.find(span).is_some_and(|(_, by)| by == MatchedBy::RuntimeId)
            })
            .collect();
        let mut adopted = Vec::new();
        for place in lost {
            let span = &trace.spans()[place];
            let group = scope.find(span).and_then(|(at, _)| self.layout.nodes[scope.places[at]].group);
            let text = format!("the span around \"{}\" is missing", span.name);
            self.warn(Warning::new(WarningCode::ParentMissing, text).span(span.span_id));
            self.execute(trace, scope, Candidate { span: place, group: None, position: 1 });
            if group.is_none() {
                adopted.push(place);
            }
        }
        adopted
    }
}

impl Scope<'_> {
    /// The node of the graph that `span` executed.
    fn find(&self, span: &JunjoSpan) -> Option<(usize, MatchedBy)> {
        let graph = self.graph?;
        let id = match span.kind? {
            ExecutableKind::Subflow => span.definition_id.as_deref(),
            _ => span.runtime_id.as_deref(),
        };
        if let Some(at) = id.and_then(|id| self.by_id.get(id)) {
            return Some((*at, MatchedBy::RuntimeId));
        }
        if self.own {
            return None;
        }
        let mut by_hash = graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.structural_id.is_some() && node.structural_id == span.structural_id);
        if let (Some((at, _)), None) = (by_hash.next(), by_hash.next()) {
            return Some((at, MatchedBy::StructuralId));
        }
        let mut by_label = graph.nodes.iter().enumerate().filter(|(_, node)| node.label == span.name);
        match (by_label.next(), by_label.next()) {
            (Some((at, _)), None) => Some((at, MatchedBy::Label)),
            _ => None,
        }
    }
}

fn kind_of(span: &JunjoSpan) -> NodeKind {
    match span.kind {
        Some(ExecutableKind::RunConcurrent) => NodeKind::RunConcurrent,
        Some(ExecutableKind::Subflow) => NodeKind::Subflow,
        _ => NodeKind::Node,
    }
}
