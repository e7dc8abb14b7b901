//! Lists and statistics that need whole spans: a scan finds places, the index says what they are.

use std::future::Future;

use arrow::record_batch::RecordBatch;
use duckdb::Connection;
use duckdb::types::Value;
use tokio::time::Instant;

use super::cut;
use super::expr::{Field, Fragment, Relation, SpanExpr, group_value, in_json};
use super::filter::{Conditions, SpanFilter, TimeRange, TraceFilter};
use super::spans::{NEWEST_FIRST, SpanCursor, SpanListPage, continue_after};
use super::stats::{Stats, StatsQuery, StatsSubject, aggregate};
use super::stats_sql::{of_matched_spans, of_matched_traces};
use super::trace::rows;
use super::traces::{COLUMNS, TraceCursor, TraceListPage, behind, select};
use crate::error::StoreError;
use crate::scan::{Incomplete, IncompleteReason, MATCHES, Scan, ScanJob, Searched, with_matches};
use crate::store::SpanStore;

/// Rows of a page as far as they are known.
struct Found<T> {
    rows: Vec<T>,
    /// Set when the scan stopped before the page was full.
    stopped: Option<(IncompleteReason, i64)>,
    is_damaged: bool,
}

/// Scans until more than `limit` rows are certain or the scan ends. `evaluate` asks the index for the first
/// `limit + 1` rows among the matches that started at or after the given time.
async fn fill<T, F>(
    mut scan: Scan,
    limit: usize,
    evaluate: impl Fn(Vec<RecordBatch>, i64) -> F,
) -> Result<Found<T>, StoreError>
where
    F: Future<Output = Result<Vec<T>, StoreError>>,
{
    let mut matches: Vec<RecordBatch> = Vec::new();
    // asking the index after units 1, 2, 4, 8, … costs little and finds a full page early
    let (mut units, mut ask_at) = (0_u32, 1_u32);
    loop {
        let (found, searched) = scan.next().await?;
        matches.extend(found);
        units += 1;
        let (from, stopped, is_end) = match searched {
            Searched::Whole => (0, None, true),
            Searched::From(from) => (from, None, false),
            Searched::Stopped(reason, from) => (from, Some((reason, from)), true),
        };
        if !is_end && units < ask_at {
            continue;
        }
        ask_at = units.saturating_mul(2);
        let rows = evaluate(matches.clone(), from).await?;
        if is_end || rows.len() > limit {
            let stopped = stopped.filter(|_| rows.len() <= limit);
            return Ok(Found { rows, stopped, is_damaged: scan.is_damaged() });
        }
    }
}

impl<T> Found<T> {
    /// What a reader has to know; `last` is the start of the last row of the page.
    fn incomplete(&self, last: Option<i64>) -> Option<Incomplete> {
        match self.stopped {
            Some((reason, from)) => Some(Incomplete { reason, searched_from_unix_nanos: from }),
            None if self.is_damaged => Some(Incomplete {
                reason: IncompleteReason::UnreadableFile,
                searched_from_unix_nanos: last.unwrap_or(0),
            }),
            None => None,
        }
    }
}

/// The text as JSON writes it: attributes are searched as they are stored.
fn json_needle(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}

/// Whether name, status message, attributes or events of a span hold `text`, in any case.
fn text_condition(text: &str) -> Fragment {
    let plain = Value::Text(text.to_owned());
    let json = Value::Text(json_needle(text));
    let in_json = in_json("attributes", text) + &in_json("events", text);
    Fragment {
        text: format!(
            "(contains(lower(name), lower(?)) OR contains(lower(status_message), lower(?))
                OR contains(lower(attributes), lower(?)) OR contains(lower(events), lower(?)){in_json})"
        ),
        values: vec![plain.clone(), plain, json.clone(), json],
    }
}

impl SpanFilter {
    /// Whether whole spans have to be read.
    pub fn needs_scan(&self) -> bool {
        self.payload_text().is_some() || self.expr.as_ref().is_some_and(SpanExpr::needs_payload)
    }

    fn payload_text(&self) -> Option<&String> {
        self.text.as_ref().filter(|_| self.text_in_payload)
    }

