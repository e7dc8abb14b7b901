//! Commits: what arrives late, twice or odd.

use super::*;

/// Scenario: children arrive before their root, in two requests. Guarantee: one live trace row at any time, first
/// with a stand-in, then with the root.
#[tokio::test]
async fn commit_late_root_replaces_the_trace_row() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 2, Some(1)), span(1, 3, Some(1))]).await;
    let page = f.store.traces(&TraceFilter::default(), 10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(page.items[0].root_missing);
    assert_eq!(page.items[0].root_name, "span 2");
    f.send(vec![span(1, 1, None)]).await;
    let page = f.store.traces(&TraceFilter::default(), 10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(!page.items[0].root_missing);
    assert_eq!((page.items[0].root_name.as_str(), page.items[0].span_count), ("span 1", 3));
    assert_eq!(page.items[0].newest_sequence, Sequence(2));
}

/// Scenario: a client's retry delivers the same spans twice, in one request and across requests, with a new status.
/// Guarantee: each span exists once, the highest place wins in lists and in payloads, and all are counted.
#[tokio::test]
async fn commit_same_span_again_keeps_the_highest_place() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(1, 1, None)]).await;
    let failed = Span { status: Some(Status { code: 2, message: "boom".into() }), ..span(1, 1, None) };
    f.send(vec![failed, span(1, 2, Some(1))]).await;
    let page = f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap();
    assert_eq!(page.spans.len(), 2);
    assert_eq!(page.trace.error_count, 1);
    let whole = f.store.span(trace_id(1), span_id(1)).await.unwrap().unwrap();
    assert_eq!(whole.status_message, "boom");
    assert_eq!(whole.row.place.sequence, Sequence(2));
    let progress = f.store.progress();
    assert_eq!((progress.indexed_spans, progress.duplicate_spans), (4, 2));
    assert_eq!(f.store.size().await.unwrap().spans, Some(2));
}

/// Scenario: the process ends between commits and starts again. Guarantee: progress and rows are those of the last
/// commit, and indexing goes on from there.
#[tokio::test]
async fn reopen_continues_from_the_committed_cursor() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.append(vec![span(2, 1, None)], 1_000).await;
    let f = f.reopen().await;
    assert_eq!(f.store.progress().span_cursor, Sequence(1));
    f.index();
    assert_eq!(f.store.progress().indexed_spans, 2);
    assert_eq!(f.store.traces(&TraceFilter::default(), 10, None).await.unwrap().items.len(), 2);
}

/// Scenario: times at the edges of 64 bits, spans that are their own parents, cycles. Guarantee: all are stored and
/// shown, nothing overflows.
#[tokio::test]
async fn commit_odd_spans_is_total() {
    let f = Fixture::new().await;
    let future = Span { start_time_unix_nano: 1 << 63, end_time_unix_nano: u64::MAX, ..span(1, 1, None) };
    let zero = Span { start_time_unix_nano: 0, end_time_unix_nano: 0, ..span(1, 2, Some(2)) };
    let cycle = vec![span(2, 1, Some(2)), span(2, 2, Some(1))];
    f.send(vec![future, zero]).await;
    f.send(cycle).await;
    f.send(vec![span(1, 3, Some(1))]).await;
    assert_eq!(f.store.traces(&TraceFilter::default(), 10, None).await.unwrap().items.len(), 2);
    assert_eq!(f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap().spans.len(), 3);
    let whole = f.store.span(trace_id(1), span_id(1)).await.unwrap().unwrap();
    assert_eq!(whole.sent_times(), (1 << 63, u64::MAX));
}
