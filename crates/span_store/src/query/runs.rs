//! Runs of Junjo workflows, newest first.

use std::collections::{HashMap, HashSet};

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{SpanId, TraceId};

use super::handle::Queries;
use super::listing::{Listing as _, Position as _, newest_of, select};
use super::page::ListPage;
use super::spans::SpanCursor;
use crate::budget::Rows;
use crate::error::StoreError;
use crate::filter::runs::RunFilter;
use crate::row::{SpanRow, is_error_sql, span_from_number, trace_from_halves, trace_halves};

/// One run: the workflow's span and what failed below it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// The workflow's span.
    pub span: SpanRow,
    /// Failed spans at or below it.
    pub error_count: i64,
    /// What the trace was like when the row was read.
    pub trace_version: TraceVersion,
}

/// Spans of a trace, and the newest place of one: another value means that something arrived, was replaced or went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TraceVersion {
    /// Spans.
    pub span_count: usize,
    /// The newest place, record and position.
    pub newest: (i64, i32),
}

/// One page of runs.
pub type RunPage = ListPage<RunRow, SpanCursor>;

impl Queries {
    /// At most `limit` runs of workflows that match, newest first, from `after` on. Subflows are not listed.
    pub(crate) async fn runs(
        &self,
        filter: &RunFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<RunPage, StoreError> {
        let newest = newest_of(&self.index, after);
        let mut conditions = filter.conditions();
        if let Some(cursor) = after {
            cursor.push_to(&mut conditions);
        }
        let room = self.reading().page().await?;
        let budget = room.budget();
        let run = move |connection: &Connection| {
            let page = (limit.saturating_add(1), budget);
            let mut spans: Rows<SpanRow> = select(connection, SpanRow::TABLE, &conditions, page)?;
            let next = spans.cut(limit).map(|last| last.cursor(newest));
            let bytes = spans.bytes();
            Ok((with_failures(connection, spans.rows)?, next, bytes))
        };
        let (runs, next, bytes) = self.index.run(run).await?;
        room.keep(bytes).await?;
        Ok(ListPage::complete(runs, next))
    }
}

/// Runs with what failed below each.
pub(super) fn with_failures(connection: &Connection, runs: Vec<SpanRow>) -> Result<Vec<RunRow>, StoreError> {
    let below = below(connection, &runs)?;
    let run =
        |(span, (error_count, trace_version)): (SpanRow, _)| RunRow { span, error_count, trace_version };
    Ok(runs.into_iter().zip(below).map(run).collect())
}

/// For each run, how many spans at or below it failed, and what its trace is like.
fn below(connection: &Connection, runs: &[SpanRow]) -> Result<Vec<(i64, TraceVersion)>, StoreError> {
    let traces: HashSet<TraceId> = runs.iter().map(|run| run.trace_id).collect();
    let spans = load_spans(connection, &traces)?;
    let mut versions: HashMap<TraceId, TraceVersion> = HashMap::new();
    for span in &spans {
        let version = versions.entry(span.id.0).or_default();
        version.span_count += 1;
        version.newest = version.newest.max(span.place);
    }
    let errors = failures_below(&spans);
    let of_run = |run: &SpanRow| {
        let count = errors.get(&(run.trace_id, run.span_id)).copied().unwrap_or(0);
        (count, versions.get(&run.trace_id).copied().unwrap_or_default())
    };
    Ok(runs.iter().map(of_run).collect())
}

type SpanKey = (TraceId, SpanId);

/// What a span adds to the runs above it.
struct Descendant {
    id: SpanKey,
    parent: Option<SpanKey>,
    failed: bool,
    place: (i64, i32),
}

/// How many spans at or below each span failed. Each span is visited once or twice, whatever clients send as parents:
/// first from the leaves upwards, then what is left, which are cycles, whose spans are all below each other.
fn failures_below(spans: &[Descendant]) -> HashMap<SpanKey, i64> {
    let by_id: HashMap<SpanKey, usize> = spans.iter().enumerate().map(|(i, span)| (span.id, i)).collect();
    let parents: Vec<Option<usize>> =
        spans.iter().map(|span| span.parent.and_then(|id| by_id.get(&id).copied())).collect();
    let mut failures: Vec<i64> = spans.iter().map(|span| i64::from(span.failed)).collect();
    let mut children_left = vec![0_usize; spans.len()];
    for parent in parents.iter().flatten() {
        children_left[*parent] += 1;
    }
    let mut is_done = vec![false; spans.len()];
    let mut leaves: Vec<usize> = (0..spans.len()).filter(|span| children_left[*span] == 0).collect();
    while let Some(span) = leaves.pop() {
        is_done[span] = true;
        if let Some(parent) = parents[span] {
            failures[parent] += failures[span];
            children_left[parent] -= 1;
            if children_left[parent] == 0 {
                leaves.push(parent);
            }
        }
    }
    for start in 0..spans.len() {
        let mut cycle = Vec::new();
        let mut at = Some(start);
        while let Some(span) = at.filter(|span| !is_done[*span]) {
            is_done[span] = true;
            cycle.push(span);
            at = parents[span];
        }
        let sum = cycle.iter().map(|span| failures[*span]).sum();
        for span in cycle {
            failures[span] = sum;
        }
    }
    spans.iter().map(|span| span.id).zip(failures).collect()
}

/// The spans of the given traces.
fn load_spans(connection: &Connection, traces: &HashSet<TraceId>) -> Result<Vec<Descendant>, StoreError> {
    if traces.is_empty() {
        return Ok(Vec::new());
    }
    let failed = || StoreError::index("read runs of workflows");
    let marks = vec!["(?, ?)"; traces.len()].join(", ");
    let values = traces.iter().flat_map(|id| {
        let (hi, lo) = trace_halves(*id);
        [Value::UBigInt(hi), Value::UBigInt(lo)]
    });
    let sql = format!(
        "SELECT trace_hi, trace_lo, span_id, parent_span_id, {}, sequence, ordinal FROM spans
         WHERE (trace_hi, trace_lo) IN ({marks})",
        is_error_sql()
    );
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    statement
        .query_map(params_from_iter(values), |row| {
            let trace_id = trace_from_halves(row.get(0)?, row.get(1)?);
            let parent: Option<u64> = row.get(3)?;
            Ok(Descendant {
                id: (trace_id, span_from_number(row.get(2)?)),
                parent: parent.map(|parent| (trace_id, span_from_number(parent))),
                failed: row.get(4)?,
                place: (row.get(5)?, row.get(6)?),
            })
        })
        .and_then(Iterator::collect)
        .map_err(failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> SpanKey {
        (TraceId([1; 16]), span_from_number(number))
    }

    /// Failed spans by number and parent.
    fn failures(spans: &[(u64, Option<u64>)]) -> HashMap<SpanKey, i64> {
        let spans: Vec<Descendant> = spans
            .iter()
            .map(|(id, parent)| Descendant {
                id: key(*id),
                parent: parent.map(key),
                failed: true,
                place: (1, 0),
            })
            .collect();
        failures_below(&spans)
    }

    /// Scenario: a tree, and spans whose parents are themselves, each other, or missing. Guarantee: each failed span is
    /// counted once at every span at or above it.
    #[test]
    fn failures_below_counts_each_span_once() {
        let tree = failures(&[(1, None), (2, Some(1)), (3, Some(1)), (4, Some(3)), (5, Some(99))]);
        assert_eq!([1, 2, 3, 4, 5].map(|id| tree[&key(id)]), [4, 1, 2, 1, 1]);
        assert_eq!(failures(&[(1, Some(1))])[&key(1)], 1);
        let mut cycle = vec![(1, Some(2)), (2, Some(1)), (3, Some(3)), (4, Some(3))];
        cycle.extend((10..3_010).map(|id| (id, Some(1))));
        let cycle = failures(&cycle);
        assert_eq!([1, 2, 3, 4, 10].map(|id| cycle[&key(id)]), [3_002, 3_002, 2, 1, 1]);
    }

    /// Scenario: a hundred thousand spans, each the parent of the next. Guarantee: every one has the count of its depth;
    /// walking up from each of them would be five billion steps.
    #[test]
    fn failures_below_long_chain_is_walked_once() {
        const LENGTH: u64 = 100_000;
        let chain: Vec<(u64, Option<u64>)> = (1..=LENGTH).map(|id| (id, (id > 1).then(|| id - 1))).collect();
        let chain = failures(&chain);
        assert!((1..=LENGTH).all(|id| chain[&key(id)] == (LENGTH - id + 1).cast_signed()));
    }
}
