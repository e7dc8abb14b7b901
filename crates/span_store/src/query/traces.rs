//! The list of traces.

use duckdb::Connection;
use duckdb::types::Value;
use junjo_span_model::TraceId;
use junjo_wal::Sequence;

use super::listing::{Listing, Position};
use super::page::ListPage;
use super::search::span_time;
use crate::budget::{Budget, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::text::text_in_names;
use crate::filter::time::TimeRange;
use crate::filter::traces::TraceFilter;
use crate::index::handle::Index;
use crate::row::trace_halves;
use crate::scan::job::{ScanJob, TRACE_MARKS};
use crate::scan::matches::MATCHES;
use crate::trace_row::TraceRow;

/// Where the next page starts: behind this trace, and only with rows that no record after `newest` has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceCursor {
    /// Start of the last trace of the page before.
    pub start_unix_nano: i64,
    /// Its id; `None` behind everything that started then, where a page ended without a trace.
    pub trace_id: Option<TraceId>,
    /// Newest indexed record when the first page was read.
    pub newest: Sequence,
}

/// One page of traces.
pub type TraceListPage = ListPage<TraceRow, TraceCursor>;

pub(super) use crate::index::traces::{COLUMNS, texts, trace_rows};

impl Listing for TraceRow {
    type Filter = TraceFilter;
    type Cursor = TraceCursor;

    const TABLE: &'static str = "traces";
    const COLUMNS: &'static str = COLUMNS;
    const ORDER: &'static str = "start_unix_nanos DESC, trace_hi DESC, trace_lo DESC";
    const MATCHED: &'static str = "traces";
    const MARKS: &'static str = TRACE_MARKS;

    fn read(
        connection: &Connection,
        sql: &str,
        values: Vec<Value>,
        budget: Budget,
    ) -> Result<Rows<Self>, StoreError> {
        trace_rows(connection, sql, values, budget)
    }

    fn cursor(&self, newest: Sequence) -> TraceCursor {
        TraceCursor { start_unix_nano: self.start_unix_nano, trace_id: Some(self.trace_id), newest }
    }

    fn time(filter: &TraceFilter) -> TimeRange {
        filter.time
    }

    fn conditions(filter: &TraceFilter, time: TimeRange) -> Conditions {
        TraceFilter { time, ..filter.clone() }.conditions()
    }

    fn tries_short_ranges(filter: &TraceFilter, is_bounded: bool) -> bool {
        // without a bound DuckDB starts with the newest rows by itself; a condition on spans it would check for all of them
        is_bounded || filter.span.is_some() || filter.is_everything()
    }

    async fn scan_job(index: &Index, filter: &TraceFilter, time: TimeRange) -> Result<ScanJob, StoreError> {
        Ok(ScanJob::of_traces(filter, span_time(index, time).await?))
    }

    fn matched_conditions(filter: &TraceFilter, time: TimeRange, from: i64) -> Conditions {
        let mut all = Self::conditions(&filter.beside_scan(), time);
        all.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
        if filter.payload_expr().is_some() {
            all.push(has_match("f"), [Value::BigInt(from)]);
        }
        if let Some(text) = filter.payload_text() {
            let (names, mut values) = text_in_names(text);
            values.push(Value::BigInt(from));
            all.push(format!("({names} OR {})", has_match("t")), values);
        }
        all
    }
}

/// Whether a current span of the trace that started at or after the parameter has the mark.
fn has_match(mark: &str) -> String {
    format!(
        "(trace_hi, trace_lo) IN (SELECT (trace_hi, trace_lo) FROM spans
         JOIN {MATCHES} USING (sequence, ordinal) WHERE {MATCHES}.{mark} AND start_unix_nanos >= ?)"
    )
}

impl Position for TraceCursor {
    fn behind_start(start_unix_nano: i64, newest: Sequence) -> Self {
        Self { start_unix_nano, trace_id: None, newest }
    }

    fn start_unix_nano(self) -> i64 {
        self.start_unix_nano
    }

    fn newest(self) -> Sequence {
        self.newest
    }

    fn push_to(self, conditions: &mut Conditions) {
        // no trace has the lowest id
        let (hi, lo) = self.trace_id.map_or((0, 0), trace_halves);
        conditions.push("newest_sequence <= ?", [Value::BigInt(self.newest.0)]);
        conditions.push(
            "start_unix_nanos <= ? AND (start_unix_nanos, trace_hi, trace_lo) < (?, ?, ?)",
            [
                Value::BigInt(self.start_unix_nano),
                Value::BigInt(self.start_unix_nano),
                Value::UBigInt(hi),
                Value::UBigInt(lo),
            ],
        );
    }
}
