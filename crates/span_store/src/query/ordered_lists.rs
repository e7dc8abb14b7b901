//! Lists of traces and runs in an order other than newest first.

use arrow::record_batch::RecordBatch;
use duckdb::Connection;
use tokio::time::Instant;

use super::handle::Queries;
use super::listing::Listing;
use super::order::{Order, OrderBy, RunOrderBy};
use super::ordered::{Ask, Ids, OrderedCursor, OrderedRows, Sortable};
use super::page::ListPage;
use super::runs::{RunRow, with_failures};
use crate::error::StoreError;
use crate::filter::runs::RunFilter;
use crate::filter::traces::TraceFilter;
use crate::row::SpanRow;
use crate::scan::incomplete::{Incomplete, IncompleteReason};
use crate::scan::matches::with_matches;
use crate::scan::run::{Scan, Searched};
use crate::trace_row::TraceRow;

/// One page of a list in an order of its own.
pub type OrderedPage<T> = ListPage<T, OrderedCursor>;

impl Sortable for TraceRow {
    type By = OrderBy;

    const SHOWN: &'static str = "trace_hi, trace_lo, start_unix_nanos, duration_nanos, root_span_id, root_missing, root_name,
        root_role, service, status, span_count, error_count, llm_call_count, workflow_count, input_tokens, output_tokens,
        cached_input_tokens, cost_usd, unpriced_calls, []::UBIGINT[] AS wrapper_span_ids, session_id, user_id, first_input, last_output, services, models,
        []::VARCHAR[] AS roles, []::VARCHAR[] AS sessions, []::VARCHAR[] AS users, newest_sequence";
    const SEQUENCE: &'static str = "newest_sequence";
    const IDS: &'static [&'static str] = &["trace_hi", "trace_lo"];

    fn ids(&self) -> Ids {
        (self.trace_id, None)
    }
}

impl Sortable for SpanRow {
    type By = RunOrderBy;

    const SHOWN: &'static str = Self::COLUMNS;
    const SEQUENCE: &'static str = "sequence";
    const IDS: &'static [&'static str] = &["trace_hi", "trace_lo", "span_id"];

    fn ids(&self) -> Ids {
        (self.trace_id, Some(self.span_id))
    }
}

impl Queries {
    /// At most `limit` traces that match in this order, from `after` on. What needs whole spans is searched in all of the time range
    /// before the first row is known; where that ends early, the page has the rows of what was searched.
    pub(crate) async fn ordered_traces(
        &self,
        filter: &TraceFilter,
        order: Order,
        limit: usize,
        after: Option<OrderedCursor>,
    ) -> Result<OrderedPage<TraceRow>, StoreError> {
        let (matches, incomplete, from) = if filter.needs_scan() {
            let started = Instant::now();
            let job = TraceRow::scan_job(&self.index, filter, filter.time).await?;
            let (matches, incomplete) = all_matches(Scan::new(&self.scans, job, started).await?).await?;
            let from = incomplete.map_or(0, |incomplete| incomplete.searched_from_unix_nano);
            (Some(matches), incomplete, from)
        } else {
            (None, None, 0)
        };
        let newest = after.map_or_else(|| self.index.progress().newest_row(), |after| after.newest);
        let room = self.reading().page().await?;
        let ask = Ask { order, limit, budget: room.budget(), after, newest };
        let filter = filter.clone();
        let run = move |connection: &Connection| -> Result<OrderedRows<TraceRow>, StoreError> {
            let Some(matches) = matches else {
                return ask.read(connection, TraceRow::TABLE, filter.conditions());
            };
            let conditions = TraceRow::matched_conditions(&filter, filter.time, from);
            with_matches(connection, TraceRow::MARKS, &matches, || {
                ask.read(connection, TraceRow::MATCHED, conditions)
            })
        };
        let (found, next) = self.index.run(run).await?;
        room.keep(found.bytes()).await?;
        Ok(ListPage { items: found.rows, next, incomplete })
    }

    /// At most `limit` runs that match in this order, from `after` on. Subflows are not listed.
    pub(crate) async fn ordered_runs(
        &self,
        filter: &RunFilter,
        order: Order<RunOrderBy>,
        limit: usize,
        after: Option<OrderedCursor>,
    ) -> Result<OrderedPage<RunRow>, StoreError> {
        let newest = after.map_or_else(|| self.index.progress().newest_row(), |after| after.newest);
        let room = self.reading().page().await?;
        let ask = Ask { order, limit, budget: room.budget(), after, newest };
        let conditions = filter.conditions();
        let run = move |connection: &Connection| {
            let (spans, next): OrderedRows<SpanRow> = ask.read(connection, SpanRow::TABLE, conditions)?;
            let bytes = spans.bytes();
            Ok((with_failures(connection, spans.rows)?, next, bytes))
        };
        let (runs, next, bytes) = self.index.run(run).await?;
        room.keep(bytes).await?;
        Ok(ListPage::complete(runs, next))
    }
}

/// Everything that `scan` finds, and why that is not all.
async fn all_matches(mut scan: Scan) -> Result<(Vec<RecordBatch>, Option<Incomplete>), StoreError> {
    let mut matches = Vec::new();
    let stopped = loop {
        let (found, searched) = scan.next().await?;
        matches.extend(found);
        match searched {
            Searched::From(_) => {}
            Searched::Whole => break None,
            Searched::Stopped(reason, from) => break Some((reason, from)),
        }
    };
    let damaged = || scan.is_damaged().then_some((IncompleteReason::UnreadableFile, 0));
    let incomplete = stopped.or_else(damaged);
    Ok((matches, incomplete.map(|(reason, from)| Incomplete { reason, searched_from_unix_nano: from })))
}
