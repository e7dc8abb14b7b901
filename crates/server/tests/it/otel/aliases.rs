//! The paths that routes of `/otel` used to have.

use serde_json::Value;

use super::runs::{run_named, server_with};

/// Scenario: every old path of runs, overlays and conversations, on a server that has some of each. Guarantee: the answer of
/// the new path, and a description that is marked as deprecated; no other path of `/otel` is.
#[tokio::test(flavor = "multi_thread")]
async fn old_paths_answer_as_the_new_ones_and_are_deprecated() {
    let server = server_with("junjo_capture.bin").await;
    let (run, view) = run_named(&server, "Order Intake Workflow").await;
    let ids = run.strip_prefix("/otel/runs").unwrap();
    let structural_id = view["structural_id"].as_str().unwrap();
    let conversations = server.api.read("/otel/conversations").await;
    let conversation = conversations["items"][0]["session_id"].as_str().unwrap();
    let described = [
        ("/otel/workflows", "/otel/runs", "?limit=2".to_owned()),
        ("/otel/workflow/{trace_id}/{span_id}", "/otel/runs/{trace_id}/{span_id}", String::new()),
        (
            "/otel/workflow/{trace_id}/{span_id}/state",
            "/otel/runs/{trace_id}/{span_id}/state",
            "?at=1".to_owned(),
        ),
        ("/otel/workflow-runs", "/otel/runs/overlay", format!("?structural_id={structural_id}")),
        ("/otel/sessions", "/otel/conversations", "?limit=1".to_owned()),
        ("/otel/sessions/{session_id}", "/otel/conversations/{session_id}", "?limit=1".to_owned()),
    ];
    let asked = |path: &str, query: &str| {
        path.replace("/{trace_id}/{span_id}", ids).replace("{session_id}", conversation) + query
    };
    for (old, new, query) in &described {
        let (before, now) =
            (server.api.get(&asked(old, query)).await, server.api.get(&asked(new, query)).await);
        assert_eq!(now.0, 200, "{new}: {}", now.1);
        assert_eq!(before, now, "{old}");
        let (before, now) = (asked(old, "?limt=1"), asked(new, "?limt=1"));
        assert_eq!(server.api.get(&before).await.0, server.api.get(&now).await.0, "{old}: a misspelt name");
    }
    let document = server.api.read("/openapi.json").await;
    let is_deprecated = |path: &str| document["paths"][path]["get"]["deprecated"] == Value::Bool(true);
    let of_otel = document["paths"].as_object().unwrap().keys().filter(|path| path.starts_with("/otel"));
    let mut deprecated: Vec<&str> = of_otel.map(String::as_str).filter(|path| is_deprecated(path)).collect();
    let mut old: Vec<&str> = described.iter().map(|(old, _, _)| *old).collect();
    deprecated.sort_unstable();
    old.sort_unstable();
    assert_eq!(deprecated, old);
    server.stop().await;
}
