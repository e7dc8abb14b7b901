//! One trace and its spans.

use duckdb::types::Value;
use duckdb::{Connection, Row};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::handle::Queries;
use super::spans::span_rows;
use super::traces::{COLUMNS, trace_rows};
use crate::archive::payload::Portion;
use crate::budget::{Budget, Held as _, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::row::{SpanRow, span_number, trace_halves};
use crate::trace_row::TraceRow;
use crate::whole_span::WholeSpan;

/// A position in a trace's spans, which are ordered by start and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TracePosition {
    /// Start of the span, unix nanoseconds.
    pub start_unix_nano: i64,
    /// Its id.
    pub span_id: SpanId,
}

/// One page of a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct TracePage {
    /// The trace as a whole.
    pub trace: TraceRow,
    /// Spans in order of start and id.
    pub spans: Vec<SpanRow>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<TracePosition>,
}

impl Queries {
    /// At most `limit` spans of a trace behind `after`, fewer where they are large; `None` for an unknown trace.
    pub(crate) async fn trace(
        &self,
        trace_id: TraceId,
        limit: usize,
        after: Option<TracePosition>,
    ) -> Result<Option<TracePage>, StoreError> {
        let room = self.reading().page().await?;
        let ask = Ask { limit, after, budget: room.budget() };
        let page = self.index.run(move |connection| page(connection, trace_id, ask)).await?;
        room.keep(page.as_ref().map_or(0, |(_, bytes)| *bytes)).await?;
        Ok(page.map(|(page, _)| page))
    }

    /// One whole span, its row as the index has it (with what log records said); `None` for an unknown one, and for one
    /// whose payload is damaged or gone.
    pub(crate) async fn span(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
    ) -> Result<Option<WholeSpan>, StoreError> {
        let row = self.index.run(move |connection| find(connection, trace_id, span_id)).await?;
        let Some(row) = row else { return Ok(None) };
        let whole: Portion<WholeSpan> = self.whole_page(vec![row.place], self.reading().page_bytes()).await?;
        Ok(whole.items.into_iter().flatten().next().map(|whole| WholeSpan { row, ..whole }))
    }
}

/// Which page of a trace.
#[derive(Clone, Copy)]
struct Ask {
    limit: usize,
    after: Option<TracePosition>,
    budget: Budget,
}

/// The page, and the bytes that it takes.
fn page(
    connection: &Connection,
    trace_id: TraceId,
    ask: Ask,
) -> Result<Option<(TracePage, usize)>, StoreError> {
    // one state of the index for all that follows: the next commit may replace the trace's row
    connection.execute_batch("BEGIN TRANSACTION READ ONLY").map_err(StoreError::index("begin to read"))?;
    let read = Extent::find(connection, trace_id)
        .and_then(|found| found.map(|extent| Spans { trace_id, extent, ask }.read(connection)).transpose());
    connection.execute_batch("COMMIT").map_err(StoreError::index("end to read"))?;
    let Some((trace, mut spans)) = read? else {
        return Ok(None);
    };
    let bytes = trace.held_bytes() + spans.bytes();
    let next = spans
        .cut(ask.limit)
        .map(|last| TracePosition { start_unix_nano: last.start_unix_nano, span_id: last.span_id });
    Ok(Some((TracePage { trace, spans: spans.rows, next }, bytes)))
}

/// What has to be known of a trace before its spans can be read. A few narrow columns: ids lie in no order, so that all
/// rows are looked at for them, and skipping a column that is not read costs nothing.
struct Extent {
    start_unix_nano: i64,
    duration_nanos: i64,
    span_count: i32,
    newest_sequence: Sequence,
}

impl Extent {
    /// `None` for an unknown trace.
    fn find(connection: &Connection, trace_id: TraceId) -> Result<Option<Self>, StoreError> {
        let failed = || StoreError::index("find a trace");
        let (hi, lo) = trace_halves(trace_id);
        let sql = "SELECT start_unix_nanos, duration_nanos, span_count, newest_sequence FROM traces
            WHERE trace_hi = ? AND trace_lo = ?";
        let extent = |row: &Row<'_>| {
            Ok(Self {
                start_unix_nano: row.get(0)?,
                duration_nanos: row.get(1)?,
                span_count: row.get(2)?,
                newest_sequence: Sequence(row.get(3)?),
            })
        };
        let mut statement = connection.prepare(sql).map_err(failed())?;
        let mut found = statement.query_map([hi, lo], extent).map_err(failed())?;
        found.next().transpose().map_err(failed())
    }
}

