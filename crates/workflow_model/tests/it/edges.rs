//! Declared against executed edges.

use junjo_workflow_model::{EdgeStatus, MatchedBy, RunDetail, WarningCode};
use serde_json::{Value as Json, json};

use crate::runs::{Built, detail, graph, span};

fn edges(detail: &RunDetail) -> Vec<(String, EdgeStatus, usize)> {
    let graph = detail.graph.as_ref().unwrap();
    let label = |key: &str| graph.nodes.iter().find(|node| node.key == key).unwrap().label.clone();
    let edges = graph.edges.iter();
    edges
        .map(|edge| {
            let name = format!("{}>{}", label(&edge.tail_key), label(&edge.head_key));
            (name, edge.status, edge.taken_count)
        })
        .collect()
}

fn codes(detail: &RunDetail) -> Vec<WarningCode> {
    detail.warnings.iter().map(|warning| warning.code).collect()
}

fn edge(name: &str, status: EdgeStatus, taken: usize) -> (String, EdgeStatus, usize) {
    (name.to_owned(), status, taken)
}

fn ids(names: &[&str]) -> Vec<Json> {
    names.iter().map(|name| json!(name)).collect()
}

/// A run of a → b → c with a loop on b and a way around it.
fn workflow(run: Built) -> Built {
    let edges = [("a", "b", Some("if")), ("a", "c", None), ("b", "b", Some("again")), ("b", "c", None)];
    run.times(10, 1_000).run("workflow", "w", &graph(&ids(&["a", "c", "b"]), &edges))
}

/// Scenario: a loop runs twice, then the fallback is taken. Guarantee: each edge has its status and count, each execution
/// its iteration and position, and there is nothing to warn of.
#[test]
fn loop_counts_its_edge_and_iterations() {
    let detail = detail(vec![
        workflow(span(1, 0, "W")),
        span(2, 1, "a").node("a"),
        span(3, 1, "b").node("b"),
        span(4, 1, "b").node("b"),
        span(5, 1, "b").node("b"),
        span(6, 1, "c").node("c"),
    ]);
    let expected = [
        edge("a>b", EdgeStatus::Taken, 1),
        edge("a>c", EdgeStatus::NotTaken, 0),
        edge("b>b", EdgeStatus::Taken, 2),
        edge("b>c", EdgeStatus::Taken, 1),
    ];
    assert_eq!(edges(&detail), expected);
    let executions: Vec<_> =
        detail.executions.iter().map(|e| (e.name.as_str(), e.position, e.iteration)).collect();
    assert_eq!(executions, [("a", 1, 1), ("b", 2, 1), ("b", 3, 2), ("b", 4, 3), ("c", 5, 1)]);
    assert_eq!(codes(&detail), [WarningCode::StartStateMissing; 0]);
}

/// Scenario: the span of a node between two others never arrived. Guarantee: the jump is an extra edge, the only edge
/// that could have been taken is missing, and the warning says that a span may be missing.
#[test]
fn lost_span_leaves_an_extra_and_a_missing_edge() {
    let detail = detail(vec![
        span(1, 0, "W").times(10, 1_000).run(
            "workflow",
            "w",
            &graph(&ids(&["a", "c", "b"]), &[("a", "b", None), ("b", "c", None)]),
        ),
        span(2, 1, "a").node("a"),
        span(4, 1, "c").node("c"),
    ]);
    let expected = [
        edge("a>b", EdgeStatus::Missing, 0),
        edge("b>c", EdgeStatus::NotTaken, 0),
        edge("a>c", EdgeStatus::Extra, 1),
    ];
    assert_eq!(edges(&detail), expected);
    let warning = &detail.warnings[0];
    assert_eq!(warning.code, WarningCode::UndeclaredEdge);
    assert!(warning.message.contains("may be missing"), "{}", warning.message);
}

/// Scenario: the last node's span never arrived, in a run that went well, that failed, and that was cancelled.
/// Guarantee: only in the first is an edge missing.
#[test]
fn lost_end_is_missing_only_when_the_run_went_well() {
    let run = || {
        let graph = graph(&ids(&["a", "b"]), &[("a", "b", None)]);
        span(1, 0, "W").times(10, 1_000).run("workflow", "w", &graph)
    };
    let statuses = [run(), run().failed(), run().with("junjo.cancelled", true)].map(|run| {
        let detail = detail(vec![run, span(2, 1, "a").node("a")]);
        (edges(&detail)[0].1, codes(&detail).contains(&WarningCode::MissingEdge))
    });
    let not_taken = (EdgeStatus::NotTaken, false);
    assert_eq!(statuses, [(EdgeStatus::Missing, true), not_taken, not_taken]);
}

/// Scenario: several ways lead on from the last node that arrived. Guarantee: none of them is called missing, but the
/// run's end is.
#[test]
fn lost_end_with_several_ways_names_no_edge() {
    let detail = detail(vec![workflow(span(1, 0, "W")), span(2, 1, "a").node("a")]);
    assert!(edges(&detail).iter().all(|(_, status, _)| *status == EdgeStatus::NotTaken));
    assert_eq!(codes(&detail), [WarningCode::UnexpectedEnd]);
}