    /// What is left for the index to check of spans that a scan found.
    pub(crate) fn beside_scan(&self) -> Self {
        let text = self.text.clone().filter(|_| !self.text_in_payload);
        Self { time: self.time, expr: None, text, text_in_payload: false }
    }

    /// The scan for places alone.
    pub(crate) fn scan_job(&self, time: TimeRange) -> ScanJob {
        ScanJob {
            time,
            columns: Fragment::default(),
            condition: self.scan_condition(),
            reads_hints: self.reads_hints(),
        }
    }

    fn reads_hints(&self) -> bool {
        self.expr.as_ref().is_some_and(SpanExpr::reads_hints)
    }

    /// What has to be true of a whole span.
    fn scan_condition(&self) -> Fragment {
        let parts = [
            self.expr.as_ref().map(|expr| expr.to_sql(Relation::Archive)),
            self.payload_text().map(|text| text_condition(text)),
        ];
        let mut all = Conditions::default();
        for part in parts.into_iter().flatten() {
            all.push(part.text, part.values);
        }
        all.into_fragment()
    }
}

impl TraceFilter {
    /// Whether whole spans have to be read.
    pub fn needs_scan(&self) -> bool {
        self.payload_text().is_some() || self.payload_expr().is_some()
    }

    fn payload_text(&self) -> Option<&String> {
        self.text.as_ref().filter(|_| self.text_in_payload)
    }

    fn payload_expr(&self) -> Option<&SpanExpr> {
        self.span.as_ref().filter(|expr| expr.needs_payload())
    }

    /// The scan: columns `f` (a span fulfils the expression) and `t` (it holds the text), where asked for.
    fn scan_job(&self, time: TimeRange) -> ScanJob {
        let parts = [
            ("f", self.payload_expr().map(|expr| expr.to_sql(Relation::Archive))),
            ("t", self.payload_text().map(|text| text_condition(text))),
        ];
        let (mut columns, mut condition) = (Fragment::default(), Fragment::default());
        for (name, part) in parts {
            let Some(part) = part else {
                columns.push(&format!(", false AS {name}"));
                continue;
            };
            columns.push(&format!(", coalesce({}, false) AS {name}", part.text));
            columns.values.extend(part.values.iter().cloned());
            condition.push(if condition.text.is_empty() { "" } else { " OR " });
            condition.push(&part.text);
            condition.values.extend(part.values);
        }
        let reads_hints = self.payload_expr().is_some_and(SpanExpr::reads_hints);
        ScanJob { time, columns, condition, reads_hints }
    }

    /// On traces beside [`MATCHES`], of those that started at or after `from`.
    pub(super) fn matched_conditions(&self, from: i64) -> Conditions {
        let of_index = Self {
            span: self.span.clone().filter(|_| self.payload_expr().is_none()),
            text: self.text.clone().filter(|_| self.payload_text().is_none()),
            ..self.clone()
        };
        let mut all = of_index.conditions();
        all.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
        if self.payload_expr().is_some() {
            all.push(matched("f"), [Value::BigInt(from)]);
        }
        if let Some(text) = self.payload_text() {
            let (names, mut values) = Self::text_in_names(text);
            values.push(Value::BigInt(from));
            all.push(format!("({names} OR {})", matched("t")), values);
        }
        all
    }
}

/// Whether a living span of the trace that started at or after the parameter has the mark.
fn matched(mark: &str) -> String {
    format!(
        "(trace_hi, trace_lo) IN (SELECT (trace_hi, trace_lo) FROM spans
         JOIN {MATCHES} USING (sequence, ordinal) WHERE {MATCHES}.{mark} AND start_unix_nanos >= ?)"
    )
}

const MARKS: &str = ", f BOOLEAN, t BOOLEAN";

