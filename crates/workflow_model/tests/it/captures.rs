//! Every run of the captures: its replay, and its view as approved by a person.

use std::fmt::Write as _;

use junjo_span_model::SpanId;
use junjo_workflow_model::{EvidenceStatus, FindingCode, JunjoTrace, RunDetail, StoreRole, WarningCode};

use crate::traces;

const CAPTURES: [&str; 2] = ["junjo_capture", "junjo_capture_0.61.1"];
/// Changes of a run, and characters of a patch, that stay in a snapshot.
const CHANGES_SHOWN: usize = 25;
const PATCH_CHARS_SHOWN: usize = 100;

/// The views of all runs of a trace.
fn details(trace: &JunjoTrace, id: junjo_span_model::TraceId) -> Vec<RunDetail> {
    trace.runs().map(|span| trace.detail(id, span).unwrap()).collect()
}

fn span_id(text: &str) -> SpanId {
    text.parse().unwrap()
}

/// Scenario: every workflow, subflow and agent run of the captures is replayed from its first state.
/// Guarantee: the result is the state that the client says it ended with, but for the runs whose events the SDK dropped;
/// those say so, and nothing else does.
#[test]
fn replay_of_every_captured_run_gives_its_end_state() {
    let mut runs = 0;
    for capture in CAPTURES {
        for (id, trace) in traces(capture) {
            for detail in details(&trace, id) {
                let own = detail.stores.iter().find(|store| store.role == StoreRole::Own).unwrap();
                let lost = detail.name == "Many Events Workflow";
                assert_eq!(own.complete, !lost, "{capture} {}", detail.name);
                let incomplete = detail.warnings.iter().any(|w| w.code == WarningCode::HistoryIncomplete);
                assert_eq!(incomplete, lost, "{capture} {}", detail.name);
                if !lost {
                    assert_eq!(own.replay_matches_end, Some(true), "{capture} {}", detail.name);
                    assert_eq!(own.failed_patch_count, 0);
                }
                runs += 1;
            }
        }
    }
    assert_eq!(runs, 33);
}

