//! Lists that begin with the newest row, over stores whose traces lie seconds to years apart, and traces that are replaced
//! while they are read.

use super::*;
use crate::{SpanFilter, SpanRow, TraceRow};

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3_600 * SECOND;
/// Starts of traces, from the first one on: neighbours, and gaps longer than each range that is tried.
const AGES: [u64; 12] = [
    0,
    1,
    2 * SECOND,
    300 * SECOND,
    HOUR,
    HOUR + 30 * SECOND,
    20 * HOUR,
    21 * HOUR,
    9 * 24 * HOUR,
    9 * 24 * HOUR + 1,
    400 * 24 * HOUR,
    400 * 24 * HOUR + 30 * SECOND,
];

fn at(trace: u8, age: u64) -> Span {
    let start = START + age;
    Span { start_time_unix_nano: start, end_time_unix_nano: start + SECOND, ..span(trace, trace, None) }
}

async fn filled() -> Fixture {
    let f = Fixture::new().await;
    let spans = AGES.iter().enumerate().map(|(number, age)| at(u8::try_from(number + 1).unwrap(), *age));
    f.send(spans.collect()).await;
    f
}

/// Every end that a range may have between, at and beyond the traces; `None` for an open one.
fn ends() -> Vec<Option<i64>> {
    let around = AGES.iter().flat_map(|age| [age.saturating_sub(1), *age, age + 1, age + 2 * HOUR]);
    let ends = around.map(|age| Some(i64::try_from(START + age).unwrap()));
    ends.chain([None]).collect()
}

/// The traces that started before `end`, newest first.
fn expected(end: Option<i64>) -> Vec<TraceId> {
    let before = |age: u64| end.is_none_or(|end| i64::try_from(START + age).unwrap() < end);
    let found = AGES.iter().enumerate().filter(|(_, age)| before(**age));
    let found = found.map(|(number, _)| trace_id(u8::try_from(number + 1).unwrap()));
    found.rev().collect()
}

/// Scenario: lists of traces and spans that end at, between and beyond traces lying seconds to years apart, in pages of
/// two and as a whole. Guarantee: every page is what sorting all of them gives, however far apart they lie.
#[tokio::test]
async fn lists_newest_first_find_rows_across_gaps() {
    let f = filled().await;
    for (end, limit) in ends().into_iter().flat_map(|end| [2, 50].map(|limit| (end, limit))) {
        let time = TimeRange { to_unix_nano: end, ..TimeRange::default() };
        let (mut traces, mut after) = (Vec::new(), None);
        loop {
            let page = f.store.traces(&TraceFilter { time, ..TraceFilter::default() }, limit, after).await;
            let page = page.unwrap();
            assert!(page.items.len() == limit || page.next.is_none());
            traces.extend(page.items.iter().map(|row: &TraceRow| row.trace_id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(traces, expected(end), "traces before {end:?}, {limit} a page");
        let spans = f.store.spans(&SpanFilter { time, ..SpanFilter::default() }, limit, None).await.unwrap();
        let spans: Vec<TraceId> = spans.items.iter().map(|row: &SpanRow| row.trace_id).collect();
        assert_eq!(spans, expected(end)[..limit.min(expected(end).len())], "spans before {end:?}");
    }
}

/// Scenario: a start is asked for as well. Guarantee: nothing older is found, whatever is tried first.
#[tokio::test]
async fn lists_newest_first_stay_within_their_range() {
    let f = filled().await;
    for from in AGES {
        let from_unix_nano = Some(i64::try_from(START + from).unwrap());
        let time = TimeRange { from_unix_nano, to_unix_nano: None };
        let page = f.store.traces(&TraceFilter { time, ..TraceFilter::default() }, 50, None).await.unwrap();
        let found: Vec<TraceId> = page.items.iter().map(|row| row.trace_id).collect();
        assert_eq!(found.len(), AGES.iter().filter(|age| **age >= from).count());
        assert_eq!(found, expected(None)[..found.len()]);
    }
}

/// Scenario: a trace whose earlier spans arrive late, so that its row moves in time, read in pages of one span and as a
/// whole. Guarantee: each read has all its spans in order of start.
#[tokio::test]
async fn trace_that_moves_in_time_is_found_whole() {
    let f = filled().await;
    for (id, age) in [(200, 50 * SECOND), (201, 25 * SECOND), (202, SECOND)] {
        let late = Span { trace_id: vec![4; 16], parent_span_id: vec![4; 8], ..at(id, age) };
        f.send(vec![late]).await;
        let whole = f.store.trace(trace_id(4), 100, None).await.unwrap().unwrap();
        assert!(whole.next.is_none() && whole.trace.start_unix_nano == i64::try_from(START + age).unwrap());
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = f.store.trace(trace_id(4), 1, after).await.unwrap().unwrap();
            assert_eq!(page.trace, whole.trace, "stored, and computed from the spans");
            paged.extend(page.spans);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole.spans);
        assert!(paged.is_sorted_by_key(|row| row.start_unix_nano));
    }
    assert_eq!(f.store.trace(trace_id(4), 100, None).await.unwrap().unwrap().spans.len(), 4);
}
