//! One run as a view: matching, stores and everything else that its spans say, put together.

use junjo_span_model::{SpanId, TraceId};

use crate::graph_view::{EdgeStatus, Execution, WorkflowEdge, WorkflowGraph, WorkflowNode};
use crate::kind::ExecutableKind;
use crate::layout::{LayoutEdge, LayoutNode};
use crate::matching::{Matched, Matching};
use crate::span::JunjoSpan;
use crate::stores::{self, execution_around};
use crate::trace::JunjoTrace;
use crate::view::{HookProblemItem, NestedRun, OperationItem, ParentRun, RunDetail, RunFailure};
use crate::warning::{Warning, WarningCode};

/// Hook problems that a view lists.
const HOOK_PROBLEMS_MAX: usize = 500;

/// Why there is no view of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The trace does not have the span.
    #[error("this span has not arrived")]
    UnknownSpan,
    /// The span is not a run.
    #[error("this span is no run of a Junjo workflow, subflow or agent")]
    NotARun,
}

impl JunjoTrace {
    /// Place of the run whose span is `id`.
    pub(crate) fn run(&self, id: SpanId) -> Result<usize, RunError> {
        let place = self.place(id).ok_or(RunError::UnknownSpan)?;
        let kind = self.spans()[place].kind.filter(|kind| kind.is_run());
        kind.map(|_| place).ok_or(RunError::NotARun)
    }

    /// Everything about the run whose span is `span_id`.
    pub fn detail(&self, trace_id: TraceId, span_id: SpanId) -> Result<RunDetail, RunError> {
        let root = self.run(span_id)?;
        let span = &self.spans()[root];
        let subtree = self.subtree(root);
        let matching = self.matching(root);
        let stores = stores::read(self, root, &subtree, &matching);
        let mut warnings = warnings_of(span, &matching);
        warnings.extend(matching.warnings.iter().cloned());
        warnings.extend(stores.warnings);
        Ok(RunDetail {
            trace_id: trace_id.to_string(),
            span_id: span_id.to_string(),
            name: span.name.clone(),
            kind: span.kind.unwrap_or(ExecutableKind::Workflow),
            vocabulary: span.vocabulary,
            contract_version: span.contract_version,
            definition_id: span.definition_id.clone(),
            runtime_id: span.runtime_id.clone(),
            structural_id: span.structural_id.clone(),
            start_time_unix_nano: span.start_unix_nano.to_string(),
            duration_ns: span.duration_nanos().to_string(),
            failed: span.failed,
            cancelled: span.cancelled,
            cancelled_reason: span.cancelled_reason.clone(),
            failure: self.failure(root, &subtree, &matching),
            parent: self.parent_run(root),
            correlation: span.correlation.clone(),
            evaluation: self.evaluation_around(root),
            agent: span.agent.clone(),
            node_count: span.node_count,
            graph: graph(&matching, self),
            executions: executions(&matching, self),
            nested_runs: self.nested_runs(root, &subtree, &matching),
            operations: self.operations(root, &subtree),
            stores: stores.items,
            state_events: stores.events,
            state_event_count: stores.event_count,
            hook_problems: self.hook_problems(&subtree),
            warnings,
        })
    }

    /// What was executed of the run at `root`; nothing of an agent, which has no graph.
    pub(crate) fn matching(&self, root: usize) -> Matching {
        match self.spans()[root].kind {
            Some(ExecutableKind::Workflow | ExecutableKind::Subflow) => Matching::of(self, root),
            _ => Matching::default(),
        }
    }

    /// The deepest span that failed as the run did; every span around it records the same exception.
    fn failure(&self, root: usize, subtree: &[usize], matching: &Matching) -> Option<RunFailure> {
        let run = &self.spans()[root];
        if !run.failed {
            return None;
        }
        let same = |span: &JunjoSpan| span.failed && span.error_message == run.error_message;
        let depth = |place: &usize| {
            let (mut at, mut depth) = (self.around(*place), 0);
            while let Some(around) = at.filter(|around| *around != root && depth <= self.spans().len()) {
                depth += 1;
                at = self.around(around);
            }
            depth
        };
        let failed = subtree.iter().copied().filter(|place| *place != root && same(&self.spans()[*place]));
        // of equally deep ones the first, which is what the others were cancelled or failed for
        let deepest = failed
            .map(|place| (depth(&place), place))
            .reduce(|best, other| if other.0 > best.0 { other } else { best });
        let place = deepest.map_or(root, |(_, place)| place);
        let span = &self.spans()[place];
        let node = execution_around(self, matching, place).map(|(key, _)| key);
        Some(RunFailure {
            span_id: span.span_id.to_string(),
            name: span.name.clone(),
            node_key: node.filter(|_| place != root),
            error_type: span.error_type.clone(),
            message: span.error_message.clone(),
        })
    }

