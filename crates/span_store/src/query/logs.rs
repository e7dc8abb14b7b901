//! Log records: lists newest first, and the records of one span or trace.
//!
//! They are no `Listing`: their text search reads whole records in the order of the list, so it needs no scan.

use std::collections::HashMap;

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::handle::Queries;
use crate::archive::payload::Portion;
use crate::budget::{Budget, Held as _, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::needle::JsonNeedle;
use crate::filter::time::TimeRange;
use crate::log_columns::log_rows_from_batch;
use crate::log_row::LogRow;
use crate::row::{Place, span_number, trace_halves};
use crate::scan::incomplete::{Incomplete, IncompleteReason};
use crate::whole_log::WholeLog;

/// Records whose payload one text search reads before it stops and says so; the next page continues behind them.
const SEARCH_ROWS_MAX: usize = 20_000;
/// Text that one search reads before it stops and says so.
const SEARCH_BYTES_MAX: usize = 64 << 20;
/// Records whose payload is read at a time while searching.
const SEARCH_CHUNK: usize = 1_000;

/// Which log records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogFilter {
    /// When it happened.
    pub time: TimeRange,
    /// The trace that it belongs to.
    pub trace_id: Option<TraceId>,
    /// The span that it belongs to.
    pub span_id: Option<SpanId>,
    /// Service of its resource.
    pub service: Option<String>,
    /// Project of the key that sent it.
    pub project: Option<String>,
    /// Lowest OTLP severity number; records without a severity are below all.
    pub severity_min: Option<u8>,
    /// Name of the event.
    pub event_name: Option<String>,
    /// Text in the body, the attributes, the event's name or the severity's text, in any case.
    pub text: Option<String>,
}

/// Where the next page starts: behind this record, and only with those up to record `newest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCursor {
    /// Time of the last record that was looked at.
    pub time_unix_nano: i64,
    /// Its place.
    pub place: Place,
    /// Newest indexed record of the write-ahead log when the first page was read.
    pub newest: Sequence,
}

/// One page of log records.
#[derive(Debug, Clone, PartialEq)]
pub struct LogListPage {
    /// Newest first.
    pub items: Vec<WholeLog>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<LogCursor>,
    /// The page ends before it is full, because it is large, or its text search has reached its limit; `next` continues there.
    pub stopped_early: bool,
    /// Some of what was looked at could not be read, and is missing.
    pub incomplete: Option<Incomplete>,
}

impl Queries {
    /// At most `limit` log records that match, newest first, from `after` on; fewer where they are large.
    pub(crate) async fn logs(
        &self,
        filter: &LogFilter,
        limit: usize,
        after: Option<LogCursor>,
    ) -> Result<LogListPage, StoreError> {
        let newest = after.map_or_else(|| self.index.progress().newest_row(), |cursor| cursor.newest);
        let mut search = Search::new(filter, newest, limit, self.reading().page_bytes());
        let mut at = after;
        loop {
            let chunk = search.chunk();
            // given back when the rows are gone
            let room = self.reading().page().await?;
            let mut found = self.log_rows(filter, at, (chunk.saturating_add(1), room.budget())).await?;
            let has_more = found.cut(chunk).is_some();
            let mut rest = found.rows.as_slice();
            while !rest.is_empty() {
                let read = self.log_portion(rest, &mut search).await?;
                let (done, ahead) = rest.split_at(read);
                rest = ahead;
                at = done.last().map(|row| LogCursor {
                    time_unix_nano: row.time_unix_nano,
                    place: row.place,
                    newest,
                });
                if search.is_done() {
                    let is_last = rest.is_empty() && !has_more;
                    return Ok(search.page(at.filter(|_| !is_last)));
                }
            }
            if !has_more {
                return Ok(search.page(None));
            }
        }
    }

    /// Adds the first of `rows` to `search`, as far as there is room for them and they are wanted; returns how many that were.
    async fn log_portion(&self, rows: &[LogRow], search: &mut Search) -> Result<usize, StoreError> {
        let room = self.reading().room(search.bytes_left()).await?;
        let places = rows.iter().map(|row| row.place).collect();
        let read: Portion<WholeLog> = self.payloads.read(places, room.budget()).await?;
        search.is_damaged |= read.is_damaged;
        search.is_cut = read.items.len() < rows.len();
        let (before, mut count) = (search.kept_bytes, 0);
        for log in read.items {
            count += 1;
            if search.add(log) {
                break;
            }
        }
        room.keep(search.kept_bytes - before).await?;
        Ok(count)
    }

