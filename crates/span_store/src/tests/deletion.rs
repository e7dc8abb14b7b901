//! What somebody wants deleted is gone for every reader at once, then from log, archive and index, and stays gone.

use std::sync::atomic::{AtomicBool, Ordering};

use super::upkeep::exported;
use super::*;
use crate::{Deletion, DeletionRequest, DeletionSubject, LogFilter, ServiceAge, SpanFilter};

impl Fixture {
    async fn delete(&self, subject: DeletionSubject) -> Deletion {
        let request = DeletionRequest { at_unix_nano: 7, by: Some("admin".into()) };
        self.store.delete(subject, request).await.unwrap().unwrap()
    }

    async fn state_of(&self, deletion: &Deletion) -> Option<i64> {
        self.store.deletion(deletion.id).await.unwrap().unwrap().finished_at_unix_nano
    }

    /// Ids of all traces in the list.
    async fn listed(&self) -> Vec<u8> {
        let page = self.store.traces(&TraceFilter::default(), 100, None).await.unwrap();
        page.items.iter().map(|trace| trace.trace_id.0[0]).rev().collect()
    }

    /// Rows of all archive files, as their footers count them.
    fn archived_rows(&self) -> u64 {
        self.store.catalog().manifest().all_files().iter().map(|file| file.row_count).sum()
    }
}

fn traces(ids: &[u8]) -> DeletionSubject {
    DeletionSubject::Traces(ids.iter().map(|id| trace_id(*id)).collect())
}

/// Spans of another service than "checkout".
fn of_service(name: &str, spans: Vec<Span>) -> Vec<u8> {
    let mut request = request(spans);
    request.resource_spans[0].resource.as_mut().unwrap().attributes =
        vec![attribute("service.name", Value::StringValue(name.into()))];
    request.encode_to_vec()
}

impl Fixture {
    async fn send_as(&self, service: &str, spans: Vec<Span>) -> Sequence {
        let count = u32::try_from(spans.len()).unwrap();
        let message = of_service(service, spans);
        let record =
            NewRecord::compress(Signal::Traces, Sender::in_default_project("key-1"), 1_000, count, &message)
                .unwrap();
        let sequence = self.wal.append(record).await.unwrap();
        self.index();
        sequence
    }
}

/// Scenario: one trace is deleted whose records are partly sealed, partly in the log, with a log record. Guarantee: no query
/// has it from then on; it is done only when log and archive have nothing of it; other traces keep everything; a rebuilt
/// index is the same; the trace that arrives again is new data.
#[tokio::test(flavor = "multi_thread")]
async fn delete_trace_is_gone_at_once_and_then_everywhere() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(2, 1, None)]).await;
    f.send_logs_of(1).await;
    while f.seal().await.is_some() {}
    f.wait_for_trim().await;
    f.send(vec![span(1, 2, Some(1)), span(2, 2, Some(1))]).await;
    let whole = f.store.span(trace_id(2), span_id(1)).await.unwrap().unwrap();
    let deletion = f.delete(traces(&[1])).await;
    assert_eq!(deletion.through, Sequence(3));

    assert_eq!(f.listed().await, [2]);
    assert!(f.store.trace(trace_id(1), 10, None).await.unwrap().is_none());
    assert_eq!(f.store.span(trace_id(1), span_id(1)).await.unwrap(), None);
    assert_eq!(f.store.spans(&SpanFilter::default(), 10, None).await.unwrap().items.len(), 2);
    assert!(f.store.logs(&LogFilter::default(), 10, None).await.unwrap().items.is_empty());
    assert_eq!(exported(&f.store).len(), 2);

    f.keep().await;
    assert_eq!(f.state_of(&deletion).await, None, "the wal still has a record");
    let sealed = f.seal().await.unwrap();
    assert_eq!((sealed.row_count, sealed.item_count, sealed.deleted_count), (1, 2, 1));
    f.wait_for_trim().await;
    f.keep().await;
    assert_eq!(f.state_of(&deletion).await, Some(10 * DAY_NANOS));
    assert_eq!(f.archived_rows(), 2);
    assert_eq!(f.store.span(trace_id(2), span_id(1)).await.unwrap().unwrap(), whole);
    assert_eq!((f.store.upkeep_report().pending_deletions, f.counts()), (0, (4, 0)));

    let sums = f.store.checksums().await.unwrap();
    let counts = f.counts();
    let f = f.rebuilt().await;
    assert_eq!((f.store.checksums().await.unwrap(), f.counts()), (sums, counts));
    f.send(vec![span(1, 1, None)]).await;
    assert_eq!(f.listed().await, [1, 2]);
}

