//! Histories with gaps, without numbers, shared, late, and with patches that do not fit.

use junjo_workflow_model::{RunDetail, StateError, StoreItem, StoreRole, WarningCode};
use serde_json::{Value as Json, json};

use crate::id;
use crate::runs::{Built, detail, graph, span, traced};

fn run() -> Built {
    span(1, 0, "W").times(10, 1_000).run("workflow", "w", &graph(&[json!("a")], &[]))
}

fn set(path: &str, value: i64) -> Json {
    json!([{"op": "add", "path": path, "value": value}])
}

fn store(detail: &RunDetail) -> &StoreItem {
    &detail.stores[0]
}

fn has(detail: &RunDetail, code: WarningCode) -> bool {
    detail.warnings.iter().any(|warning| warning.code == code)
}

/// Scenario: numbered changes arrive out of order on several spans, one of which is not Junjo's.
/// Guarantee: they are replayed by number and attributed to the node around them.
#[test]
fn numbers_order_changes_whatever_the_clock_says() {
    let spans = || {
        vec![
            run().store("s", &json!({}), &json!({"x": 3}), 3),
            span(2, 1, "a").node("a").change("s", 3, &set("/x", 3)),
            span(9, 2, "GET /model").change("s", 1, &set("/x", 1)).change("s", 2, &set("/x", 2)),
        ]
    };
    let view = detail(spans());
    assert_eq!(store(&view).replay_matches_end, Some(true));
    assert_eq!(view.state_events.iter().map(|event| event.sequence.unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(view.state_events.iter().all(|event| event.node_key.as_deref() == Some("node_a")));
    let state = traced(spans()).state(id(1), None, Some(2)).unwrap();
    assert_eq!((state.before, state.after), (json!({"x": 1}), json!({"x": 2})));
    let x = state.blame.iter().find(|part| part.path == "/x").unwrap();
    assert_eq!(
        (x.at, x.event_id.as_deref(), x.span_id.as_deref()),
        (Some(2), Some("event-2"), Some("0000000000000009"))
    );
}

/// Scenario: the first and a middle change are missing. Guarantee: the missing numbers are listed, what comes before the
/// first gap is exact, what comes after is not, and the end state is the client's.
#[test]
fn gaps_are_listed_and_make_states_unsure() {
    let spans = || {
        vec![
            run().store("s", &json!({"x": 0}), &json!({"x": 5}), 6),
            span(2, 1, "a").node("a").change("s", 1, &set("/x", 1)).change("s", 4, &set("/x", 4)),
        ]
    };
    let view = detail(spans());
    let ranges: Vec<_> = store(&view).missing_sequences.iter().map(|range| (range.from, range.to)).collect();
    assert_eq!(ranges, [(2, 3), (5, 6)]);
    assert_eq!((store(&view).missing_event_count, store(&view).expected_event_count), (Some(4), Some(6)));
    assert_eq!(view.state_events.iter().map(|event| event.exact).collect::<Vec<_>>(), [true, false]);
    assert!(has(&view, WarningCode::HistoryIncomplete));
    let state = traced(spans()).state(id(1), Some("s"), None).unwrap();
    assert_eq!((state.exact, state.end_state), (false, json!({"x": 5})));
    assert!(traced(spans()).state(id(1), Some("s"), Some(1)).unwrap().exact);
}

/// Scenario: a legacy run whose node dropped events. Guarantee: only the dropped count can tell, and it does.
#[test]
fn dropped_events_of_a_legacy_run_make_it_incomplete() {
    let legacy = span(1, 0, "W").times(10, 1_000).with("junjo.span_type", "workflow").with("junjo.id", "w");
    let legacy = legacy
        .with("junjo.workflow.store.id", "s")
        .with("junjo.workflow.state.start", "{}")
        .with("junjo.workflow.state.end", r#"{"x":1}"#);
    let event = json!({"junjo.store.id": "s", "junjo.state_json_patch": set("/x", 1).to_string()});
    let node =
        span(2, 1, "a").with("junjo.span_type", "node").with("junjo.id", "a").with("junjo.parent_id", "w");
    let view = detail(vec![legacy, node.event(25, event).dropped_events(72)]);
    let store = store(&view);
    assert_eq!((store.complete, store.dropped_events_count, store.missing_event_count), (false, 72, None));
    assert!(!view.state_events[0].exact && has(&view, WarningCode::HistoryIncomplete));
}

/// Scenario: two runs share a store that was handed in; contract 3 says where each begins. Guarantee: each sees its own
/// changes, from its own first state.
#[test]
fn runs_that_share_a_store_see_their_own_changes() {
    let first = span(1, 9, "W").times(10, 100).run("workflow", "w", &graph(&[json!("a")], &[]));
    let second = span(5, 9, "V").times(110, 900).run("workflow", "v", &graph(&[json!("b")], &[]));
    let second = second
        .with("junjo.workflow.store.id", "s")
        .with("junjo.workflow.state.start", r#"{"x":1}"#)
        .with("junjo.workflow.state.end", r#"{"x":2}"#)
        .with("junjo.store.transition.start", 1)
        .with("junjo.store.transition.end", 2)
        .with("junjo.store.transition.count", 1);
    let trace = traced(vec![
        span(9, 0, "POST /").times(1, 1_000),
        first.store("s", &json!({"x": 0}), &json!({"x": 1}), 1),
        span(2, 1, "a").node("a").change("s", 1, &set("/x", 1)),
        second,
        span(6, 5, "b").node("b").times(120, 130).change("s", 2, &set("/x", 2)),
    ]);
    for (run, before, after) in [(1, 0, 1), (5, 1, 2)] {
        let view = trace.detail(crate::runs::TRACE, id(run)).unwrap();
        let store = store(&view);
        assert_eq!((store.event_count, store.complete, store.replay_matches_end), (1, true, Some(true)));
        let state = trace.state(id(run), None, Some(1)).unwrap();
        assert_eq!((state.before, state.after), (json!({"x": before}), json!({"x": after})));
    }
}

/// Scenario: a patch that is no JSON, one that does not fit, one whose second operation does not fit, one that was not
/// sent in full, and a good one. Guarantee: the bad ones are marked and change nothing, the good one is applied.
#[test]
fn bad_patches_are_marked_and_change_nothing() {
    let partial = json!({
        "junjo.store.id": "s", "junjo.store.transition.sequence": 4, "junjo.state_json_patch": "[]",
        "junjo.state_json_patch.mode": "redacted",
    });
    let broken = json!({
        "junjo.store.id": "s", "junjo.store.transition.sequence": 1, "junjo.state_json_patch": "[{\"op\":\"ad",
    });
    let half = json!([{"op": "add", "path": "/y", "value": 1}, {"op": "remove", "path": "/none"}]);
    let node = span(2, 1, "a").node("a").event(21, broken).change(
        "s",
        2,
        &json!([{"op": "remove", "path": "/none"}]),
    );
    let node = node.change("s", 3, &half).event(24, partial).change("s", 5, &set("/x", 5));
    let view = detail(vec![run().store("s", &json!({"x": 0}), &json!({"x": 5}), 5), node]);
    let failed: Vec<_> = view.state_events.iter().map(|event| event.patch_error.is_some()).collect();
    assert_eq!(failed, [true, true, true, true, false]);
    assert_eq!((store(&view).failed_patch_count, store(&view).replay_matches_end), (4, Some(true)));
    assert!(has(&view, WarningCode::PatchFailed));
    assert!(view.state_events[2].patch_error.as_ref().unwrap().contains("operation 1 at \"/none\""));
}

/// Scenario: the empty object that SDKs before 0.65 send when nothing changed. Guarantee: an empty patch, no error.
#[test]
fn empty_object_is_an_empty_patch() {
    let event =
        json!({"junjo.store.id": "s", "junjo.store.transition.sequence": 1, "junjo.state_json_patch": "{}"});
    let view =
        detail(vec![run().store("s", &json!({}), &json!({}), 1), span(2, 1, "a").node("a").event(21, event)]);
    let event = &view.state_events[0];
    assert_eq!((event.patch.clone(), event.patch_error.clone()), (Some(json!([])), None));
}

/// Scenario: a subflow writes to its parent's store; the subflow alone is looked at. Guarantee: the store is there as
/// that of an outer run, whole.
#[test]
fn store_of_the_outer_run_shows_in_a_subflow() {
    let inner = span(3, 1, "S").times(30, 900).run("subflow", "s", &graph(&[json!("b")], &[]));
    let inner = inner.with("junjo.workflow.store.id", "inner").change("outer", 2, &set("/x", 2));
    let trace = traced(vec![
        run().store("outer", &json!({}), &json!({"x": 2}), 2),
        span(2, 1, "a").node("a").change("outer", 1, &set("/x", 1)),
        inner,
    ]);
    let view = trace.detail(crate::runs::TRACE, id(3)).unwrap();
    let stores: Vec<_> = view.stores.iter().map(|store| (store.id.as_str(), store.role)).collect();
    assert_eq!(stores, [("inner", StoreRole::Own), ("outer", StoreRole::Outer)]);
    assert_eq!(view.stores[1].replay_matches_end, Some(true));
    assert_eq!(view.parent.unwrap().span_id, "0000000000000001");
}

/// Scenario: a store that no run claims, a change behind the last, a store and a span that do not exist.
/// Guarantee: the first is shown from nothing with a warning, the others are refused for their own reasons.
#[test]
fn state_of_what_is_not_there_is_refused() {
    let trace = traced(vec![
        run().store("s", &json!({}), &json!({}), 0),
        span(2, 1, "a").node("a").change("stray", 1, &json!([{"op": "add", "path": "", "value": {"x": 1}}])),
    ]);
    let state = trace.state(id(1), Some("stray"), None).unwrap();
    assert_eq!((state.after, state.exact), (json!({"x": 1}), false));
    assert_eq!(trace.state(id(1), Some("s"), Some(1)), Err(StateError::OutOfRange(0)));
    assert_eq!(trace.state(id(1), Some("none"), None), Err(StateError::UnknownStore));
    assert!(matches!(trace.state(id(7), None, None), Err(StateError::Run(_))));
    assert!(matches!(trace.state(id(2), None, None), Err(StateError::Run(_))));
}
