//! The executions of a view.

use crate::graph_view::Execution;
use crate::kind::ExecutableKind;
use crate::matching::{Matched, Matching};
use crate::trace::JunjoTrace;

/// Every execution, in order of start.
pub(super) fn shown(matching: &Matching, trace: &JunjoTrace) -> Vec<Execution> {
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