/// Scenario: a record is acknowledged and not indexed when its trace is deleted; the index is lost before the seal, or only
/// read on. Guarantee: the trace never shows, and it is counted as processed.
#[tokio::test]
async fn delete_covers_what_is_not_indexed_yet() {
    for is_lost in [false, true] {
        let f = Fixture::new().await;
        f.append(vec![span(1, 1, None), span(2, 1, None)], 1_000).await;
        f.delete(traces(&[1])).await;
        let f = if is_lost { f.rebuilt().await } else { f };
        f.index();
        assert_eq!((f.listed().await, f.store.progress().indexed_spans), (vec![2], 2), "{is_lost}");
    }
}

/// Scenario: the process ends after the deletion is written down, before the index has it. Guarantee: the next start has no
/// query show it.
#[tokio::test]
async fn delete_written_down_is_in_force_after_a_restart() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(2, 1, None)]).await;
    let target = crate::DeletionTarget::Traces(vec![trace_id(1)]);
    let deletions = f.store.catalog().deletions();
    deletions.insert(target, Sequence(1), DeletionRequest::default()).await.unwrap();
    assert_eq!(f.listed().await, [1, 2]);
    let f = f.reopen().await;
    assert_eq!(f.listed().await, [2]);
}

/// Scenario: a service is deleted that has traces of its own and spans in a trace of another. Guarantee: its traces go; the
/// shared one is computed again from the other's spans; what it sends later stays.
#[tokio::test]
async fn delete_service_leaves_what_others_sent() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.send_as("billing", vec![span(1, 2, Some(1)), span(2, 1, None)]).await;
    let deletion = f.delete(DeletionSubject::Service("billing".into())).await;
    f.send_as("billing", vec![span(3, 1, None)]).await;
    assert_eq!(f.listed().await, [1, 3]);
    let trace = f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap().trace;
    assert_eq!((trace.span_count, trace.services), (1, vec!["checkout".to_owned()]));
    f.seal().await.unwrap();
    f.wait_for_trim().await;
    f.keep().await;
    assert!(f.state_of(&deletion).await.is_some());
    let sums = f.store.checksums().await.unwrap();
    let f = f.rebuilt().await;
    assert_eq!((f.store.checksums().await.unwrap(), f.listed().await), (sums, vec![1, 3]));
}

/// Scenario: the traces of a conversation and of a user are deleted, and those of one that does not exist. Guarantee: whole traces
/// go, those of others stay, and nothing is written down where there is nothing.
#[tokio::test]
async fn delete_conversation_or_user_takes_their_traces() {
    let f = Fixture::new().await;
    let with = |trace, key: &str, value: &str| Span {
        attributes: vec![attribute(key, Value::StringValue(value.into()))],
        ..span(trace, 1, None)
    };
    f.send(vec![
        with(1, "session.id", "s"),
        with(2, "user.id", "u"),
        with(3, "session.id", "t"),
        span(1, 2, Some(1)),
    ])
    .await;
    f.delete(DeletionSubject::Conversation("s".into())).await;
    assert_eq!(f.listed().await, [2, 3]);
    f.delete(DeletionSubject::User("u".into())).await;
    assert_eq!(f.listed().await, [3]);
    let nobody = DeletionSubject::User("nobody".into());
    assert_eq!(f.store.delete(nobody, DeletionRequest::default()).await.unwrap(), None);
    assert_eq!(f.store.deletions(None, 10).await.unwrap().len(), 2);
}

/// Scenario: a reader has the file that holds what is to be deleted. Guarantee: the deletion is not called done before the
/// reader is.
#[tokio::test]
async fn delete_waits_for_readers_of_the_file() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(2, 1, None)]).await;
    f.seal().await.unwrap();
    f.wait_for_trim().await;
    let leased = f.store.catalog().manifest().file_with(Dataset::Spans, Sequence(1)).unwrap();
    let deletion = f.delete(traces(&[1])).await;
    f.keep().await;
    assert_eq!((f.state_of(&deletion).await, f.archived_rows()), (None, 1));
    drop(leased);
    f.keep().await;
    assert!(f.state_of(&deletion).await.is_some());
}

