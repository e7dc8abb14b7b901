//! `/otel/spans`: filters and pages.

use crate::otel::calls::server;

/// Scenario: spans by promoted fields, in pages, with a cursor of other filters. Guarantee: each span once, and the
/// foreign cursor is a 400.
#[tokio::test(flavor = "multi_thread")]
async fn spans_list_by_filter_in_pages() {
    let server = server().await;
    let filter = "filter=model%20%3D%20model-a%20and%20duration_ms%20%3E%2090";
    let page = server.api.read(&format!("/otel/spans?limit=6&{filter}")).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = server.api.read(&format!("/otel/spans?limit=6&{filter}&cursor={cursor}")).await;
    let traces: Vec<&str> = [&page, &rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| item["trace_id"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (91..=100_u128).rev().map(|n| format!("{n:032x}")).collect();
    assert_eq!(traces, expected);
    assert_eq!(server.api.get(&format!("/otel/spans?status=error&cursor={cursor}")).await.0, 400);
    let (status, problem) = server.api.get("/otel/spans?filter=model%20%3D").await;
    assert_eq!(status, 400);
    assert_eq!(problem["errors"][0]["message"], "expected a value, found the end (at position 8)");
    server.stop().await;
}
