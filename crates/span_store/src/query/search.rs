//! Lists that need whole spans: a scan finds places, the index says what they are.

use std::future::Future;

use arrow::record_batch::RecordBatch;
use duckdb::Connection;
use tokio::time::Instant;

use super::listing::{Listing, Position, newest_of, select};
use super::page::ListPage;
use crate::budget::{Held, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::time::TimeRange;
use crate::index::handle::Index;
use crate::reading::Reading;
use crate::scan::handle::Scans;
use crate::scan::incomplete::{Incomplete, IncompleteReason};
use crate::scan::matches::with_matches;
use crate::scan::run::{Scan, Searched};

/// Rows of a page as far as they are known.
struct Found<T> {
    rows: Rows<T>,
    /// Set when the scan stopped before the page was full.
    stopped: Option<(IncompleteReason, i64)>,
    is_damaged: bool,
}

/// Scans until more than `limit` rows are certain or the scan ends. `evaluate` asks the index for the first
/// `limit + 1` rows among the matches that started at or after the given time.
async fn fill<T: Held, F>(
    mut scan: Scan,
    limit: usize,
    evaluate: impl Fn(Vec<RecordBatch>, i64) -> F,
) -> Result<Found<T>, StoreError>
where
    F: Future<Output = Result<Rows<T>, StoreError>>,
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
        if is_end || rows.is_full(limit) {
            let stopped = stopped.filter(|_| !rows.is_full(limit));
            return Ok(Found { rows, stopped, is_damaged: scan.is_damaged() });
        }
    }
}

impl<T> Found<T> {
    /// What a reader has to know; `last` is the start of the last row of the page.
    fn incomplete(&self, last: Option<i64>) -> Option<Incomplete> {
        match self.stopped {
            Some((reason, from)) => Some(Incomplete { reason, searched_from_unix_nano: from }),
            None if self.is_damaged => Some(Incomplete {
                reason: IncompleteReason::UnreadableFile,
                searched_from_unix_nano: last.unwrap_or(0),
            }),
            None => None,
        }
    }
}

/// At most `limit` rows that a scan finds, from `after` on.
pub(super) async fn scanned_page<T: Listing>(
    scans: &Scans,
    reading: &Reading,
    filter: &T::Filter,
    limit: usize,
    after: Option<T::Cursor>,
) -> Result<ListPage<T, T::Cursor>, StoreError> {
    let index = scans.index();
    let newest = newest_of(index, after);
    let mut time = T::time(filter);
    if let Some(cursor) = after {
        let end = cursor.start_unix_nano().saturating_add(1);
        time.to_unix_nano = Some(time.to_unix_nano.map_or(end, |to| to.min(end)));
    }
    let started = Instant::now();
    let job = T::scan_job(index, filter, time).await?;
    let room = reading.page().await?;
    let budget = room.budget();
    let evaluate = |matches: Vec<RecordBatch>, from: i64| async move {
        let mut conditions = T::matched_conditions(filter, time, from);
        if let Some(cursor) = after {
            cursor.push_to(&mut conditions);
        }
        let run = move |connection: &Connection| {
            with_matches(connection, T::MARKS, &matches, || {
                select(connection, T::MATCHED, &conditions, (limit.saturating_add(1), budget))
            })
        };
        index.run(run).await
    };
    let mut found: Found<T> = fill(Scan::new(scans, job, started).await?, limit, evaluate).await?;
    room.keep(found.rows.bytes()).await?;
    let behind_last = found.rows.cut(limit).map(|last| last.cursor(newest));
    let next = match found.stopped {
        // without progress the next page starts where this one did
        Some((_, from)) => match after {
            Some(cursor) if from > cursor.start_unix_nano() => Some(cursor),
            _ => Some(T::Cursor::behind_start(from, newest)),
        },
        None => behind_last,
    };
    let incomplete = found.incomplete(behind_last.map(Position::start_unix_nano));
    Ok(ListPage { items: found.rows.rows, next, incomplete })
}

/// When the spans of traces that started in `time` may have started: until the last of these traces ended.
pub(super) async fn span_time(index: &Index, time: TimeRange) -> Result<TimeRange, StoreError> {
    if time.to_unix_nano.is_none() {
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
    let end = index.run(run).await?;
    // a double is exact to some hundred nanoseconds here: look a little further
    let to = end.map_or(0, |end| (end as i64).saturating_add(1_000_000));
    Ok(TimeRange { to_unix_nano: Some(to), ..time })
}
