//! Junjo workflow runs, newest first.

use std::collections::{HashMap, HashSet};

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{SpanId, TraceId};

use super::cut;
use super::filter::WorkflowFilter;
use super::spans::{NEWEST_FIRST, SpanCursor, continue_after};
use super::trace::rows;
use crate::error::StoreError;
use crate::row::{SpanRow, span_from_number, trace_from_halves, trace_halves};
use crate::store::SpanStore;

/// One run: the workflow's span and what failed below it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowRun {
    /// The workflow's span.
    pub span: SpanRow,
    /// Failed spans at or below it.
    pub error_count: i64,
}

/// One page of runs.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowListPage {
    /// Newest first.
    pub items: Vec<WorkflowRun>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<SpanCursor>,
}

impl SpanStore {
    /// At most `limit` workflow runs that match, newest first, from `after` on. Subflows are not listed.
    pub async fn workflows(
        &self,
        filter: &WorkflowFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<WorkflowListPage, StoreError> {
        let newest = after.map_or_else(|| self.progress().newest(), |cursor| cursor.newest);
        let mut conditions = filter.conditions();
        if let Some(cursor) = after {
            continue_after(&mut conditions, cursor);
        }
        let sql = format!(
            "SELECT * FROM spans{} ORDER BY {NEWEST_FIRST} LIMIT {}",
            conditions.sql(),
            limit.saturating_add(1)
        );
        let values = conditions.values();
        let run = move |connection: &Connection| {
            let mut spans = rows(connection, &sql, &values)?;
            let next = cut(&mut spans, limit).map(|last| SpanCursor::behind(last, newest));
            let errors = errors_below(connection, &spans)?;
            Ok((spans, errors, next))
        };
        let (spans, errors, next) = self.executor()?.run(run).await?;
        let items =
            spans.into_iter().zip(errors).map(|(span, error_count)| WorkflowRun { span, error_count });
        Ok(WorkflowListPage { items: items.collect(), next })
    }
}

type Tree = HashMap<(TraceId, SpanId), (Option<SpanId>, bool)>;

/// For each run, how many spans at or below it failed.
fn errors_below(connection: &Connection, runs: &[SpanRow]) -> Result<Vec<i64>, StoreError> {
    let traces: HashSet<TraceId> = runs.iter().map(|run| run.trace_id).collect();
    let tree = load_tree(connection, &traces)?;
    let wanted: HashSet<(TraceId, SpanId)> = runs.iter().map(|run| (run.trace_id, run.span_id)).collect();
    let mut errors: HashMap<(TraceId, SpanId), i64> = HashMap::new();
    for ((trace, span), (_, failed)) in &tree {
        if !failed {
            continue;
        }
        let (mut at, mut steps) = (Some(*span), 0);
        // parents may form a cycle: no path is longer than the tree
        while let Some(id) = at.filter(|_| steps <= tree.len()) {
            if wanted.contains(&(*trace, id)) {
                *errors.entry((*trace, id)).or_default() += 1;
            }
            at = tree.get(&(*trace, id)).and_then(|(parent, _)| *parent);
            steps += 1;
        }
    }
    Ok(runs.iter().map(|run| errors.get(&(run.trace_id, run.span_id)).copied().unwrap_or(0)).collect())
}

/// Parent and failure of every span of the given traces.
fn load_tree(connection: &Connection, traces: &HashSet<TraceId>) -> Result<Tree, StoreError> {
    if traces.is_empty() {
        return Ok(Tree::new());
    }
    let failed = || StoreError::index("read workflow runs");
    let marks = vec!["(?, ?)"; traces.len()].join(", ");
    let values = traces.iter().flat_map(|id| {
        let (hi, lo) = trace_halves(*id);
        [Value::UBigInt(hi), Value::UBigInt(lo)]
    });
    let sql = format!(
        "SELECT trace_hi, trace_lo, span_id, parent_span_id, status = 2 FROM spans
         WHERE (trace_hi, trace_lo) IN ({marks})"
    );
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    statement
        .query_map(params_from_iter(values), |row| {
            let parent: Option<u64> = row.get(3)?;
            let id = (trace_from_halves(row.get(0)?, row.get(1)?), span_from_number(row.get(2)?));
            Ok((id, (parent.map(span_from_number), row.get(4)?)))
        })
        .and_then(Iterator::collect)
        .map_err(failed())
}