/// Scenario: a run begins elsewhere than at the source and goes through a node that is not declared.
/// Guarantee: both are said, and the node is shown as undeclared with its executions.
#[test]
fn undeclared_node_and_start_are_said() {
    let detail = detail(vec![
        workflow(span(1, 0, "W")),
        span(2, 1, "b").node("b"),
        span(3, 1, "stray").node("x"),
        span(4, 1, "stray").node("y"),
        span(5, 1, "c").node("c"),
    ]);
    let stray = detail.graph.as_ref().unwrap().nodes.iter().find(|node| !node.declared).unwrap();
    assert_eq!((stray.label.as_str(), stray.execution_count, stray.is_sink), ("stray", 2, false));
    assert_eq!(detail.executions[1].matched_by, MatchedBy::Nothing);
    let codes = codes(&detail);
    assert!(codes.contains(&WarningCode::UndeclaredNode) && codes.contains(&WarningCode::UnexpectedStart));
}

/// Scenario: two edges with different conditions join the same nodes. Guarantee: both count, and both say that they are
/// ambiguous.
#[test]
fn parallel_edges_are_ambiguous() {
    let graph = graph(&ids(&["a", "b"]), &[("a", "b", Some("x")), ("a", "b", None)]);
    let detail = detail(vec![
        span(1, 0, "W").times(10, 1_000).run("workflow", "w", &graph),
        span(2, 1, "a").node("a"),
        span(3, 1, "b").node("b"),
    ]);
    let edges = &detail.graph.unwrap().edges;
    assert!(edges.iter().all(|edge| edge.ambiguous && edge.taken_count == 1));
}

/// Scenario: a group with two items of which one never arrived; then the group fails. Guarantee: the item is missed only
/// where the group went well, and it belongs to the group.
#[test]
fn lost_item_of_a_group_is_said() {
    let group = json!({
        "nodeRuntimeId": "g", "nodeStructuralId": "node_g", "nodeType": "RunConcurrent", "nodeLabel": "g",
        "isConcurrentSubgraph": true, "childNodeRuntimeIds": ["a", "b"],
    });
    let spans = |group_span: Built| {
        let graph = graph(&[group.clone(), json!("a"), json!("b")], &[]);
        vec![
            span(1, 0, "W").times(10, 1_000).run("workflow", "w", &graph),
            group_span.times(20, 900).part("run_concurrent", "g"),
            span(3, 2, "a").node("a"),
        ]
    };
    let view = detail(spans(span(2, 1, "g")));
    assert_eq!(codes(&view), [WarningCode::MissingItem]);
    assert_eq!(view.executions[1].group_span_id.as_deref(), Some("0000000000000002"));
    let item = &view.graph.as_ref().unwrap().nodes[1];
    assert_eq!((item.group_key.as_deref(), item.is_sink), (Some("node_g"), false));
    assert_eq!(codes(&detail(spans(span(2, 1, "g").failed()))), []);
}

/// Scenario: a node's span arrived and that of the group around it did not. Guarantee: the node is still matched by its
/// id, and the gap is said.
#[test]
fn orphan_is_adopted_by_its_id() {
    let detail = detail(vec![
        workflow(span(1, 0, "W")),
        span(2, 1, "a").node("a"),
        span(3, 99, "b").node("b"),
        span(4, 1, "c").node("c"),
    ]);
    assert!(codes(&detail).contains(&WarningCode::ParentMissing));
    assert_eq!(detail.executions.len(), 3);
    assert_eq!(edges(&detail)[3], edge("b>c", EdgeStatus::Taken, 1));
}

/// Scenario: a run without a graph, with a broken one, and with one the client failed to write.
/// Guarantee: the executed nodes are shown as they came, with the reason.
#[test]
fn run_without_a_readable_graph_shows_what_was_executed() {
    let run = || span(1, 0, "W").times(10, 1_000).with("junjo.span_type", "workflow");
    for (run, code) in [
        (run(), WarningCode::GraphMissing),
        (run().with("junjo.workflow.graph_structure", "{\"v\":1,"), WarningCode::GraphUnreadable),
        (
            run().with("junjo.workflow.graph_structure", r#"{"error":"Failed","detail":"x"}"#),
            WarningCode::GraphUnreadable,
        ),
        (run().with("junjo.workflow.graph_structure", r#"{"v":3,"nodes":[]}"#), WarningCode::GraphUnreadable),
    ] {
        let detail = detail(vec![run, span(2, 1, "a").node("a"), span(3, 1, "b").node("b")]);
        assert_eq!(codes(&detail), [code]);
        let graph = detail.graph.unwrap();
        assert_eq!((graph.nodes.len(), graph.version), (2, None));
        assert_eq!((graph.edges[0].status, graph.edges[0].taken_count), (EdgeStatus::Extra, 1));
    }
}
