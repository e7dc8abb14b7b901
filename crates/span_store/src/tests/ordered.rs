//! Lists in other orders than newest first: any rows, any page size, while others arrive.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{Direction, GroupFilter, GroupKind, Order, OrderBy, RunOrderBy, SpanExpr, TraceRow};

/// What orders a trace: few values of each, so that many are equal.
#[derive(Debug, Clone)]
struct Figures {
    start: u64,
    duration: u64,
    /// Cents; the trace has no cost and no tokens without them.
    cost: Option<u8>,
    failed: bool,
    children: u8,
}

fn figures() -> impl Strategy<Value = Figures> {
    (10_u64..14, 1_u64..4, prop::option::of(0_u8..3), any::<bool>(), 0_u8..3).prop_map(
        |(start, duration, cost, failed, children)| Figures { start, duration, cost, failed, children },
    )
}

fn order() -> impl Strategy<Value = Order> {
    let by = prop::sample::select(vec![
        OrderBy::Start,
        OrderBy::Duration,
        OrderBy::Cost,
        OrderBy::Tokens,
        OrderBy::Errors,
        OrderBy::Spans,
    ]);
    (by, any::<bool>()).prop_map(|(by, descends)| Order { by, direction: direction(descends) })
}

const fn direction(descends: bool) -> Direction {
    if descends { Direction::Descending } else { Direction::Ascending }
}

/// Ids whose two halves both differ, in another order than the numbers; many share the first half.
fn id(trace: usize) -> TraceId {
    let mixed = u16::try_from(trace + 1).unwrap().wrapping_mul(40_503).to_be_bytes();
    let mut bytes = [7; 16];
    (bytes[0], bytes[8]) = (mixed[0] % 4, mixed[1]);
    bytes[9] = mixed[0];
    TraceId(bytes)
}

fn spans_of(trace: usize, figures: &Figures) -> Vec<Span> {
    let numbers = 1..=u64::from(figures.children) + 1;
    numbers.map(|number| span_of(trace, number, figures)).collect()
}

fn span_of(trace: usize, number: u64, figures: &Figures) -> Span {
    let start = START + figures.start;
    let mut attributes = vec![attribute("session.id", Value::StringValue(format!("s-{}", trace % 5)))];
    if let Some(cents) = figures.cost.filter(|_| number == 1) {
        attributes.extend([
            attribute("gen_ai.operation.name", Value::StringValue("chat".to_owned())),
            attribute("gen_ai.usage.input_tokens", Value::IntValue(i64::from(cents))),
            attribute("gen_ai.usage.cost", Value::DoubleValue(f64::from(cents) / 100.0)),
        ]);
    }
    Span {
        trace_id: id(trace).0.to_vec(),
        span_id: number.to_be_bytes().to_vec(),
        parent_span_id: if number == 1 { Vec::new() } else { 1_u64.to_be_bytes().to_vec() },
        start_time_unix_nano: start,
        end_time_unix_nano: start + figures.duration,
        status: figures.failed.then(|| Status { code: 2, message: String::new() }),
        attributes,
        ..span(1, 1, None)
    }
}

/// The figure of a row; a cost in cents.
fn figure(row: &TraceRow, by: OrderBy) -> Option<i64> {
    match by {
        OrderBy::Start => Some(row.start_unix_nano),
        OrderBy::Duration => Some(row.duration_nanos),
        OrderBy::Cost => row.cost_usd.map(|cost| (cost * 100.0).round() as i64),
        OrderBy::Tokens => row.input_tokens,
        OrderBy::Errors => Some(i64::from(row.error_count)),
        OrderBy::Spans => Some(i64::from(row.span_count)),
    }
}

/// Whether `before` may stand before `after`: what has no figure comes last.
fn stands_before<T: Ord>(before: &(Option<i64>, T), after: &(Option<i64>, T), direction: Direction) -> bool {
    let turned = |order: Ordering| if direction == Direction::Descending { order.reverse() } else { order };
    let ids = turned(before.1.cmp(&after.1));
    match (before.0, after.0) {
        (Some(one), Some(other)) => turned(one.cmp(&other)).then(ids) == Ordering::Less,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => ids == Ordering::Less,
    }
}

/// Walks through all traces in pages of `limit`; `arrives` is called behind each page.
async fn walk(f: &Fixture, order: Order, limit: usize, mut arrives: impl AsyncFnMut()) -> Vec<TraceRow> {
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = f.store.ordered_traces(&TraceFilter::default(), order, limit, cursor).await.unwrap();
        assert!(page.items.len() <= limit, "{} rows in a page of {limit}", page.items.len());
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return seen;
        }
        arrives().await;
    }
}

async fn filled(first: &[Figures]) -> Fixture {
    let f = Fixture::new().await;
    for chunk in first.iter().enumerate().collect::<Vec<_>>().chunks(9) {
        f.send(chunk.iter().flat_map(|(trace, figures)| spans_of(*trace, figures)).collect()).await;
    }
    f
}

fn check_order(seen: &[TraceRow], order: Order) -> Result<(), TestCaseError> {
    let keys: Vec<_> = seen.iter().map(|row| (figure(row, order.by), row.trace_id)).collect();
    prop_assert!(
        keys.windows(2).all(|pair| stands_before(&pair[0], &pair[1], order.direction)),
        "{order:?}: {keys:?}"
    );
    Ok(())
}

