//! Lists of traces and runs: filters and pages.

use super::*;

/// Scenario: 25 traces are paged by 10 while one of them changes and a new one arrives. Guarantee: every trace that
/// did not change during the walk appears exactly once.
#[tokio::test]
async fn traces_pages_hold_each_unchanged_trace_once() {
    let f = Fixture::new().await;
    for trace in 1..=25 {
        f.send(vec![span(trace, 1, None)]).await;
    }
    let filter = TraceFilter { service: Some("checkout".into()), ..TraceFilter::default() };
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = f.store.traces(&filter, 10, cursor).await.unwrap();
        seen.extend(page.items.iter().map(|row| row.trace_id.0[0]));
        f.send(vec![span(5, 2, Some(1)), span(200, 1, None)]).await;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let expected: Vec<u8> = (1..=25).rev().filter(|trace| *trace != 5).collect();
    assert_eq!(seen, expected);
}

/// Scenario: filters on every promoted field. Guarantee: each finds its trace and nothing else.
#[tokio::test]
async fn traces_filters_match_root_and_spans_as_documented() {
    let f = Fixture::new().await;
    let text = |key: &str, value: &str| attribute(key, Value::StringValue(value.into()));
    let llm = Span {
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.request.model", "gpt-4o"),
            text("session.id", "s-1"),
            text("user.id", "u-1"),
            attribute("gen_ai.usage.input_tokens", Value::IntValue(7)),
        ],
        ..span(1, 2, Some(1))
    };
    let failed = Span { status: Some(Status { code: 2, message: String::new() }), ..span(2, 2, Some(1)) };
    f.send(vec![span(1, 1, None), llm, span(2, 1, None), failed]).await;
    let default = TraceFilter::default;
    let cases = [
        (TraceFilter { model: Some("gpt-4o".into()), ..default() }, vec![1]),
        (TraceFilter { role: Some(junjo_span_model::Role::Llm), ..default() }, vec![1]),
        (TraceFilter { session_id: Some("s-1".into()), ..default() }, vec![1]),
        (TraceFilter { user_id: Some("u-1".into()), ..default() }, vec![1]),
        (TraceFilter { has_llm: Some(true), ..default() }, vec![1]),
        (TraceFilter { has_llm: Some(false), ..default() }, vec![2]),
        (TraceFilter { status: Some(SpanStatus::Error), ..default() }, vec![2]),
        (TraceFilter { status: Some(SpanStatus::Unset), ..default() }, vec![1]),
        (TraceFilter { name: Some("span 1".into()), ..default() }, vec![2, 1]),
        (TraceFilter { name: Some("span 2".into()), ..default() }, vec![]),
        (TraceFilter { text: Some("S-1".into()), ..default() }, vec![1]),
        (TraceFilter { has_workflow: Some(true), ..default() }, vec![]),
        (TraceFilter { service: Some("other".into()), ..default() }, vec![]),
        (TraceFilter { min_duration_nanos: Some(i64::MAX), ..default() }, vec![]),
        (
            TraceFilter {
                time: TimeRange { from_unix_nano: Some(i64::MAX), to_unix_nano: None },
                ..default()
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        let found = f.store.traces(&filter, 10, None).await.unwrap();
        let ids: Vec<u8> = found.items.iter().map(|row| row.trace_id.0[0]).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
    let services = f.store.services(TimeRange::default()).await.unwrap();
    assert_eq!((services.len(), services[0].span_count, services[0].trace_count), (1, 4, 2));
    assert_eq!(services[0].error_count, 1);
}

/// Scenario: a workflow with a failed node below it, and a trace in pages of one span. Guarantee: the run is listed
/// with its failure counted, and pages hold every span once.
#[tokio::test]
async fn runs_count_failures_below_and_traces_page_by_position() {
    let f = Fixture::new().await;
    let kind = |value: &str| vec![attribute("junjo.span_type", Value::StringValue(value.into()))];
    let workflow = Span { attributes: kind("workflow"), ..span(1, 1, None) };
    let node = Span { attributes: kind("node"), ..span(1, 2, Some(1)) };
    let failed = Span { status: Some(Status { code: 2, message: String::new() }), ..span(1, 3, Some(2)) };
    f.send(vec![workflow, node, failed]).await;
    let page = f.store.runs(&RunFilter::default(), 10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!((page.items[0].span.name.as_str(), page.items[0].error_count), ("span 1", 1));
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = f.store.trace(trace_id(1), 1, after).await.unwrap().unwrap();
        ids.extend(page.spans.iter().map(|row| row.span_id.0[0]));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, [1, 2, 3]);
    assert!(f.store.trace(trace_id(9), 1, None).await.unwrap().is_none());
}
