//! Lists in pages while spans arrive: any arrivals, any page size.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// What comes in between two pages.
#[derive(Debug, Clone)]
enum Arrival {
    /// A trace that starts so many nanoseconds after the earliest.
    New { start: u64 },
    /// One more span of one of the first traces, which may start earlier than its root.
    Child { of: usize, start: u64 },
}

/// Few different starts, so that many traces share one.
fn start() -> impl Strategy<Value = u64> {
    10_u64..18
}

fn arrival() -> impl Strategy<Value = Arrival> {
    prop_oneof![
        start().prop_map(|start| Arrival::New { start }),
        (any::<usize>(), 5_u64..25).prop_map(|(of, start)| Arrival::Child { of, start }),
    ]
}

/// Ids in another order than the numbers: an odd factor makes no two of them the same.
fn id(trace: usize) -> TraceId {
    let mixed = u16::try_from(trace + 1).unwrap().wrapping_mul(40_503);
    let mut bytes = [7; 16];
    bytes[..2].copy_from_slice(&mixed.to_be_bytes());
    TraceId(bytes)
}

/// Span 1 is the root.
fn span_at(trace: usize, number: u64, start: u64) -> Span {
    let parent = if number == 1 { Vec::new() } else { 1_u64.to_be_bytes().to_vec() };
    Span {
        trace_id: id(trace).0.to_vec(),
        span_id: number.to_be_bytes().to_vec(),
        parent_span_id: parent,
        start_time_unix_nano: START + start,
        end_time_unix_nano: START + start + 3,
        ..span(1, 1, None)
    }
}

/// Walks through the list of `first` in pages of `limit`, with one of `rounds` arriving behind each page.
async fn walk(first: &[u64], limit: usize, rounds: &[Vec<Arrival>]) -> Result<(), TestCaseError> {
    let f = Fixture::new().await;
    for chunk in first.iter().enumerate().collect::<Vec<_>>().chunks(7) {
        f.send(chunk.iter().map(|(trace, start)| span_at(*trace, 1, **start)).collect()).await;
    }
    let (mut traces, mut spans, mut changed) = (first.len(), 1, BTreeSet::new());
    let (mut seen, mut cursor, mut rounds) = (Vec::new(), None, rounds.iter());
    loop {
        let page = f.store.traces(&TraceFilter::default(), limit, cursor).await.unwrap();
        prop_assert!(page.items.len() <= limit);
        seen.extend(page.items.iter().map(|row| (row.start_unix_nano, row.trace_id.0)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        let mut arriving = Vec::new();
        for arrival in rounds.next().into_iter().flatten() {
            spans += 1;
            match arrival {
                Arrival::New { start } => {
                    arriving.push(span_at(traces, 1, *start));
                    traces += 1;
                }
                Arrival::Child { of, start } => {
                    changed.insert(of % first.len());
                    arriving.push(span_at(of % first.len(), spans, *start));
                }
            }
        }
        if !arriving.is_empty() {
            f.send(arriving).await;
        }
    }
    prop_assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, nothing twice: {seen:?}");
    for trace in 0..traces {
        let count = seen.iter().filter(|(_, found)| *found == id(trace).0).count();
        if trace >= first.len() {
            prop_assert_eq!(count, 0, "trace {} came later", trace);
        } else if !changed.contains(&trace) {
            prop_assert_eq!(count, 1, "trace {} did not change", trace);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 64, ..ProptestConfig::default() })]

    /// Scenario: up to 40 traces, many with the same start, are walked through in pages of any size while new traces arrive
    /// and others get spans that move their start. Guarantee: every trace that does not change is listed exactly once, none
    /// twice, in order; what came after the first page is not listed.
    #[test]
    fn traces_walk_lists_every_unchanged_trace_once(
        first in prop::collection::vec(start(), 1..40),
        limit in 1_usize..9,
        rounds in prop::collection::vec(prop::collection::vec(arrival(), 0..4), 0..12),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(walk(&first, limit, &rounds))?;
    }
}
