//! Items and rows that are larger than what a page may hold.

use std::collections::BTreeSet;

use junjo_memory::{Memory, Part, Shares};

use super::logs::log;
use super::*;
use crate::{LogFilter, SpanFilter};

const MIB: usize = 1 << 20;

/// A store with little memory: a page has a little more than 3 MiB.
async fn store() -> (Fixture, Memory) {
    let dir = tempfile::tempdir().unwrap();
    let memory = Memory::new(&Shares::of(256 << 20));
    let options = StoreOptions { memory: memory.clone(), ..options(dir.path()) };
    (Fixture::open_with(dir, options).await, memory)
}

fn page_bytes(memory: &Memory) -> usize {
    usize::try_from(memory.bytes_max(Part::Read) / 4).unwrap()
}

/// What questions have taken at most since the store was opened, and take now.
fn taken(memory: &Memory) -> (usize, u64) {
    let usage = memory.usage()[Part::Read as usize];
    (usize::try_from(usage.peak_bytes).unwrap(), usage.used_bytes)
}

fn named(trace: u8, id: u8, name: &str) -> Span {
    Span { name: name.repeat(MIB / name.len()), ..span(trace, id, None) }
}

/// Scenario: log records of a megabyte each, read from the wal and from the archive, with and without a text that all of them
/// or few of them have. Guarantee: every one is on exactly one page, pages are no larger than they may be, two of them are the
/// most that is taken, and everything is given back.
#[tokio::test]
async fn large_log_records_are_read_in_small_pages() {
    let (f, memory) = store().await;
    for number in 0..12 {
        let rare = if number % 8 == 0 { "rare " } else { "" };
        f.send_logs(vec![log(number, &format!("{rare}{number} {}", "x".repeat(MIB)))]).await;
    }
    for is_sealed in [false, true] {
        if is_sealed {
            f.seal().await;
            f.wait_for_trim().await;
        }
        for (text, count) in [(None, 12), (Some("xxx"), 12), (Some("rare"), 2)] {
            let filter = LogFilter { text: text.map(str::to_owned), ..LogFilter::default() };
            let (mut seen, mut cursor, mut pages) = (Vec::new(), None, 0);
            loop {
                let (reads, reading) = f.store.for_question();
                let page = reads.logs(&filter, 500, cursor).await.unwrap();
                let bytes: usize = page.items.iter().map(|log| log.body.len()).sum();
                assert!(bytes <= page_bytes(&memory) && reading.bytes() >= bytes as u64, "{bytes}");
                assert_eq!(page.stopped_early, page.next.is_some());
                seen.extend(page.items.iter().map(|log| log.row.time_unix_nano));
                (cursor, pages) = (page.next, pages + 1);
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), count, "{text:?}");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), count, "{text:?}");
            assert!(count < 12 || pages >= 12 * MIB / page_bytes(&memory), "{pages}");
            let (peak, now) = taken(&memory);
            assert!(peak <= 2 * page_bytes(&memory) + MIB && now == 0, "{peak} {now}");
        }
    }
}