/// Scenario: a service may be kept for two days, and has spans of five days. Guarantee: those of older days are deleted once,
/// the others stay; without an age nothing goes.
#[tokio::test]
async fn service_age_deletes_what_is_older() {
    let f = Fixture::new().await;
    f.believe(0).await;
    for day in 0..5 {
        let trace = u8::try_from(day).unwrap() + 1;
        f.append(vec![span(trace, 1, None)], i64::from(day) * DAY_NANOS + 1).await;
        f.index();
        f.seal().await.unwrap();
        f.wait_for_trim().await;
        f.store.upkeep(moment(i64::from(day) * DAY_NANOS + 2)).await.unwrap();
    }
    let now = 4 * DAY_NANOS + 5;
    while f.store.upkeep(moment(now)).await.unwrap() {}
    assert_eq!(f.listed().await, [1, 2, 3, 4, 5]);
    f.store.set_service_ages(&[ServiceAge { service: "checkout".into(), days: 2 }]).await.unwrap();
    for _ in 0..2 {
        while f.store.upkeep(moment(now)).await.unwrap() {}
        assert_eq!(f.listed().await, [3, 4, 5]);
    }
    let done = f.store.deletions(None, 10).await.unwrap();
    assert_eq!((done.len(), done[0].requested_by.clone()), (1, None));
    assert!(done[0].finished_at_unix_nano.is_some());
    assert_eq!(f.archived_rows(), 3);
}

/// Scenario: a deletion is finished while others query and index all the time. Guarantee: no query fails for it, the index goes on with
/// all its rows, and no copy is left beside it.
#[tokio::test(flavor = "multi_thread")]
async fn delete_writes_the_index_again_under_its_readers() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(2, 1, None)]).await;
    f.seal().await.unwrap();
    f.wait_for_trim().await;
    let deletion = f.delete(traces(&[1])).await;
    let (store, is_over) = (f.store.clone(), Arc::new(AtomicBool::new(false)));
    let over = Arc::clone(&is_over);
    let reader = tokio::spawn(async move {
        let mut answers = 0;
        while !over.load(Ordering::Acquire) {
            assert!(store.trace(trace_id(2), 10, None).await.unwrap().is_some());
            answers += 1;
        }
        answers
    });
    f.keep().await;
    assert!(f.state_of(&deletion).await.is_some());
    is_over.store(true, Ordering::Release);
    assert!(reader.await.unwrap() > 0);
    f.send(vec![span(3, 1, None)]).await;
    assert_eq!((f.listed().await, f.store.index_state()), (vec![2, 3], IndexState::Ok));
    let sums = f.store.checksums().await.unwrap();
    assert!(!f.dir.path().join("index.duckdb.new").try_exists().unwrap());
    assert_eq!(f.reopen().await.store.checksums().await.unwrap(), sums);
}

/// Scenario: a kill while the index was copied left a part of the copy, and what queries had put on disk. Guarantee: the next
/// opening has every row, and removes both; the deletion is finished then.
#[tokio::test]
async fn delete_goes_on_after_a_kill_while_the_index_is_copied() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(2, 1, None)]).await;
    f.seal().await.unwrap();
    f.wait_for_trim().await;
    let deletion = f.delete(traces(&[1])).await;
    let dir = f.dir.path().to_owned();
    let left = ["index.duckdb.new", "index.duckdb.new.wal", "index.duckdb.tmp"].map(|name| dir.join(name));
    f.store.close();
    std::fs::write(&left[0], b"half of a copy").unwrap();
    std::fs::write(&left[1], b"its log").unwrap();
    std::fs::create_dir(&left[2]).unwrap();
    std::fs::write(left[2].join("block"), b"sorted").unwrap();
    let f = f.reopen().await;
    for path in &left {
        assert!(!path.try_exists().unwrap(), "{}", path.display());
    }
    assert_eq!(f.listed().await, [2]);
    assert_eq!(f.seal().await, None);
    f.keep().await;
    assert!(f.state_of(&deletion).await.is_some());
    assert_eq!((f.listed().await, f.store.index_state()), (vec![2], IndexState::Ok));
}
