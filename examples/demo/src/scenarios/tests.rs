//! What every scenario's spans must keep to, so that the server can show all of what it shows for real traces.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;
use rand::SeedableRng;
use serde_json::{Value, json};

use super::*;
use crate::telemetry::Telemetry;

const ENDED_AT: u64 = 1_800_000_000_000_000_000;

/// Every trace of every scenario.
fn all_telemetry() -> Vec<Telemetry> {
    let mut rng = StdRng::seed_from_u64(7);
    let traces = SCENARIOS.iter().flat_map(|scenario| (scenario.build)(&mut rng));
    traces.map(|trace| trace.finish(ENDED_AT)).collect()
}

fn spans_of(telemetry: Telemetry) -> Vec<OtlpSpan> {
    telemetry.spans.into_iter().flat_map(|r| r.scope_spans).flat_map(|scope| scope.spans).collect()
}

fn logs_of(telemetry: Telemetry) -> Vec<LogRecord> {
    telemetry.logs.into_iter().flat_map(|r| r.scope_logs).flat_map(|scope| scope.log_records).collect()
}

/// The spans of every trace of every scenario.
fn all_traces() -> Vec<Vec<OtlpSpan>> {
    all_telemetry().into_iter().map(spans_of).collect()
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let value = attributes.iter().find(|a| a.key == key)?.value.as_ref()?.value.as_ref()?;
    match value {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
    }
}

fn int(attributes: &[KeyValue], key: &str) -> Option<i64> {
    let value = attributes.iter().find(|a| a.key == key)?.value.as_ref()?.value.as_ref()?;
    match value {
        any_value::Value::IntValue(number) => Some(*number),
        _ => None,
    }
}

fn parsed(span: &OtlpSpan, key: &str) -> Value {
    serde_json::from_str(text(&span.attributes, key).unwrap()).unwrap()
}

/// Every trace has one root, unique span ids, parents inside the trace and children inside their parents' times.
#[test]
fn spans_form_one_tree_per_trace() {
    for spans in all_traces() {
        let by_id: BTreeMap<&[u8], &OtlpSpan> = spans.iter().map(|s| (s.span_id.as_slice(), s)).collect();
        assert_eq!(by_id.len(), spans.len(), "span ids repeat");
        assert_eq!(spans.iter().filter(|s| s.parent_span_id.is_empty()).count(), 1);
        assert_eq!(spans.iter().map(|s| s.end_time_unix_nano).max(), Some(ENDED_AT));
        for span in spans.iter().filter(|s| !s.parent_span_id.is_empty()) {
            let parent = by_id[span.parent_span_id.as_slice()];
            assert!(parent.start_time_unix_nano <= span.start_time_unix_nano, "{} starts early", span.name);
            assert!(parent.end_time_unix_nano >= span.end_time_unix_nano, "{} ends late", span.name);
        }
    }
}

/// Every log record names a span of its trace and was written while that span ran, so that the page shows it there.
#[test]
fn log_records_belong_to_their_spans() {
    let mut severities = BTreeSet::new();
    for telemetry in all_telemetry() {
        let spans = spans_of(telemetry.clone());
        for record in logs_of(telemetry) {
            let span = spans.iter().find(|s| s.span_id == record.span_id).expect("a span of this trace");
            assert_eq!(span.trace_id, record.trace_id);
            let ran = span.start_time_unix_nano..=span.end_time_unix_nano;
            assert!(ran.contains(&record.time_unix_nano), "{:?} outside of {}", record.body, span.name);
            severities.insert(record.severity_number);
        }
    }
    for severity in [SeverityNumber::Info, SeverityNumber::Warn, SeverityNumber::Error] {
        assert!(severities.contains(&(severity as i32)), "no record is {severity:?}");
    }
}

/// One model call keeps its messages in a log event; its span has none, so that the page has to join them.
#[test]
fn messages_are_in_a_log_event_of_one_call() {
    let mut events = 0;
    for telemetry in all_telemetry() {
        let spans = spans_of(telemetry.clone());
        for event in
            logs_of(telemetry).iter().filter(|record| record.event_name == crate::genai::DETAILS_EVENT)
        {
            events += 1;
            assert!(text(&event.attributes, "gen_ai.output.messages").is_some());
            let span = spans.iter().find(|s| s.span_id == event.span_id).unwrap();
            assert_eq!(text(&span.attributes, "gen_ai.operation.name"), Some("chat"));
            assert_eq!(text(&span.attributes, "gen_ai.output.messages"), None);
        }
    }
    assert_eq!(events, 1);
}

