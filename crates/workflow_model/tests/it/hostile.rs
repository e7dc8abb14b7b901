//! What was made to break the replay, and must not.

use junjo_workflow_model::{Budget, Document, Patch, PatchError, parse_graph};
use serde_json::{Value as Json, json};

use crate::runs::{detail, graph, span};

fn apply(state: Json, patch: &Json) -> (Json, Result<(), PatchError>) {
    let mut document = Document::new(state, 0);
    let result = Patch::read(Some(&patch.to_string()))
        .and_then(|patch| document.apply(&patch, 0, &mut Budget::default()));
    (document.state, result)
}

/// Scenario: a `move` that loses its source before its target turns out to be missing, after an operation inside that
/// source. The json-patch crate's own roll-back panics on it. Guarantee: an error, and the state as it was.
#[test]
fn failed_move_restores_the_state() {
    let state = json!({"a": {"b": 1}, "c": 2});
    let patch = json!([
        {"op": "remove", "path": "/a/b"},
        {"op": "move", "from": "/a", "path": "/none/x"},
    ]);
    let (after, result) = apply(state.clone(), &patch);
    assert!(matches!(result, Err(PatchError::Conflict { operation: 1, .. })));
    assert_eq!(after, state);
    let (after, result) = apply(state.clone(), &json!([{"op": "move", "from": "/a", "path": "/none/x"}]));
    assert!(result.is_err());
    assert_eq!(after, state);
}

/// Scenario: a value is moved from behind the end of a list. Guarantee: there is nothing there, so nothing changes.
#[test]
fn move_from_behind_a_list_is_refused() {
    for from in ["/-", "/0", "/7"] {
        let (after, result) = apply(json!([]), &json!([{"op": "move", "from": from, "path": "/0"}]));
        assert!(matches!(result, Err(PatchError::Conflict { .. })), "{from}");
        assert_eq!(after, json!([]));
    }
}

/// Scenario: a state that copies itself into itself, doubling each time. Guarantee: it is refused before it fills memory.
#[test]
fn copies_that_double_are_refused() {
    let copies: Vec<Json> =
        (0..64).map(|at| json!({"op": "copy", "from": "", "path": format!("/k{at}")})).collect();
    let (after, result) = apply(json!({"text": "x".repeat(1_000)}), &json!(copies));
    assert!(matches!(result, Err(PatchError::TooLarge { .. } | PatchError::OutOfBudget)), "{result:?}");
    assert_eq!(after.as_object().unwrap().len(), 1);
}

/// Scenario: a state that a patch puts one level deeper, again and again, until no recursion could follow it.
/// Guarantee: refused at the limit, and the state stays as deep as it was.
#[test]
fn nesting_beyond_the_limit_is_refused() {
    let deeper = json!([
        {"op": "add", "path": "/new", "value": {}},
        {"op": "move", "from": "/old", "path": "/new/in"},
        {"op": "move", "from": "/new", "path": "/old"},
    ]);
    let mut state = json!({"old": {}});
    let levels = (0..1_000).find(|_| {
        let (after, result) = apply(state.clone(), &deeper);
        state = after;
        matches!(result, Err(PatchError::TooDeep { .. }))
    });
    assert_eq!(levels, Some(158));
}

/// Scenario: one request replays more than it may, then asks for a little more. Guarantee: it stops, and stays stopped.
#[test]
fn replay_beyond_its_budget_stops_for_good() {
    let add = Patch::read(Some(r#"[{"op":"add","path":"/a","value":1}]"#)).unwrap();
    let long = Patch { bytes: 600 << 20, ..add.clone() };
    let (mut document, mut budget) = (Document::new(json!({}), 0), Budget::default());
    assert_eq!(document.apply(&long, 0, &mut budget), Err(PatchError::OutOfBudget));
    assert_eq!(document.apply(&add, 1, &mut budget), Err(PatchError::OutOfBudget));
    assert_eq!(document.state, json!({}));
}

/// Scenario: patches in all shapes that are none. Guarantee: each is refused as malformed.
#[test]
fn texts_that_are_no_patch_are_malformed() {
    for text in [
        "",
        "null",
        "1",
        "{\"op\":\"add\"}",
        "[1]",
        "[{}]",
        "[{\"op\":\"add\",\"path\":\"x\",\"value\":1}]",
        "[[",
    ] {
        assert_eq!(Patch::read(Some(text)), Err(PatchError::Malformed), "{text}");
    }
    assert_eq!(Patch::read(None), Err(PatchError::Missing));
    assert_eq!(Patch::read(Some(&"[".repeat(100_000))), Err(PatchError::Malformed));
    let many = format!("[{}]", vec!["{\"op\":\"remove\",\"path\":\"/a\"}"; 10_001].join(","));
    assert_eq!(Patch::read(Some(&many)), Err(PatchError::TooManyOperations));
}

/// Scenario: graphs whose subflows contain each other, or each others' twice on every level. Guarantee: the first ends,
/// the second is refused before it has grown to 2^40 nodes.
#[test]
fn graphs_in_circles_and_doublings_are_bounded() {
    let subflow = |id: &str, inside: &[&str]| {
        json!({
            "nodeRuntimeId": id, "nodeLabel": id, "nodeType": id, "isSubflow": true,
            "subflowSourceNodeRuntimeId": inside[0], "subflowSinkNodeRuntimeIds": inside,
        })
    };
    let circle = json!({"v": 2, "nodes": [subflow("a", &["b"]), subflow("b", &["a"])], "edges": []});
    let graph = parse_graph(&circle.to_string()).unwrap();
    let inner = graph.nodes[0].subflow.as_ref().unwrap().nodes[0].subflow.as_ref().unwrap();
    assert_eq!((inner.nodes[0].label.as_str(), inner.nodes[0].subflow.is_none()), ("a", true));
    let nodes: Vec<Json> = (0..40)
        .flat_map(|level| {
            let inside = [format!("l{}", level + 1), format!("r{}", level + 1)];
            ["l", "r"].map(|side| subflow(&format!("{side}{level}"), &[&inside[0], &inside[1]]))
        })
        .collect();
    let doubling = json!({"v": 2, "nodes": nodes, "edges": []});
    assert!(parse_graph(&doubling.to_string()).is_err());
}

/// Scenario: a chain of a thousand subflows in each other, and a circle of parents. Guarantee: the view ends and says
/// what it left out.
#[test]
fn deep_and_circular_runs_end() {
    let mut spans =
        vec![span(1, 0, "W").times(1, 100_000).run("workflow", "w0", &graph(&[json!("w1")], &[]))];
    for depth in 2..1_000 {
        let (id, next) = (format!("w{}", depth - 1), format!("w{depth}"));
        spans.push(span(depth, depth - 1, "S").run("subflow", &id, &graph(&[json!(next)], &[])));
    }
    let view = detail(spans);
    assert!(view.executions.len() < 100);
    assert!(view.warnings.iter().any(|warning| warning.message.contains("levels deep")));
    let circle = vec![
        span(1, 2, "W").run("workflow", "w", &graph(&[json!("a")], &[])),
        span(2, 3, "between"),
        span(3, 1, "a").node("a"),
        span(4, 4, "own parent").node("b"),
    ];
    assert_eq!(detail(circle).executions.len(), 1);
}