/// Scenario: what every captured run proves. Guarantee: runs of an SDK that numbers what it sends are complete, but for those whose
/// events the SDK dropped; older ones cannot be proven, and are partial only where events were dropped.
#[test]
fn captured_runs_prove_what_their_sdk_can() {
    let mut wrong = Vec::new();
    for capture in CAPTURES {
        for (id, trace) in traces(capture) {
            for detail in details(&trace, id) {
                let evidence = trace.evidence(span_id(&detail.span_id), Vec::new()).unwrap();
                let lost = evidence.findings.iter().any(|finding| finding.code == FindingCode::EventsDropped);
                let numbered = detail.contract_version.is_some_and(|version| version >= 2);
                let wanted = match (lost, numbered) {
                    (true, _) => EvidenceStatus::Partial,
                    (false, true) => EvidenceStatus::Complete,
                    (false, false) => EvidenceStatus::Unchecked,
                };
                if evidence.status != wanted {
                    wrong.push(format!(
                        "{capture} {} {:?}: {:?}",
                        detail.name, evidence.status, evidence.findings
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Scenario: every change of every store in the captures is asked for. Guarantee: the state after one is the state
/// before the next, blame names only changes that have happened, and each part of the state is blamed once.
#[test]
fn states_of_captured_runs_are_a_chain() {
    let mut states = 0;
    for capture in CAPTURES {
        for (id, trace) in traces(capture) {
            for detail in details(&trace, id) {
                let span = span_id(&detail.span_id);
                for store in &detail.stores {
                    let mut before = None;
                    for at in 0..=store.event_count {
                        let state = trace.state(span, Some(&store.id), Some(at)).unwrap();
                        if let Some(before) = before {
                            assert_eq!(state.before, before);
                        }
                        assert!(state.blame.iter().all(|part| part.at.is_none_or(|by| by <= at)));
                        assert!(state.blame_complete);
                        for part in &state.blame {
                            assert!(state.after.pointer(&part.path).is_some(), "{}", part.path);
                        }
                        before = Some(state.after);
                        states += 1;
                    }
                }
            }
        }
    }
    assert_eq!(states, 461);
}

/// A view in lines that a person can read.
fn text(detail: &RunDetail) -> String {
    let mut lines = head(detail);
    lines.extend(graph(detail));
    lines.extend(executions(detail));
    lines.extend(states(detail));
    lines.iter().fold(String::new(), |mut text, line| {
        writeln!(text, "{line}").unwrap();
        text
    })
}

fn head(detail: &RunDetail) -> Vec<String> {
    let mut lines = vec![format!(
        "== {:?} {} {:?} {:?} failed={} cancelled={}{} correlation={:?} nodes={:?}",
        detail.kind,
        detail.name,
        detail.vocabulary,
        detail.contract_version,
        detail.failed,
        detail.cancelled,
        detail.cancelled_reason.as_deref().map_or_else(String::new, |reason| format!(" ({reason})")),
        detail.correlation.as_ref().map(|correlation| correlation.id.as_str()),
        detail.node_count,
    )];
    if let Some(parent) = &detail.parent {
        lines.push(format!("parent {:?} {}", parent.kind, parent.name));
    }
    if let Some(evaluation) = &detail.evaluation {
        lines.push(format!("evaluation {:?} attempt {:?}", evaluation.role, evaluation.attempt_id));
    }
    if let Some(failure) = &detail.failure {
        let message = failure.message.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
        let (name, key, class) = (&failure.name, &failure.node_key, &failure.error_type);
        lines.push(format!("failure in {name} ({key:?}): {class:?} {message}"));
    }
    if let Some(agent) = &detail.agent {
        lines.push(format!("agent {:?} {:?} {:?}", agent.key, agent.outcome, agent.termination_reason));
    }
    lines
}

fn label(detail: &RunDetail, key: &str) -> String {
    let nodes = detail.graph.iter().flat_map(|graph| &graph.nodes);
    nodes.filter(|node| node.key == key).map(|node| node.label.clone()).next().unwrap_or_default()
}

fn graph(detail: &RunDetail) -> Vec<String> {
    let label = |key: &str| label(detail, key);
    let nodes = detail.graph.iter().flat_map(|graph| &graph.nodes).map(|node| {
        let inside = [&node.subflow_key, &node.group_key].map(|key| key.as_deref().map(label));
        let ends = [(node.is_source, " source"), (node.is_sink, " sink"), (!node.declared, " UNDECLARED")];
        let ends: String = ends.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        format!(
            "  node {:?} {} in {inside:?}{ends} x{} errors={} cancelled={}",
            node.kind, node.label, node.execution_count, node.error_count, node.cancelled_count
        )
    });
    let edges = detail.graph.iter().flat_map(|graph| &graph.edges).map(|edge| {
        format!(
            "  edge {} > {} [{}] {:?} x{}",
            label(&edge.tail_key),
            label(&edge.head_key),
            edge.condition.as_deref().unwrap_or_default(),
            edge.status,
            edge.taken_count
        )
    });
    nodes.chain(edges).collect()
}

fn executions(detail: &RunDetail) -> Vec<String> {
    let executions = detail.executions.iter().map(|execution| {
        format!(
            "  run {} {:?} #{} position {} by {:?}{}{}{}",
            execution.name,
            execution.kind,
            execution.iteration,
            execution.position,
            execution.matched_by,
            if execution.failed { " FAILED" } else { "" },
            if execution.cancelled { " CANCELLED" } else { "" },
            if execution.outlived_run { " OUTLIVED" } else { "" },
        )
    });
    let nested = detail.nested_runs.iter().map(|run| {
        let node = run.node_key.as_deref().map(|key| label(detail, key));
        format!("  nested {:?} {} in {node:?}", run.kind, run.name)
    });
    let operations = detail.operations.iter().map(|operation| {
        let what = &operation.operation;
        format!("  operation {:?} {} {:?} failed={}", what.sequence, what.kind, what.target, operation.failed)
    });
    executions.chain(nested).chain(operations).collect()
}

fn states(detail: &RunDetail) -> Vec<String> {
    let stores = detail.stores.iter().map(|store| {
        format!(
            "  store {:?} {:?} of {:?} changes={} expected={:?} missing={:?} dropped={} complete={} matches={:?} late={}",
            store.name,
            store.role,
            store.owner_name,
            store.event_count,
            store.expected_event_count,
            store.missing_event_count,
            store.dropped_events_count,
            store.complete,
            store.replay_matches_end,
            store.late_event_count,
        )
    });
    let changes = detail.state_events.iter().take(CHANGES_SHOWN).map(|event| {
        let patch = event.patch.as_ref().map(ToString::to_string).unwrap_or_default();
        let patch: String = patch.chars().take(PATCH_CHARS_SHOWN).collect();
        let node = event.node_key.as_deref().map(|key| label(detail, key));
        format!(
            "  change {} seq={:?} {:?} on {} node {node:?} exact={} late={} {}",
            event.at,
            event.sequence,
            event.action,
            event.span_name,
            event.exact,
            event.late,
            patch.trim_end()
        )
    });
    let hooks = detail
        .hook_problems
        .iter()
        .map(|hook| format!("  hook {:?} {:?}", hook.problem.hook_event, hook.problem.error_type));
    let warnings = detail.warnings.iter().map(|warning| {
        format!("  WARNING {:?} {}", warning.code, warning.message.lines().next().unwrap_or_default())
    });
    stores.chain(changes).chain(hooks).chain(warnings).collect()
}

/// Scenario: every run of the captures. Guarantee: its view is the one that was read and approved.
#[test]
fn views_of_captured_runs_are_as_approved() {
    for capture in CAPTURES {
        let mut all: Vec<(u64, String)> = Vec::new();
        for (id, trace) in traces(capture) {
            for detail in details(&trace, id) {
                all.push((detail.start_time_unix_nano.parse().unwrap(), text(&detail)));
            }
        }
        all.sort();
        let text: String = all.into_iter().map(|(_, text)| text).collect();
        insta::assert_snapshot!(format!("runs_{capture}"), text);
    }
}