/// `filter`'s spans by a scan; see [`SpanStore::spans`].
pub(super) async fn spans(
    store: &SpanStore,
    filter: &SpanFilter,
    limit: usize,
    after: Option<SpanCursor>,
) -> Result<SpanListPage, StoreError> {
    let newest = after.map_or_else(|| store.progress().newest(), |cursor| cursor.newest);
    let mut time = filter.time;
    if let Some(cursor) = after {
        let behind = cursor.start_unix_nanos.saturating_add(1);
        time.to_unix_nanos = Some(time.to_unix_nanos.map_or(behind, |to| to.min(behind)));
    }
    let started = Instant::now();
    let job = filter.scan_job(time);
    let evaluate = |matches: Vec<RecordBatch>, from: i64| async move {
        let mut conditions = SpanFilter { time, ..filter.beside_scan() }.conditions();
        conditions.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
        if let Some(cursor) = after {
            continue_after(&mut conditions, cursor);
        }
        let run = move |connection: &Connection| {
            let sql = format!(
                "SELECT spans.* FROM spans SEMI JOIN {MATCHES} USING (sequence, ordinal){}
                 ORDER BY {NEWEST_FIRST} LIMIT {}",
                conditions.sql(),
                limit.saturating_add(1)
            );
            with_matches(connection, "", &matches, || rows(connection, &sql, &conditions.values()))
        };
        store.executor()?.run(run).await
    };
    let mut found = fill(Scan::new(store, job, started).await?, limit, evaluate).await?;
    let behind_last = cut(&mut found.rows, limit).map(|last| SpanCursor::behind(last, newest));
    let next = match found.stopped {
        // without progress the next page starts where this one did
        Some((_, from)) => match after {
            Some(cursor) if from > cursor.start_unix_nanos => Some(cursor),
            _ => Some(SpanCursor::before(from, newest)),
        },
        None => behind_last,
    };
    let incomplete = found.incomplete(behind_last.map(|last| last.start_unix_nanos));
    Ok(SpanListPage { items: found.rows, next, incomplete })
}

/// `filter`'s traces by a scan; see [`SpanStore::traces`].
pub(super) async fn traces(
    store: &SpanStore,
    filter: &TraceFilter,
    limit: usize,
    after: Option<TraceCursor>,
) -> Result<TraceListPage, StoreError> {
    let newest = after.map_or_else(|| store.progress().newest(), |cursor| cursor.newest);
    let mut time = filter.time;
    if let Some(cursor) = after {
        let behind = cursor.start_unix_nanos.saturating_add(1);
        time.to_unix_nanos = Some(time.to_unix_nanos.map_or(behind, |to| to.min(behind)));
    }
    let started = Instant::now();
    let job = filter.scan_job(span_time(store, time).await?);
    let evaluate = |matches: Vec<RecordBatch>, from: i64| async move {
        let mut conditions = filter.matched_conditions(from);
        if let Some(cursor) = after {
            behind(&mut conditions, cursor);
        }
        let run = move |connection: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM traces{} ORDER BY start_unix_nanos DESC, trace_hi DESC, trace_lo DESC LIMIT {}",
                conditions.sql(),
                limit.saturating_add(1)
            );
            with_matches(connection, MARKS, &matches, || select(connection, &sql, conditions.values()))
        };
        store.executor()?.run(run).await
    };
    let mut found = fill(Scan::new(store, job, started).await?, limit, evaluate).await?;
    let behind_last = cut(&mut found.rows, limit).map(|last| TraceCursor::at(last, newest));
    let next = match found.stopped {
        // without progress the next page starts where this one did
        Some((_, from)) => match after {
            Some(cursor) if from > cursor.start_unix_nanos => Some(cursor),
            _ => Some(TraceCursor::before(from, newest)),
        },
        None => behind_last,
    };
    let incomplete = found.incomplete(behind_last.map(|last| last.start_unix_nanos));
    Ok(TraceListPage { items: found.rows, next, incomplete })
}