/// A page of a trace's spans.
struct Spans {
    trace_id: TraceId,
    extent: Extent,
    ask: Ask,
}

impl Spans {
    /// The trace, and its spans in order of start and id, one more than the limit when there are more.
    fn read(&self, connection: &Connection) -> Result<(TraceRow, Rows<SpanRow>), StoreError> {
        let (limit, after) = (self.ask.limit, self.ask.after);
        let is_whole = after.is_none() && usize::try_from(self.extent.span_count).is_ok_and(|n| n <= limit);
        // a few rows are sorted here: in DuckDB all their columns would go through the sort
        let whole = if is_whole { Some(self.rows(connection, "")?) } else { None };
        let Some(mut spans) = whole.filter(|spans| !spans.is_cut) else {
            let order = format!(" ORDER BY start_unix_nanos, span_id LIMIT {}", limit.saturating_add(1));
            return Ok((self.trace_row(connection)?, self.rows(connection, &order)?));
        };
        spans.rows.sort_unstable_by_key(|row| (row.start_unix_nano, row.span_id));
        // the trace's row was computed from just these
        let trace = match TraceRow::of(&spans.rows.iter().collect::<Vec<_>>()) {
            Some(row) => {
                TraceRow { newest_sequence: row.newest_sequence.max(self.extent.newest_sequence), ..row }
            }
            None => self.trace_row(connection)?,
        };
        Ok((trace, spans))
    }

    fn rows(&self, connection: &Connection, order: &str) -> Result<Rows<SpanRow>, StoreError> {
        let Extent { start_unix_nano, duration_nanos, .. } = self.extent;
        let (hi, lo) = trace_halves(self.trace_id);
        let from = self.ask.after.map_or(start_unix_nano, |after| after.start_unix_nano);
        let end = start_unix_nano.saturating_add(duration_nanos);
        let mut conditions = Conditions::default();
        conditions.push("trace_hi = ? AND trace_lo = ?", [Value::UBigInt(hi), Value::UBigInt(lo)]);
        conditions.push("start_unix_nanos BETWEEN ? AND ?", [Value::BigInt(from), Value::BigInt(end)]);
        if let Some(after) = self.ask.after {
            let behind = [Value::BigInt(from), Value::UBigInt(span_number(after.span_id))];
            conditions.push("(start_unix_nanos > ? OR span_id > ?)", behind);
        }
        let sql = format!("SELECT * FROM spans{}{order}", conditions.sql());
        span_rows(connection, &sql, &conditions.values(), self.ask.budget)
    }

    /// The stored row. Its start leaves one place where it can be.
    fn trace_row(&self, connection: &Connection) -> Result<TraceRow, StoreError> {
        let (hi, lo) = trace_halves(self.trace_id);
        let sql = format!(
            "SELECT {COLUMNS} FROM traces WHERE trace_hi = ? AND trace_lo = ? AND start_unix_nanos = ?"
        );
        let values = vec![Value::UBigInt(hi), Value::UBigInt(lo), Value::BigInt(self.extent.start_unix_nano)];
        let found = trace_rows(connection, &sql, values, self.ask.budget)?.rows.pop();
        found.ok_or(StoreError::NotReady("a trace's row was not found again"))
    }
}

fn find(connection: &Connection, trace_id: TraceId, span_id: SpanId) -> Result<Option<SpanRow>, StoreError> {
    let (hi, lo) = trace_halves(trace_id);
    let sql = "SELECT * FROM spans WHERE trace_hi = ? AND trace_lo = ? AND span_id = ?";
    let values = [Value::UBigInt(hi), Value::UBigInt(lo), Value::UBigInt(span_number(span_id))];
    // one row, as a rule
    let rows = span_rows(connection, sql, &values, Budget::of(usize::MAX))?.rows;
    Ok(rows.into_iter().max_by_key(|row| row.place))
}
