//! Lists of spans, newest first, in pages that stay stable while spans arrive.

use duckdb::Connection;
use duckdb::types::Value;
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::cut;
use super::filter::{Conditions, SpanFilter, TimeRange};
use super::newest::NewestFirst;
use super::search;
use super::trace::rows;
use crate::error::StoreError;
use crate::row::{SpanRow, span_number, trace_halves};
use crate::scan::Incomplete;
use crate::store::SpanStore;

/// Where the next page starts: behind this span, and only with rows up to record `newest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanCursor {
    /// Start of the last span of the page before.
    pub start_unix_nanos: i64,
    /// Its trace and its id; `None` behind everything that started then, where a page ended without a span.
    pub span: Option<(TraceId, SpanId)>,
    /// Newest indexed record when the first page was read.
    pub newest: Sequence,
}

/// One page of spans.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanListPage {
    /// Newest first.
    pub items: Vec<SpanRow>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<SpanCursor>,
    /// The page ends early; the next one goes on from there.
    pub incomplete: Option<Incomplete>,
}

/// The order of lists of spans.
pub(super) const NEWEST_FIRST: &str = "start_unix_nanos DESC, trace_hi DESC, trace_lo DESC, span_id DESC";

impl SpanStore {
    /// At most `limit` spans that match, newest first, from `after` on.
    pub async fn spans(
        &self,
        filter: &SpanFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<SpanListPage, StoreError> {
        if filter.needs_scan() {
            return search::spans(self, filter, limit, after).await;
        }
        let newest = after.map_or_else(|| self.progress().newest(), |cursor| cursor.newest);
        let filter = filter.clone();
        let run =
            move |connection: &Connection| newest_first(connection, &filter, limit.saturating_add(1), after);
        let mut items = self.executor()?.run(run).await?;
        let next = cut(&mut items, limit).map(|last| SpanCursor::behind(last, newest));
        Ok(SpanListPage { items, next, incomplete: None })
    }
}

/// The first `limit` spans behind `after`.
fn newest_first(
    connection: &Connection,
    filter: &SpanFilter,
    limit: usize,
    after: Option<SpanCursor>,
) -> Result<Vec<SpanRow>, StoreError> {
    let list = |time: TimeRange| {
        let mut conditions = SpanFilter { time, ..filter.clone() }.conditions();
        if let Some(cursor) = after {
            continue_after(&mut conditions, cursor);
        }
        let sql = format!("SELECT * FROM spans{} ORDER BY {NEWEST_FIRST} LIMIT {limit}", conditions.sql());
        rows(connection, &sql, &conditions.values())
    };
    let behind = after.map(|cursor| cursor.start_unix_nanos);
    let is_everything = filter.expr.is_none() && filter.text.is_none();
    // without a bound DuckDB starts with the newest rows by itself
    if is_everything || behind.or(filter.time.to_unix_nanos).is_some() {
        NewestFirst { table: "spans", time: filter.time, behind, limit }.read(connection, list)
    } else {
        list(filter.time)
    }
}

impl SpanCursor {
    /// Behind everything that started at or after `start_unix_nanos`.
    pub(super) fn before(start_unix_nanos: i64, newest: Sequence) -> Self {
        Self { start_unix_nanos, span: None, newest }
    }

    pub(super) fn behind(last: &SpanRow, newest: Sequence) -> Self {
        Self { start_unix_nanos: last.start_unix_nanos, span: Some((last.trace_id, last.span_id)), newest }
    }
}

pub(super) fn continue_after(conditions: &mut Conditions, cursor: SpanCursor) {
    // no span has the lowest ids
    let ((hi, lo), span) =
        cursor.span.map_or(((0, 0), 0), |(trace, span)| (trace_halves(trace), span_number(span)));
    conditions.push("sequence <= ?", [Value::BigInt(cursor.newest.0)]);
    conditions.push(
        "start_unix_nanos <= ? AND (start_unix_nanos, trace_hi, trace_lo, span_id) < (?, ?, ?, ?)",
        [
            Value::BigInt(cursor.start_unix_nanos),
            Value::BigInt(cursor.start_unix_nanos),
            Value::UBigInt(hi),
            Value::UBigInt(lo),
            Value::UBigInt(span),
        ],
    );
}