/// Nothing arrives: every trace once. Then new and changed ones arrive: every unchanged trace once, none that is new.
async fn check_walks(first: &[Figures], order: Order, limit: usize) -> Result<(), TestCaseError> {
    let f = filled(first).await;
    let seen = walk(&f, order, limit, async || {}).await;
    prop_assert_eq!(seen.len(), first.len(), "{:?}", order);
    check_order(&seen, order)?;
    let mut changed = BTreeSet::new();
    let mut arrived = first.len();
    let seen = walk(&f, order, limit, async || {
        let of = arrived % first.len();
        changed.insert(id(of));
        let figures = Figures { start: 11, duration: 9, cost: Some(9), failed: true, children: 3 };
        f.send(vec![span_of(of, 40 + arrived as u64, &figures), span_of(arrived, 1, &figures)]).await;
        arrived += 1;
    })
    .await;
    check_order(&seen, order)?;
    let mut counts: BTreeMap<TraceId, usize> = BTreeMap::new();
    seen.iter().for_each(|row| *counts.entry(row.trace_id).or_default() += 1);
    for trace in 0..arrived {
        let count = counts.get(&id(trace)).copied().unwrap_or(0);
        if trace >= first.len() {
            prop_assert_eq!(count, 0, "trace {} came later", trace);
        } else if !changed.contains(&id(trace)) {
            prop_assert_eq!(count, 1, "trace {} did not change", trace);
        }
    }
    Ok(())
}

/// Every conversation once, in the order of its sums.
async fn check_groups(first: &[Figures], order: Order, limit: usize) -> Result<(), TestCaseError> {
    let f = filled(first).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let filter = GroupFilter::default();
        let page =
            f.store.trace_groups(GroupKind::Conversation, &filter, order, (limit, cursor)).await.unwrap();
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let ids: BTreeSet<&str> = seen.iter().map(|group| group.id.as_str()).collect();
    prop_assert_eq!((ids.len(), seen.len()), (first.len().min(5), first.len().min(5)));
    let figures: Vec<_> = seen
        .iter()
        .map(|group| match order.by {
            OrderBy::Start => Some(group.last_start_unix_nano),
            OrderBy::Duration => Some(group.end_unix_nano - group.first_start_unix_nano),
            OrderBy::Cost => group.cost_usd.map(|cost| (cost * 100.0).round() as i64),
            OrderBy::Tokens => group.input_tokens,
            OrderBy::Errors => Some(group.error_count),
            OrderBy::Spans => Some(group.span_count),
        })
        .collect();
    let is_ordered = figures.windows(2).all(|pair| match (pair[0], pair[1]) {
        (Some(one), Some(other)) if order.direction == Direction::Descending => one >= other,
        (Some(one), Some(other)) => one <= other,
        (None, Some(_)) => false,
        (_, None) => true,
    });
    prop_assert!(is_ordered, "{order:?}: {figures:?}");
    Ok(())
}

fn on_a_runtime(work: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 64, ..ProptestConfig::default() })]

    /// Scenario: up to 40 traces with few different figures are walked through in pages of any size and in any order, first while nothing
    /// arrives, then while others arrive and some change. Guarantee: every unchanged trace once, in order, and nothing new.
    #[test]
    fn ordered_walk_lists_every_unchanged_trace_once(
        first in prop::collection::vec(figures(), 1..40), order in order(), limit in 1_usize..9,
    ) {
        on_a_runtime(check_walks(&first, order, limit))?;
    }

    /// Scenario: the conversations of such traces, walked through in any order. Guarantee: each once, in the order of its sums.
    #[test]
    fn ordered_walk_lists_every_conversation_once(
        first in prop::collection::vec(figures(), 1..30), order in order(), limit in 1_usize..4,
    ) {
        on_a_runtime(check_groups(&first, order, limit))?;
    }
}

/// Scenario: runs of a workflow with few different durations, in pages of two. Guarantee: each once, longest first, with its failures.
#[tokio::test]
async fn ordered_runs_lists_each_once() {
    let f = Fixture::new().await;
    for trace in 0..9_usize {
        let duration = 1 + trace as u64 % 3;
        let figures = Figures { start: 10, duration, cost: None, failed: trace == 4, children: 0 };
        let mut run = span_of(trace, 1, &figures);
        run.attributes.push(attribute("junjo.span_type", Value::StringValue("workflow".to_owned())));
        f.send(vec![run]).await;
    }
    let order = Order { by: RunOrderBy::Duration, direction: Direction::Descending };
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = f.store.ordered_runs(&RunFilter::default(), order, 2, cursor).await.unwrap();
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let durations: Vec<i64> = seen.iter().map(|run| run.span.duration_nanos).collect();
    assert_eq!(durations, [3, 3, 3, 2, 2, 2, 1, 1, 1]);
    let ids: BTreeSet<TraceId> = seen.iter().map(|run| run.span.trace_id).collect();
    assert_eq!((ids.len(), seen.iter().map(|run| run.error_count).sum::<i64>()), (9, 1));
}

/// Scenario: the longest traces with an attribute, which only whole spans have. Guarantee: those and no others, in order, page by page.
#[tokio::test]
async fn ordered_traces_with_an_attribute_are_searched() {
    let f = Fixture::new().await;
    for trace in 0..12_usize {
        let figures =
            Figures { start: 10, duration: 1 + trace as u64, cost: None, failed: false, children: 0 };
        let mut root = span_of(trace, 1, &figures);
        let plan = if trace % 2 == 0 { "pro" } else { "free" };
        root.attributes.push(attribute("user.plan", Value::StringValue(plan.to_owned())));
        f.send(vec![root]).await;
    }
    let span = Some(SpanExpr::parse("attributes.user.plan = pro").unwrap());
    let filter = TraceFilter { span, ..TraceFilter::default() };
    let order = Order { by: OrderBy::Duration, direction: Direction::Descending };
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = f.store.ordered_traces(&filter, order, 4, cursor).await.unwrap();
        assert_eq!(page.incomplete, None);
        seen.extend(page.items.iter().map(|row| row.duration_nanos));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [11, 9, 7, 5, 3, 1]);
}