    fn parent_run(&self, root: usize) -> Option<ParentRun> {
        let run = self.run_around(root)?;
        let span = &self.spans()[run];
        let node = self.around(root).filter(|around| *around != run);
        Some(ParentRun {
            span_id: span.span_id.to_string(),
            name: span.name.clone(),
            kind: span.kind?,
            node_span_id: node.map(|node| self.spans()[node].span_id.to_string()),
        })
    }

    fn nested_runs(&self, root: usize, subtree: &[usize], matching: &Matching) -> Vec<NestedRun> {
        let runs = subtree.iter().copied().filter(|place| *place != root);
        runs.filter_map(|place| {
            let span = &self.spans()[place];
            let kind = span.kind?;
            if !kind.is_run() || kind == ExecutableKind::Subflow {
                return None;
            }
            let (node_key, node_span_id) = execution_around(self, matching, place).unzip();
            Some(NestedRun {
                span_id: span.span_id.to_string(),
                name: span.name.clone(),
                kind,
                node_key,
                node_span_id,
                start_time_unix_nano: span.start_unix_nano.to_string(),
                duration_ns: span.duration_nanos().to_string(),
                failed: span.failed,
                agent: span.agent.clone(),
            })
        })
        .collect()
    }

    /// Model calls and tool calls right below the agent, in the agent's order.
    fn operations(&self, root: usize, subtree: &[usize]) -> Vec<OperationItem> {
        let mut operations: Vec<_> = subtree
            .iter()
            .copied()
            .filter(|place| self.around(*place) == Some(root))
            .filter_map(|place| Some((&self.spans()[place], self.spans()[place].operation.as_ref()?)))
            .collect();
        operations.sort_by_key(|(_, operation)| operation.sequence);
        let item = |(span, operation): (&JunjoSpan, &super::span::AgentOperation)| OperationItem {
            span_id: span.span_id.to_string(),
            name: span.name.clone(),
            operation: operation.clone(),
            start_time_unix_nano: span.start_unix_nano.to_string(),
            duration_ns: span.duration_nanos().to_string(),
            failed: span.failed,
            error_type: span.error_type.clone(),
            error_message: span.error_message.clone(),
        };
        operations.into_iter().map(item).collect()
    }

    fn hook_problems(&self, subtree: &[usize]) -> Vec<HookProblemItem> {
        let spans = subtree.iter().map(|place| &self.spans()[*place]);
        let problems = spans.flat_map(|span| {
            let item = |problem: &super::span::HookProblem| HookProblemItem {
                span_id: span.span_id.to_string(),
                problem: problem.clone(),
            };
            span.hook_problems.iter().map(item)
        });
        problems.take(HOOK_PROBLEMS_MAX).collect()
    }
}

fn warnings_of(span: &JunjoSpan, matching: &Matching) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if span.dropped_attributes_count > 0 {
        let text =
            format!("the client dropped {} attributes of the run's span", span.dropped_attributes_count);
        warnings.push(Warning::new(WarningCode::AttributesDropped, text).span(span.span_id));
    }
    if matching.layout.left_out {
        warnings
            .push(Warning::new(WarningCode::Truncated, "the graph is too large: some nodes are left out"));
    }
    warnings
}

