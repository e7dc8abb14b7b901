//! What is inside of a run beside the nodes of its graph: other runs, an agent's calls, problems in hooks.

use crate::kind::ExecutableKind;
use crate::matching::Matching;
use crate::span::{AgentOperation, HookProblem, JunjoSpan};
use crate::stores::execution_around;
use crate::trace::JunjoTrace;
use crate::view::{HookProblemItem, NestedRun, OperationItem};

/// Hook problems that a view lists.
const HOOK_PROBLEMS_MAX: usize = 500;

impl JunjoTrace {
    pub(super) fn nested_runs(&self, root: usize, subtree: &[usize], matching: &Matching) -> Vec<NestedRun> {
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
    pub(super) fn operations(&self, root: usize, subtree: &[usize]) -> Vec<OperationItem> {
        let mut operations: Vec<_> = subtree
            .iter()
            .copied()
            .filter(|place| self.around(*place) == Some(root))
            .filter_map(|place| Some((&self.spans()[place], self.spans()[place].operation.as_ref()?)))
            .collect();
        operations.sort_by_key(|(_, operation)| operation.sequence);
        let item = |(span, operation): (&JunjoSpan, &AgentOperation)| OperationItem {
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

    pub(super) fn hook_problems(&self, subtree: &[usize]) -> Vec<HookProblemItem> {
        let spans = subtree.iter().map(|place| &self.spans()[*place]);
        let problems = spans.flat_map(|span| {
            let item = |problem: &HookProblem| HookProblemItem {
                span_id: span.span_id.to_string(),
                problem: problem.clone(),
            };
            span.hook_problems.iter().map(item)
        });
        problems.take(HOOK_PROBLEMS_MAX).collect()
    }
}
