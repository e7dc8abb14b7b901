//! The view of one run, and its head.

use junjo_span_model::{SpanId, TraceId};

use super::{executions, graph};
use crate::kind::ExecutableKind;
use crate::matching::Matching;
use crate::span::JunjoSpan;
use crate::stores;
use crate::trace::JunjoTrace;
use crate::view::{ParentRun, RunDetail};
use crate::warning::{Warning, WarningCode};

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
            graph: graph::shown(&matching, self),
            executions: executions::shown(&matching, self),
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