    /// The log records of one span in order of time, at most `limit` and as many as a page has room for; events are kept before
    /// plain records.
    pub(crate) async fn span_logs(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        limit: usize,
    ) -> Result<Vec<WholeLog>, StoreError> {
        let filter = LogFilter { trace_id: Some(trace_id), span_id: Some(span_id), ..LogFilter::default() };
        let room = self.reading().page().await?;
        let rows = self.rows_in_order(filter.conditions(), (limit, room.budget())).await?;
        drop(room);
        let places = rows.iter().map(|row| row.place).collect();
        let read = self.whole_page(places, self.reading().page_bytes()).await?;
        let mut logs: Vec<WholeLog> = read.items.into_iter().flatten().collect();
        logs.sort_by_key(|log| (log.row.time_unix_nano, log.row.place));
        Ok(logs)
    }

    /// The log records of one trace that say something about its spans, at most `limit`: of as many of `spans`, in their order,
    /// as half a page has room for. Each span with its records in order of time.
    pub(crate) async fn span_events(
        &self,
        trace_id: TraceId,
        spans: &[SpanId],
        limit: usize,
    ) -> Result<Vec<Vec<WholeLog>>, StoreError> {
        let filter = LogFilter { trace_id: Some(trace_id), ..LogFilter::default() };
        let mut conditions = filter.conditions();
        conditions.push("span_id IS NOT NULL AND event_name IS NOT NULL", []);
        let room = self.reading().page().await?;
        let mut by_span: HashMap<SpanId, Vec<Place>> = HashMap::new();
        for row in self.rows_in_order(conditions, (limit, room.budget())).await? {
            if let Some(span_id) = row.span_id {
                by_span.entry(span_id).or_default().push(row.place);
            }
        }
        drop(room);
        let wanted: Vec<Vec<Place>> = spans.iter().map(|id| by_span.remove(id).unwrap_or_default()).collect();
        if wanted.iter().all(Vec::is_empty) {
            return Ok(wanted.iter().map(|_| Vec::new()).collect());
        }
        let read = self.whole_page(wanted.concat(), self.reading().page_bytes() / 2).await?;
        let mut left = read.items.len();
        let mut logs = read.items.into_iter();
        let mut events = Vec::new();
        for places in wanted {
            if places.len() > left {
                break;
            }
            left -= places.len();
            events.push(logs.by_ref().take(places.len()).flatten().collect());
        }
        Ok(events)
    }

    async fn rows_in_order(
        &self,
        conditions: Conditions,
        (limit, budget): (usize, Budget),
    ) -> Result<Vec<LogRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM logs{} ORDER BY event_name IS NULL, time_unix_nanos, sequence, ordinal LIMIT {limit}",
            conditions.sql()
        );
        let values = conditions.values();
        Ok(self.index.run(move |connection| select(connection, &sql, &values, budget)).await?.rows)
    }

    async fn log_rows(
        &self,
        filter: &LogFilter,
        after: Option<LogCursor>,
        (limit, budget): (usize, Budget),
    ) -> Result<Rows<LogRow>, StoreError> {
        let mut conditions = filter.conditions();
        if let Some(cursor) = after {
            conditions.push("sequence <= ?", [Value::BigInt(cursor.newest.0)]);
            conditions.push(
                "time_unix_nanos <= ? AND (time_unix_nanos, sequence, ordinal) < (?, ?, ?)",
                [
                    Value::BigInt(cursor.time_unix_nano),
                    Value::BigInt(cursor.time_unix_nano),
                    Value::BigInt(cursor.place.sequence.0),
                    Value::Int(cursor.place.ordinal),
                ],
            );
        }
        let sql = format!(
            "SELECT * FROM logs{} ORDER BY time_unix_nanos DESC, sequence DESC, ordinal DESC LIMIT {limit}",
            conditions.sql()
        );
        let values = conditions.values();
        self.index.run(move |connection| select(connection, &sql, &values, budget)).await
    }
}

/// What a list has found so far, and how much it has looked at.
struct Search {
    needle: Option<Needle>,
    newest: Sequence,
    limit: usize,
    items: Vec<WholeLog>,
    rows: usize,
    /// Of everything that was looked at.
    bytes: usize,
    /// Of the records of the page.
    kept_bytes: usize,
    /// Most bytes that the page may have.
    page_bytes: usize,
    /// What was read last ended before what was wanted, for want of room.
    is_cut: bool,
    /// A file could not be read.
    is_damaged: bool,
}