fn graph(matching: &Matching, trace: &JunjoTrace) -> Option<WorkflowGraph> {
    let (version, structural_id) = match &matching.graph {
        Some((version, id)) => (Some(*version), id.clone()),
        None => (None, None),
    };
    if version.is_none() && matching.layout.nodes.is_empty() {
        return None;
    }
    let layout = &matching.layout;
    let mut nodes: Vec<WorkflowNode> =
        layout.nodes.iter().map(|node| workflow_node(node, &layout.nodes)).collect();
    let mut durations = vec![0_u64; nodes.len()];
    for execution in &matching.executions {
        let (node, span) = (&mut nodes[execution.node], &trace.spans()[execution.span]);
        node.execution_count += 1;
        node.error_count += usize::from(span.failed);
        node.cancelled_count += usize::from(span.cancelled);
        durations[execution.node] = durations[execution.node].saturating_add(span.duration_nanos());
    }
    for (node, duration) in nodes.iter_mut().zip(durations) {
        node.duration_ns = duration.to_string();
    }
    let edges = layout.edges.iter().map(|edge| {
        let together = layout.by_ends.get(&(edge.tail, edge.head)).map_or(1, Vec::len);
        workflow_edge(edge, &layout.nodes, together > 1)
    });
    Some(WorkflowGraph { version, structural_id, edges: edges.collect(), nodes })
}

fn workflow_node(node: &LayoutNode, all: &[LayoutNode]) -> WorkflowNode {
    let key_of = |place: Option<usize>| place.map(|place| all[place].key.clone());
    WorkflowNode {
        key: node.key.clone(),
        kind: node.kind,
        type_name: node.type_name.clone(),
        label: node.label.clone(),
        structural_id: node.structural_id.clone(),
        subflow_structural_id: node.subflow_structural_id.clone(),
        runtime_id: node.runtime_id.clone(),
        subflow_key: key_of(node.subflow),
        group_key: key_of(node.group),
        is_source: node.is_source,
        is_sink: node.is_sink,
        declared: node.declared,
        execution_count: 0,
        error_count: 0,
        cancelled_count: 0,
        duration_ns: "0".to_owned(),
    }
}

fn workflow_edge(edge: &LayoutEdge, nodes: &[LayoutNode], ambiguous: bool) -> WorkflowEdge {
    let declared = edge.ordinal.is_some();
    let status = match (declared, edge.taken, edge.missing) {
        (false, ..) => EdgeStatus::Extra,
        (true, 0, true) => EdgeStatus::Missing,
        (true, 0, false) => EdgeStatus::NotTaken,
        (true, ..) => EdgeStatus::Taken,
    };
    WorkflowEdge {
        key: edge.key.clone(),
        tail_key: nodes[edge.tail].key.clone(),
        head_key: nodes[edge.head].key.clone(),
        condition: edge.condition.clone(),
        ordinal: edge.ordinal,
        structural_id: edge.structural_id.clone(),
        subflow_key: edge.subflow.map(|place| nodes[place].key.clone()),
        declared,
        status,
        taken_count: edge.taken,
        ambiguous,
    }
}

fn executions(matching: &Matching, trace: &JunjoTrace) -> Vec<Execution> {
    let mut ordered: Vec<&Matched> = matching.executions.iter().collect();
    // places are in order of start
    ordered.sort_by_key(|execution| execution.span);
    ordered.into_iter().map(|execution| execution_item(execution, matching, trace)).collect()
}

fn execution_item(execution: &Matched, matching: &Matching, trace: &JunjoTrace) -> Execution {
    let span = &trace.spans()[execution.span];
    let run = &trace.spans()[execution.run];
    Execution {
        span_id: span.span_id.to_string(),
        node_key: matching.layout.nodes[execution.node].key.clone(),
        kind: span.kind.unwrap_or(ExecutableKind::Node),
        name: span.name.clone(),
        run_span_id: run.span_id.to_string(),
        group_span_id: execution.group.map(|group| trace.spans()[group].span_id.to_string()),
        position: execution.position,
        iteration: execution.iteration,
        start_time_unix_nano: span.start_unix_nano.to_string(),
        duration_ns: span.duration_nanos().to_string(),
        failed: span.failed,
        error_type: span.error_type.clone(),
        error_message: span.error_message.clone(),
        cancelled: span.cancelled,
        cancelled_reason: span.cancelled_reason.clone(),
        outlived_run: span.end_unix_nano > run.end_unix_nano,
        state_event_count: span.state_events.len(),
        matched_by: execution.by,
    }
}