/// When the spans of traces that started in `time` may have started: until the last of these traces ended.
async fn span_time(store: &SpanStore, time: TimeRange) -> Result<TimeRange, StoreError> {
    if time.to_unix_nanos.is_none() {
        return Ok(time);
    }
    let mut conditions = Conditions::default();
    conditions.time(time);
    let (sql, values) = (conditions.sql(), conditions.values());
    let run = move |connection: &Connection| {
        let sql = format!("SELECT max(start_unix_nanos::HUGEINT + duration_nanos)::DOUBLE FROM traces{sql}");
        connection
            .query_row(&sql, duckdb::params_from_iter(values), |row| row.get::<_, Option<f64>>(0))
            .map_err(StoreError::index("bound a scan"))
    };
    let end = store.executor()?.run(run).await?;
    // a double is exact to some hundred nanoseconds here: look a little further
    let to = end.map_or(0, |end| (end as i64).saturating_add(1_000_000));
    Ok(TimeRange { to_unix_nanos: Some(to), ..time })
}

/// Statistics by a scan; see [`SpanStore::stats`].
pub(super) async fn stats(store: &SpanStore, query: StatsQuery) -> Result<Stats, StoreError> {
    let started = Instant::now();
    let (job, columns) = match &query.subject {
        StatsSubject::Spans(filter) => stats_job(&query, filter),
        StatsSubject::Traces(filter) => {
            (filter.scan_job(span_time(store, filter.time).await?), MARKS.to_owned())
        }
    };
    let mut scan = Scan::new(store, job, started).await?;
    let mut matches = Vec::new();
    let (from, reason) = loop {
        let (found, searched) = scan.next().await?;
        matches.extend(found);
        match searched {
            Searched::From(_) => {}
            Searched::Whole => break (0, None),
            Searched::Stopped(reason, from) => break (from, Some(reason)),
        }
    };
    let reason = reason.or(scan.is_damaged().then_some(IncompleteReason::UnreadableFile));
    drop(scan);
    let run = move |connection: &Connection| {
        with_matches(connection, &columns, &matches, || {
            let narrow = match &query.subject {
                StatsSubject::Spans(filter) => of_matched_spans(connection, &query, filter, from)?,
                StatsSubject::Traces(filter) => of_matched_traces(&query, filter, from),
            };
            aggregate(connection, &query, &narrow)
        })
    };
    let stats = store.executor()?.run(run).await?;
    let incomplete = reason.map(|reason| Incomplete { reason, searched_from_unix_nanos: from });
    Ok(Stats { incomplete, ..stats })
}

/// The payload fields of a question, each with its column in [`MATCHES`].
pub(super) fn payload_columns(query: &StatsQuery) -> Vec<(String, &Field)> {
    let groups = query.group_by.iter().enumerate().map(|(index, field)| (format!("p{index}"), field));
    let ratio = query.ratio_of.iter().map(|field| ("pr".to_owned(), field));
    let measure = query.measure.iter().map(|field| ("pm".to_owned(), field));
    groups.chain(ratio).chain(measure).filter(|(_, field)| field.needs_payload()).collect()
}

/// Reads the payload fields of the spans that fulfil the filter; of those without any of them nothing is read when the
/// index can tell which they are.
fn stats_job(query: &StatsQuery, filter: &SpanFilter) -> (ScanJob, String) {
    let fields = payload_columns(query);
    let mut columns = Fragment::default();
    for (name, field) in &fields {
        columns.push(&format!(", {} AS {name}", group_value(field)));
    }
    let types: Vec<String> = fields.iter().map(|(name, _)| format!(", {name} VARCHAR")).collect();
    let mut condition = Conditions::default();
    let fragment = filter.scan_condition();
    condition.push(fragment.text, fragment.values);
    if !filter.needs_scan() {
        let exists: Vec<String> = fields
            .iter()
            .map(|(_, field)| SpanExpr::exists((*field).clone()).to_sql(Relation::Archive).text)
            .collect();
        condition.push(format!("({})", exists.join(" OR ")), []);
    }
    let (condition, reads_hints) = (condition.into_fragment(), filter.reads_hints());
    (ScanJob { time: filter.time, columns, condition, reads_hints }, types.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: texts with quotes and line breaks. Guarantee: they are looked for as JSON writes them.
    #[test]
    fn json_needle_is_what_is_stored() {
        assert_eq!(json_needle("Say \"Hi\"\n"), r#"Say \"Hi\"\n"#);
        assert_eq!(json_needle("ÄÖ"), "ÄÖ");
        assert_eq!(json_needle("\""), r#"\""#);
    }
}