/// For every workflow and subflow: start state plus the patches of its store, in sequence order, is the end state,
/// with no gap in sequences and revisions.
#[test]
fn state_patches_replay_to_the_end_state() {
    let mut runs = 0;
    for spans in all_traces() {
        for owner in spans.iter().filter(|s| text(&s.attributes, "junjo.workflow.store.id").is_some()) {
            runs += 1;
            let store = text(&owner.attributes, "junjo.workflow.store.id").unwrap();
            let mut events: Vec<&[KeyValue]> = spans
                .iter()
                .flat_map(|s| &s.events)
                .filter(|e| text(&e.attributes, "junjo.store.id") == Some(store))
                .map(|e| e.attributes.as_slice())
                .collect();
            events.sort_by_key(|e| int(e, "junjo.store.transition.sequence"));
            let mut state = parsed(owner, "junjo.workflow.state.start");
            let mut revision = 0;
            for (index, event) in events.iter().enumerate() {
                assert_eq!(int(event, "junjo.store.transition.sequence"), Some(index as i64 + 1));
                assert_eq!(int(event, "junjo.store.revision.before"), Some(revision));
                let patch: Value =
                    serde_json::from_str(text(event, "junjo.state_json_patch").unwrap()).unwrap();
                revision += i64::from(patch != json!([]));
                assert_eq!(int(event, "junjo.store.revision.after"), Some(revision));
                apply(&mut state, &patch);
            }
            assert_eq!(state, parsed(owner, "junjo.workflow.state.end"), "{}", owner.name);
            assert_eq!(int(&owner.attributes, "junjo.store.transition.count"), Some(events.len() as i64));
            assert_eq!(int(&owner.attributes, "junjo.store.revision.end"), Some(revision));
        }
    }
    assert_eq!(runs, 4, "two workflows and two subflows");
}

/// Every node, group and subflow span is found in the snapshot of the run that it belongs to.
#[test]
fn executed_spans_are_in_the_graph_snapshot() {
    for spans in all_traces() {
        let by_id: BTreeMap<&[u8], &OtlpSpan> = spans.iter().map(|s| (s.span_id.as_slice(), s)).collect();
        for span in &spans {
            let key = match text(&span.attributes, "junjo.span_type") {
                Some("node" | "run_concurrent") => "junjo.executable_runtime_id",
                Some("subflow") => "junjo.executable_definition_id",
                _ => continue,
            };
            let mut owner = by_id[span.parent_span_id.as_slice()];
            while text(&owner.attributes, "junjo.workflow.execution_graph_snapshot").is_none() {
                owner = by_id[owner.parent_span_id.as_slice()];
            }
            let graph = parsed(owner, "junjo.workflow.execution_graph_snapshot");
            let id = text(&span.attributes, key).unwrap();
            let known = graph["nodes"].as_array().unwrap().iter().any(|node| node["nodeRuntimeId"] == *id);
            assert!(known, "{} is not in the graph of {}", span.name, owner.name);
        }
    }
}

/// The edges of every snapshot join nodes of that snapshot, and only the loop of the ticket workflow goes back.
#[test]
fn snapshot_edges_join_known_nodes() {
    for span in all_traces().iter().flatten() {
        if text(&span.attributes, "junjo.workflow.execution_graph_snapshot").is_none() {
            continue;
        }
        let graph = parsed(span, "junjo.workflow.execution_graph_snapshot");
        assert_eq!(graph["v"], 2);
        let nodes = graph["nodes"].as_array().unwrap();
        let ids: BTreeSet<&str> = nodes.iter().map(|n| n["nodeRuntimeId"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), nodes.len(), "node ids repeat in {}", span.name);
        for edge in graph["edges"].as_array().unwrap() {
            assert!(ids.contains(edge["tailNodeRuntimeId"].as_str().unwrap()));
            assert!(ids.contains(edge["headNodeRuntimeId"].as_str().unwrap()));
        }
    }
}

/// The same seed sends the same telemetry, so that a screenshot can be taken again.
#[test]
fn same_seed_builds_same_traces() {
    assert_eq!(all_telemetry(), all_telemetry());
}

/// Together the scenarios show what the product shows: both dialects, errors, documents, a shared session.
#[test]
fn scenarios_cover_the_product() {
    let traces = all_traces();
    let spans: Vec<&OtlpSpan> = traces.iter().flatten().collect();
    let has = |key: &str| spans.iter().any(|s| s.attributes.iter().any(|a| a.key == key));
    for key in [
        "gen_ai.input.messages",
        "llm.input_messages.1.message.role",
        "retrieval.documents.0.document.content",
    ] {
        assert!(has(key), "no span has {key}");
    }
    let session =
        |trace: &&Vec<OtlpSpan>| trace.iter().any(|s| text(&s.attributes, "session.id") == Some("chat-5150"));
    assert_eq!(traces.iter().filter(session).count(), 3);
    assert!(spans.iter().any(|s| s.events.iter().any(|e| e.name == "exception")));
}

/// Applies the operations that the demo writes: `replace` of a top-level field, `add` at the end of a list.
fn apply(state: &mut Value, patch: &Value) {
    for operation in patch.as_array().unwrap() {
        let pointer = operation["path"].as_str().unwrap();
        let value = operation["value"].clone();
        if operation["op"] == "replace" {
            *state.pointer_mut(pointer).unwrap() = value;
        } else {
            let (list, index) = pointer.rsplit_once('/').unwrap();
            let list = state.pointer_mut(list).unwrap().as_array_mut().unwrap();
            list.insert(index.parse().unwrap(), value);
        }
    }
}
