//! Log records: lists newest first, and the records of one span or trace.
//!
//! They are no `Listing`: their text search reads whole records in the order of the list, so it needs no scan.

use std::collections::HashMap;

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::handle::Queries;
use crate::archive::payload::Payload;
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
    /// The text search reached its limit before the page was full; `next` continues there.
    pub stopped_early: bool,
    /// Some of what was looked at could not be read, and is missing.
    pub incomplete: Option<Incomplete>,
}

impl Queries {
    /// At most `limit` log records that match, newest first, from `after` on.
    pub(crate) async fn logs(
        &self,
        filter: &LogFilter,
        limit: usize,
        after: Option<LogCursor>,
    ) -> Result<LogListPage, StoreError> {
        let newest = after.map_or_else(|| self.index.progress().newest_row(), |cursor| cursor.newest);
        let mut search = Search::new(filter, newest, limit);
        let mut at = after;
        loop {
            let chunk = search.chunk();
            let rows = self.log_rows(filter, at, chunk.saturating_add(1)).await?;
            let more = rows.len() > chunk;
            let rows: Vec<LogRow> = rows.into_iter().take(chunk).collect();
            let read: Payload<WholeLog> =
                self.payloads.read(rows.iter().map(|row| row.place).collect()).await?;
            search.is_damaged |= read.is_damaged;
            let mut whole: HashMap<Place, WholeLog> =
                read.items.into_iter().map(|log| (log.row.place, log)).collect();
            for (index, row) in rows.iter().enumerate() {
                let position = LogCursor { time_unix_nano: row.time_unix_nano, place: row.place, newest };
                at = Some(position);
                if search.add(whole.remove(&row.place)) {
                    let is_last = index + 1 == rows.len() && !more;
                    return Ok(search.page(at.filter(|_| !is_last)));
                }
            }
            if !more {
                return Ok(search.page(None));
            }
        }
    }

    /// The log records of one span in order of time, at most `limit`; events are kept before plain records.
    pub(crate) async fn span_logs(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        limit: usize,
    ) -> Result<Vec<WholeLog>, StoreError> {
        let filter = LogFilter { trace_id: Some(trace_id), span_id: Some(span_id), ..LogFilter::default() };
        self.logs_in_order(filter.conditions(), limit).await
    }

    /// The log records of one trace that say something about its spans, by span and in order of time, at most `limit`.
    pub(crate) async fn trace_events(
        &self,
        trace_id: TraceId,
        limit: usize,
    ) -> Result<HashMap<SpanId, Vec<WholeLog>>, StoreError> {
        let filter = LogFilter { trace_id: Some(trace_id), ..LogFilter::default() };
        let mut conditions = filter.conditions();
        conditions.push("span_id IS NOT NULL AND event_name IS NOT NULL", []);
        let mut by_span: HashMap<SpanId, Vec<WholeLog>> = HashMap::new();
        for log in self.logs_in_order(conditions, limit).await? {
            if let Some(span_id) = log.row.span_id {
                by_span.entry(span_id).or_default().push(log);
            }
        }
        Ok(by_span)
    }

    async fn logs_in_order(&self, conditions: Conditions, limit: usize) -> Result<Vec<WholeLog>, StoreError> {
        let sql = format!(
            "SELECT * FROM logs{} ORDER BY event_name IS NULL, time_unix_nanos, sequence, ordinal LIMIT {limit}",
            conditions.sql()
        );
        let values = conditions.values();
        let rows = self.index.run(move |connection| select(connection, &sql, &values)).await?;
        let mut logs = self.whole_logs(rows.iter().map(|row| row.place).collect()).await?;
        logs.sort_by_key(|log| (log.row.time_unix_nano, log.row.place));
        Ok(logs)
    }

    async fn log_rows(
        &self,
        filter: &LogFilter,
        after: Option<LogCursor>,
        limit: usize,
    ) -> Result<Vec<LogRow>, StoreError> {
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
        self.index.run(move |connection| select(connection, &sql, &values)).await
    }
}

/// What a list has found so far, and how much it has looked at.
struct Search {
    needle: Option<Needle>,
    newest: Sequence,
    limit: usize,
    items: Vec<WholeLog>,
    rows: usize,
    bytes: usize,
    /// A file could not be read.
    is_damaged: bool,
}

impl Search {
    fn new(filter: &LogFilter, newest: Sequence, limit: usize) -> Self {
        let needle = filter.text.as_deref().map(Needle::new);
        Self { needle, newest, limit, items: Vec::new(), rows: 0, bytes: 0, is_damaged: false }
    }

    /// Records to read next.
    fn chunk(&self) -> usize {
        if self.needle.is_some() { SEARCH_CHUNK } else { self.limit - self.items.len() }
    }

    /// Takes the next record, `None` for one whose payload is gone or cannot be read; true when the page is done.
    fn add(&mut self, log: Option<WholeLog>) -> bool {
        self.rows += 1;
        if let Some(log) = log {
            self.bytes += log.text_bytes();
            if self.needle.as_ref().is_none_or(|needle| needle.is_in(&log)) {
                self.items.push(log);
            }
        }
        self.items.len() >= self.limit || self.is_spent()
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

fn select(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<LogRow>, StoreError> {
    let failed = || StoreError::index("read log records");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let mut rows = Vec::new();
    for batch in statement.query_arrow(params_from_iter(values)).map_err(failed())? {
        rows.extend(log_rows_from_batch(&batch).map_err(StoreError::Columns)?);
    }
    Ok(rows)
}
