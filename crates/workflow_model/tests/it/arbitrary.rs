//! Arbitrary spans and patches: views and replays end, within their limits, whatever was sent.

use std::collections::HashMap;

use junjo_span_model::{SpanId, TraceId, decode_spans};
use junjo_workflow_model::{
    Budget, Document, ExecutableKind, JunjoSpan, JunjoTrace, Patch, StateEvent, StoreClaim,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use prost::Message as _;
use serde_json::{Value as Json, json};

use crate::id;

fn few_ids() -> impl Strategy<Value = Option<String>> {
    option::weighted(0.9, prop_oneof![Just("a"), Just("b"), Just("c"), Just("w")].prop_map(str::to_owned))
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf =
        prop_oneof![Just(Json::Null), any::<i64>().prop_map(Json::from), "[a-c~/]{0,3}".prop_map(Json::from)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::Array),
            vec(("[a-c0-2]{0,1}", inner), 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn any_patch() -> impl Strategy<Value = Json> {
    let path = || {
        vec("[a-c0-2]{0,1}|-|01|~2", 0..4)
            .prop_map(|tokens| tokens.iter().fold(String::new(), |p, t| p + "/" + t))
    };
    let op =
        prop_oneof![Just("add"), Just("remove"), Just("replace"), Just("move"), Just("copy"), Just("test")];
    let operation = (op, path(), path(), any_json())
        .prop_map(|(op, path, from, value)| json!({"op": op, "path": path, "from": from, "value": value}));
    vec(operation, 0..6).prop_map(Json::Array)
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    option::weighted(
        0.9,
        prop_oneof![
            4 => any_patch().prop_map(|patch| patch.to_string()),
            2 => any_json().prop_map(|json| json.to_string()),
            1 => ".{0,8}",
        ],
    )
}

fn any_graph() -> impl Strategy<Value = Option<String>> {
    let node = (few_ids(), any::<(bool, bool)>(), vec(few_ids(), 0..3)).prop_map(|(id, (group, subflow), items)| {
        json!({
            "nodeRuntimeId": id.unwrap_or_default(), "nodeStructuralId": "same", "nodeLabel": "n",
            "isConcurrentSubgraph": group, "childNodeRuntimeIds": items.into_iter().flatten().collect::<Vec<_>>(),
            "isSubflow": subflow,
        })
    });
    let edge = (few_ids(), few_ids(), few_ids()).prop_map(|(tail, head, subflow)| {
        json!({"tailNodeRuntimeId": tail.unwrap_or_default(), "headNodeRuntimeId": head.unwrap_or_default(), "subflowId": subflow})
    });
    let graph = (vec(node, 0..5), vec(edge, 0..5))
        .prop_map(|(nodes, edges)| Some(json!({"v": 2, "nodes": nodes, "edges": edges}).to_string()));
    prop_oneof![4 => graph, 1 => any_text()]
}

fn any_event() -> impl Strategy<Value = StateEvent> {
    (few_ids(), option::of(-1_i64..6), any::<u64>(), any_text()).prop_map(|(store, sequence, time, patch)| {
        StateEvent {
            id: None,
            store_id: store.unwrap_or_default(),
            store_name: None,
            action: None,
            sequence,
            revision_before: None,
            revision_after: None,
            time_unix_nano: time,
            patch,
            span_id: id(1),
            event: 0,
        }
    })
}

fn any_claim() -> impl Strategy<Value = StoreClaim> {
    let count = || option::of(prop_oneof![0_i64..6, any::<i64>()]);
    (few_ids(), any_text(), any_text(), count(), count(), count(), any::<bool>()).prop_map(
        |(store, start, end, from, to, transitions, is_application_store)| StoreClaim {
            store_id: store.unwrap_or_default(),
            is_application_store,
            state_start: start,
            state_end: end,
            transition_start: from,
            transition_end: to,
            transition_count: transitions,
            revision_start: None,
            revision_end: None,
            reconstructable: None,
        },
    )
}

fn any_kind() -> impl Strategy<Value = Option<ExecutableKind>> {
    option::weighted(
        0.9,
        prop_oneof![
            Just(ExecutableKind::Workflow),
            Just(ExecutableKind::Subflow),
            Just(ExecutableKind::Node),
            Just(ExecutableKind::RunConcurrent),
            Just(ExecutableKind::Agent),
        ],
    )
}

fn any_span() -> impl Strategy<Value = JunjoSpan> {
    let head = (1_u64..8, 0_u64..9, any_kind(), any::<(u8, u64, bool, bool)>());
    (head, few_ids(), few_ids(), any_graph(), vec(any_claim(), 0..3), vec(any_event(), 0..4), any::<u32>())
        .prop_map(|(head, runtime_id, definition_id, graph, stores, events, dropped)| {
            let (span, parent, kind, (start, end, failed, cancelled)) = head;
            let mut read = JunjoSpan::read(&crate::runs::plain(span, parent, u64::from(start), end));
            read.state_events =
                events.into_iter().map(|event| StateEvent { span_id: id(span), ..event }).collect();
            (read.kind, read.failed, read.cancelled) = (kind, failed, cancelled);
            (read.parent_runtime_id, read.runtime_id) = (definition_id.clone(), runtime_id);
            (read.definition_id, read.graph, read.stores) = (definition_id, graph, stores);
            read.dropped_events_count = dropped;
            read
        })
}

fn check(trace: &JunjoTrace) {
    for number in 0..10 {
        let Ok(detail) = trace.detail(TraceId([1; 16]), id(number)) else { continue };
        for store in &detail.stores {
            for at in 0..=store.event_count {
                trace.state(id(number), Some(&store.id), Some(at)).unwrap();
            }
        }
    }
}

proptest! {
    /// Scenario: spans whose parents, ids, graphs, states and changes are arbitrary. Guarantee: every view and every state
    /// comes out.
    #[test]
    fn views_of_arbitrary_spans_come_out(spans in vec(any_span(), 0..8)) {
        let parents: HashMap<SpanId, Option<SpanId>> =
            spans.iter().map(|span| (span.span_id, span.parent_span_id)).collect();
        check(&JunjoTrace::new(spans, parents));
    }

    /// Scenario: spans of all shapes off the wire. Guarantee: they are read and viewed.
    #[test]
    fn views_of_arbitrary_otlp_come_out(request in crate::arbitrary_otlp::request()) {
        let bytes = request.encode_to_vec();
        let mut spans = Vec::new();
        decode_spans(&bytes, &mut |_, _, span| spans.push(JunjoSpan::read(&span))).unwrap();
        let parents = spans.iter().map(|span| (span.span_id, span.parent_span_id)).collect();
        check(&JunjoTrace::new(spans, parents));
    }

    /// Scenario: arbitrary patches on arbitrary states. Guarantee: all of a patch or nothing, never deeper than the limit,
    /// and what is applied is what RFC 6902 says: it can be applied to a copy with the same result.
    #[test]
    fn replay_of_arbitrary_patches_is_total(start in any_json(), patches in vec(any_patch(), 0..12)) {
        let mut document = Document::new(start, 0);
        let mut budget = Budget::default();
        for (writer, patch) in patches.iter().enumerate() {
            let before = document.state.clone();
            // a pointer with a bad escape makes the whole patch malformed
            let Ok(patch) = Patch::read(Some(&patch.to_string())) else { continue };
            let mut reference = before.clone();
            let expected = json_patch::patch_unsafe(&mut reference, &patch.operations);
            let applied = document.apply(&patch, writer, &mut budget).is_ok();
            prop_assert_eq!(&document.state, if applied { &reference } else { &before });
            prop_assert!(expected.is_ok() || document.state == before);
        }
        let (lines, complete) = document.blame.lines(&document.state, usize::MAX);
        prop_assert!(complete);
        prop_assert!(lines.iter().all(|line| document.state.pointer(&line.path).is_some()));
    }
}
