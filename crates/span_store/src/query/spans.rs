//! The list of spans.

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::listing::{Listing, Position};
use super::page::ListPage;
use crate::budget::{Budget, Rows};
use crate::columns::rows_from_batch;
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::spans::SpanFilter;
use crate::filter::time::TimeRange;
use crate::index::handle::Index;
use crate::row::{SpanRow, span_number, trace_halves};
use crate::scan::job::ScanJob;

/// Where the next page starts: behind this span, and only with rows up to record `newest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanCursor {
    /// Start of the last span of the page before.
    pub start_unix_nano: i64,
    /// Its trace and its id; `None` behind everything that started then, where a page ended without a span.
    pub span: Option<(TraceId, SpanId)>,
    /// Newest indexed record when the first page was read.
    pub newest: Sequence,
}

/// One page of spans.
pub type SpanListPage = ListPage<SpanRow, SpanCursor>;

impl Listing for SpanRow {
    type Filter = SpanFilter;
    type Cursor = SpanCursor;

    const TABLE: &'static str = "spans";
    const COLUMNS: &'static str = "spans.*";
    const ORDER: &'static str = "start_unix_nanos DESC, trace_hi DESC, trace_lo DESC, span_id DESC";
    const MATCHED: &'static str = "spans SEMI JOIN matches USING (sequence, ordinal)";
    const MARKS: &'static str = "";

    fn read(
        connection: &Connection,
        sql: &str,
        values: Vec<Value>,
        budget: Budget,
    ) -> Result<Rows<Self>, StoreError> {
        span_rows(connection, sql, &values, budget)
    }

    fn cursor(&self, newest: Sequence) -> SpanCursor {
        let span = Some((self.trace_id, self.span_id));
        SpanCursor { start_unix_nano: self.start_unix_nano, span, newest }
    }

    fn time(filter: &SpanFilter) -> TimeRange {
        filter.time
    }

    fn conditions(filter: &SpanFilter, time: TimeRange) -> Conditions {
        SpanFilter { time, ..filter.clone() }.conditions()
    }

    fn tries_short_ranges(filter: &SpanFilter, is_bounded: bool) -> bool {
        // without a bound DuckDB starts with the newest rows by itself
        is_bounded || (filter.expr.is_none() && filter.text.is_none())
    }

    async fn scan_job(_: &Index, filter: &SpanFilter, time: TimeRange) -> Result<ScanJob, StoreError> {
        Ok(ScanJob::of_spans(filter, time))
    }

    fn matched_conditions(filter: &SpanFilter, time: TimeRange, from: i64) -> Conditions {
        let mut conditions = Self::conditions(&filter.beside_scan(), time);
        conditions.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
        conditions
    }
}

impl Position for SpanCursor {
    fn behind_start(start_unix_nano: i64, newest: Sequence) -> Self {
        Self { start_unix_nano, span: None, newest }
    }

    fn start_unix_nano(self) -> i64 {
        self.start_unix_nano
    }

    fn newest(self) -> Sequence {
        self.newest
    }

    fn push_to(self, conditions: &mut Conditions) {
        // no span has the lowest ids
        let ((hi, lo), span) =
            self.span.map_or(((0, 0), 0), |(trace, span)| (trace_halves(trace), span_number(span)));
        conditions.push("sequence <= ?", [Value::BigInt(self.newest.0)]);
        conditions.push(
            "start_unix_nanos <= ? AND (start_unix_nanos, trace_hi, trace_lo, span_id) < (?, ?, ?, ?)",
            [
                Value::BigInt(self.start_unix_nano),
                Value::BigInt(self.start_unix_nano),
                Value::UBigInt(hi),
                Value::UBigInt(lo),
                Value::UBigInt(span),
            ],
        );
    }
}

/// Rows of a query over all columns of `spans`, as far as there is room for them.
pub(super) fn span_rows(
    connection: &Connection,
    sql: &str,
    values: &[Value],
    budget: Budget,
) -> Result<Rows<SpanRow>, StoreError> {
    let failed = || StoreError::index("read spans");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let mut found = Rows::within(budget);
    for batch in statement.query_arrow(params_from_iter(values)).map_err(failed())? {
        if !found.extend(rows_from_batch(&batch).map_err(StoreError::Columns)?) {
            break;
        }
    }
    Ok(found)
}
