//! Runs of workflows: what failed below them, whatever clients send as parents.

use super::*;

fn failed(span: Span) -> Span {
    Span { status: Some(Status { code: 2, message: String::new() }), ..span }
}

fn workflow(span: Span) -> Span {
    Span { attributes: vec![attribute("junjo.span_type", Value::StringValue("workflow".into()))], ..span }
}

/// Scenario: a failed workflow that is its own parent; one in a cycle with a failed span that has a failed child.
/// Guarantee: each failed span is counted once.
#[tokio::test]
async fn runs_parent_cycles_count_each_failure_once() {
    let f = Fixture::new().await;
    f.send(vec![failed(workflow(span(1, 1, Some(1))))]).await;
    let cycle =
        [failed(workflow(span(2, 1, Some(2)))), failed(span(2, 2, Some(1))), failed(span(2, 3, Some(2)))];
    f.send(cycle.to_vec()).await;
    let page = f.store.runs(&RunFilter::default(), 10, None).await.unwrap();
    assert_eq!(page.items.iter().map(|run| run.error_count).collect::<Vec<_>>(), [3, 1]);
}