/// Scenario: spans whose names have a megabyte, in one trace and each in its own. Guarantee: lists of spans and of traces, and the
/// pages of one trace, have every row exactly once, one at least on each page, and take no more than a page.
#[tokio::test]
async fn large_rows_end_pages_early() {
    let (f, memory) = store().await;
    for id in 1..=12 {
        f.send(vec![named(1, id, "name "), named(id + 1, 1, "other")]).await;
    }
    let (mut spans, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = f.store.spans(&SpanFilter::default(), 500, cursor).await.unwrap();
        assert!(!page.items.is_empty() && page.incomplete.is_none());
        spans.extend(page.items.iter().map(|row| (row.trace_id, row.span_id)));
        (cursor, pages) = (page.next, pages + 1);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((spans.len(), spans.iter().collect::<BTreeSet<_>>().len()), (24, 24));
    assert!(pages >= 24 * MIB / page_bytes(&memory), "{pages}");
    let (mut traces, mut cursor) = (Vec::new(), None);
    loop {
        let page = f.store.traces(&TraceFilter::default(), 500, cursor).await.unwrap();
        traces.extend(page.items.iter().map(|row| row.trace_id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((traces.len(), traces.iter().collect::<BTreeSet<_>>().len()), (13, 13));
    let (mut of_trace, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = f.store.trace(trace_id(1), 10_000, after).await.unwrap().unwrap();
        assert_eq!(page.trace.span_count, 12);
        of_trace.extend(page.spans.iter().map(|row| row.span_id));
        (after, pages) = (page.next, pages + 1);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(of_trace, (1..=12).map(span_id).collect::<Vec<_>>());
    assert!(pages > 1);
    let (peak, now) = taken(&memory);
    assert!(peak <= page_bytes(&memory) + 2 * MIB && now == 0, "{peak} {now}");
}

/// Scenario: whole spans of very different sizes in one record, asked for in another order than they lie in, from the wal and from
/// the archive; one is larger than a page, and one is not there. Guarantee: the first ones in the order that was asked for, as far
/// as there is room, the first in any case, and a gap where there is none.
#[tokio::test]
async fn whole_spans_are_read_as_far_as_there_is_room() {
    let (f, memory) = store().await;
    let large = |id: u8, bytes: usize| Span {
        attributes: vec![attribute("text", Value::StringValue("x".repeat(bytes)))],
        ..span(1, id, None)
    };
    let spans =
        (1..=40).map(|id| large(id, if id % 10 == 0 { MIB } else { 100 })).chain([large(41, 8 * MIB)]);
    let sequence = f.send(spans.collect()).await;
    let place = |id: i32| crate::Place { sequence, ordinal: id - 1 };
    for is_sealed in [false, true] {
        if is_sealed {
            f.seal().await;
            f.wait_for_trim().await;
        }
        let backwards: Vec<_> = (1..=40).rev().map(place).collect();
        let read = async |places: Vec<_>, bytes: usize| {
            let found = f.store.whole_spans(places, bytes).await.unwrap();
            let ids = found.into_iter().map(|span| span.map(|span| i32::from(span.row.span_id.0[0])));
            ids.collect::<Vec<_>>()
        };
        let all: Vec<_> = (1..=40).rev().map(Some).collect();
        assert_eq!(read(backwards.clone(), 5 * MIB).await, all);
        // 40, 30 and what is between: 20 is the third that is large
        assert_eq!(read(backwards, 2 * MIB + MIB / 2).await, all[..20]);
        assert_eq!(read(vec![place(41), place(1)], MIB).await, [Some(41)]);
        assert_eq!(read(vec![place(1), place(41), place(2)], MIB).await, [Some(1)]);
        assert_eq!(read(vec![place(99), place(1)], MIB).await, [None, Some(1)]);
        let (peak, now) = taken(&memory);
        assert!(peak <= 9 * MIB && now == 0, "{peak} {now}");
    }
}

/// Scenario: a span that is larger than all that may be read, and one that is not while others hold the memory. Guarantee: the
/// former is told from the latter, which is read when the memory is free.
#[tokio::test]
async fn what_does_not_fit_is_told_from_what_has_to_wait() {
    let (f, memory) = store().await;
    let large = |id: u8, bytes: usize| Span {
        attributes: vec![attribute("text", Value::StringValue("x".repeat(bytes)))],
        ..span(1, id, None)
    };
    f.send(vec![large(1, 30 * MIB)]).await;
    f.send(vec![large(2, 100)]).await;
    let never = f.store.span(trace_id(1), span_id(1)).await.unwrap_err();
    assert!(matches!(never, crate::StoreError::NoMemory(junjo_memory::NoMemory::Ever { .. })), "{never:?}");
    let others = memory.reserve(Part::Read, memory.bytes_max(Part::Read)).await.unwrap();
    let now = f.store.span(trace_id(1), span_id(2)).await.unwrap_err();
    assert!(matches!(now, crate::StoreError::NoMemory(junjo_memory::NoMemory::Now(Part::Read))), "{now:?}");
    drop(others);
    assert!(f.store.span(trace_id(1), span_id(2)).await.unwrap().is_some());
}

/// Scenario: one record with many spans that takes little compressed, and many records with one span each, exported from the wal.
/// Guarantee: every span once and in order, in pieces that are no larger than a window.
#[tokio::test(flavor = "multi_thread")]
async fn export_of_the_wal_comes_in_windows() {
    let (f, memory) = store().await;
    let large = |id: u8| Span {
        attributes: vec![attribute("text", Value::StringValue("x".repeat(MIB)))],
        ..span(1, id, None)
    };
    f.send((1..=20).map(large).collect()).await;
    for id in 21..=30 {
        f.send(vec![large(id)]).await;
    }
    let (store, count) = (f.store.clone(), memory.clone());
    let export = move || {
        let (mut ids, mut sizes) = (Vec::new(), Vec::new());
        store
            .export_spans(&SpanFilter::default(), &mut |spans| {
                ids.extend(spans.iter().map(|span| span.row.span_id));
                sizes.push(spans.iter().map(crate::WholeSpan::text_bytes).sum::<usize>());
                assert!(taken(&count).1 >= *sizes.last().unwrap() as u64);
                Ok(())
            })
            .unwrap();
        (ids, sizes)
    };
    let (ids, sizes) = tokio::task::spawn_blocking(export).await.unwrap();
    assert_eq!(ids, (1..=30).map(span_id).collect::<Vec<_>>());
    assert!(sizes.len() >= 8 && sizes.iter().all(|bytes| *bytes <= 4 * MIB), "{sizes:?}");
    assert_eq!(taken(&memory).1, 0);
}