impl Search {
    fn new(filter: &LogFilter, newest: Sequence, limit: usize, page_bytes: usize) -> Self {
        Self {
            needle: filter.text.as_deref().map(Needle::new),
            newest,
            limit,
            items: Vec::new(),
            rows: 0,
            bytes: 0,
            kept_bytes: 0,
            page_bytes,
            is_cut: false,
            is_damaged: false,
        }
    }

    /// Bytes that may be read next.
    fn bytes_left(&self) -> usize {
        self.page_bytes.saturating_sub(self.kept_bytes)
    }

    /// Records to read next.
    fn chunk(&self) -> usize {
        if self.needle.is_some() { SEARCH_CHUNK } else { self.limit - self.items.len() }
    }

    /// Takes the next record, `None` for one whose payload is gone or cannot be read; true when the page is full.
    fn add(&mut self, log: Option<WholeLog>) -> bool {
        self.rows += 1;
        if let Some(log) = log {
            self.bytes += log.text_bytes();
            if self.needle.as_ref().is_none_or(|needle| needle.is_in(&log)) {
                self.kept_bytes += log.held_bytes();
                self.items.push(log);
            }
        }
        self.items.len() >= self.limit || self.is_spent()
    }

    /// Whether the page ends here.
    fn is_done(&self) -> bool {
        // half a page more is read for a search: what it looks at is mostly not kept
        let is_large =
            if self.needle.is_some() { self.kept_bytes > self.page_bytes / 2 } else { self.kept_bytes > 0 };
        self.items.len() >= self.limit || self.is_spent() || (self.is_cut && is_large)
    }

    fn is_spent(&self) -> bool {
        self.needle.is_some() && (self.rows >= SEARCH_ROWS_MAX || self.bytes >= SEARCH_BYTES_MAX)
    }

    fn page(self, next: Option<LogCursor>) -> LogListPage {
        let stopped_early = next.is_some() && self.items.len() < self.limit;
        let next = next.map(|next| LogCursor { newest: self.newest, ..next });
        let incomplete = self.is_damaged.then(|| Incomplete {
            reason: IncompleteReason::UnreadableFile,
            searched_from_unix_nano: next.map_or(0, |next| next.time_unix_nano),
        });
        LogListPage { items: self.items, next, stopped_early, incomplete }
    }
}

/// What is looked for, in lower case.
struct Needle {
    /// As our writer puts it into JSON.
    json: String,
    /// As others put it into JSON inside of it.
    nested: Option<JsonNeedle>,
}

impl Needle {
    fn new(text: &str) -> Self {
        let quoted = serde_json::Value::from(text).to_string();
        Self { json: quoted[1..quoted.len() - 1].to_lowercase(), nested: JsonNeedle::new(text) }
    }

    fn is_in(&self, log: &WholeLog) -> bool {
        let texts = [
            log.body.as_str(),
            log.attributes.as_str(),
            log.row.event_name.as_deref().unwrap_or_default(),
            log.severity_text.as_str(),
        ];
        texts.into_iter().any(|text| {
            let text = text.to_lowercase();
            text.contains(&self.json) || self.nested.as_ref().is_some_and(|nested| nested.is_in(&text))
        })
    }
}

impl LogFilter {
    fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        if let Some(from) = self.time.from_unix_nano {
            all.push("time_unix_nanos >= ?", [Value::BigInt(from)]);
        }
        if let Some(to) = self.time.to_unix_nano {
            all.push("time_unix_nanos < ?", [Value::BigInt(to)]);
        }
        if let Some(trace_id) = self.trace_id {
            let (hi, lo) = trace_halves(trace_id);
            all.push("trace_hi = ? AND trace_lo = ?", [Value::UBigInt(hi), Value::UBigInt(lo)]);
        }
        if let Some(span_id) = self.span_id {
            all.push("span_id = ?", [Value::UBigInt(span_number(span_id))]);
        }
        all.text("service = ?", self.service.as_ref());
        all.text("project = ?", self.project.as_ref());
        all.text("event_name = ?", self.event_name.as_ref());
        if let Some(severity) = self.severity_min {
            all.push("severity >= ?", [Value::UTinyInt(severity)]);
        }
        all
    }
}

fn select(
    connection: &Connection,
    sql: &str,
    values: &[Value],
    budget: Budget,
) -> Result<Rows<LogRow>, StoreError> {
    let failed = || StoreError::index("read log records");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let mut rows = Rows::within(budget);
    for batch in statement.query_arrow(params_from_iter(values)).map_err(failed())? {
        if !rows.extend(log_rows_from_batch(&batch).map_err(StoreError::Columns)?) {
            break;
        }
    }
    Ok(rows)
}
