//! Lists that index and scan share: rows of one table, newest first, in pages that stay stable while rows arrive.

use std::future::Future;

use duckdb::Connection;
use duckdb::types::Value;
use junjo_wal::Sequence;

use super::newest::NewestFirst;
use super::page::ListPage;
use crate::budget::{Budget, Held, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::time::TimeRange;
use crate::index::handle::Index;
use crate::reading::Reading;
use crate::scan::job::ScanJob;

/// Rows of a list.
pub(super) trait Listing: Held + Sized + Send + 'static {
    /// Which rows.
    type Filter: Clone + Send + Sync + 'static;
    /// Where a page starts.
    type Cursor: Position;

    /// Their table in the index.
    const TABLE: &'static str;
    /// The columns of a row.
    const COLUMNS: &'static str;
    /// Their order.
    const ORDER: &'static str;
    /// The table, or a join of it, whose rows [`Self::matched_conditions`] apply to.
    const MATCHED: &'static str;
    /// The columns of a scan's matches besides the place, with their SQL types.
    const MARKS: &'static str;

    /// Rows of a query over [`Self::COLUMNS`].
    fn read(
        connection: &Connection,
        sql: &str,
        values: Vec<Value>,
        budget: Budget,
    ) -> Result<Rows<Self>, StoreError>;

    /// The position behind this row; `newest` is the newest record when the first page was read.
    fn cursor(&self, newest: Sequence) -> Self::Cursor;

    /// When the rows started.
    fn time(filter: &Self::Filter) -> TimeRange;

    /// The conditions of `filter` that need no whole span, with another range of time.
    fn conditions(filter: &Self::Filter, time: TimeRange) -> Conditions;

    /// Whether short ranges are tried first; `is_bounded` tells whether the list begins below some time.
    fn tries_short_ranges(filter: &Self::Filter, is_bounded: bool) -> bool;

    /// The scan for the rows of `time`.
    fn scan_job(
        index: &Index,
        filter: &Self::Filter,
        time: TimeRange,
    ) -> impl Future<Output = Result<ScanJob, StoreError>> + Send;

    /// The conditions on rows beside what the scan found, of those that started at or after `from`.
    fn matched_conditions(filter: &Self::Filter, time: TimeRange, from: i64) -> Conditions;
}

/// A position in a list.
pub(super) trait Position: Copy + PartialEq + Send + Sync + 'static {
    /// Behind everything that started at or after `start_unix_nano`.
    fn behind_start(start_unix_nano: i64, newest: Sequence) -> Self;

    /// Start of the last row of the page before, unix nanoseconds.
    fn start_unix_nano(self) -> i64;

    /// Newest indexed record when the first page was read.
    fn newest(self) -> Sequence;

    /// Only rows behind this position, and none that a later record than [`Self::newest`] has brought or changed.
    fn push_to(self, conditions: &mut Conditions);
}

/// The newest record that a page may show: of the first page it is the index's.
pub(super) fn newest_of<C: Position>(index: &Index, after: Option<C>) -> Sequence {
    after.map_or_else(|| index.progress().newest_row(), Position::newest)
}

/// The rows of `T` that fulfil `conditions`, in order, as far as there is room for them.
pub(super) fn select<T: Listing>(
    connection: &Connection,
    from: &str,
    conditions: &Conditions,
    (limit, budget): (usize, Budget),
) -> Result<Rows<T>, StoreError> {
    let sql =
        format!("SELECT {} FROM {from}{} ORDER BY {} LIMIT {limit}", T::COLUMNS, conditions.sql(), T::ORDER);
    T::read(connection, &sql, conditions.values(), budget)
}

/// At most `limit` rows that the index alone can find, from `after` on; fewer where they are large.
pub(super) async fn indexed_page<T: Listing>(
    index: &Index,
    reading: &Reading,
    filter: &T::Filter,
    limit: usize,
    after: Option<T::Cursor>,
) -> Result<ListPage<T, T::Cursor>, StoreError> {
    let newest = newest_of(index, after);
    let filter = filter.clone();
    let room = reading.page().await?;
    let budget = room.budget();
    let run = move |connection: &Connection| newest_first::<T>(connection, &filter, (limit, budget), after);
    let mut found = index.run(run).await?;
    room.keep(found.bytes()).await?;
    let next = found.cut(limit).map(|last| last.cursor(newest));
    Ok(ListPage::complete(found.rows, next))
}

/// The first `limit` rows behind `after`, and one more where there is room for it.
fn newest_first<T: Listing>(
    connection: &Connection,
    filter: &T::Filter,
    (limit, budget): (usize, Budget),
    after: Option<T::Cursor>,
) -> Result<Rows<T>, StoreError> {
    let list = |time: TimeRange| {
        let mut conditions = T::conditions(filter, time);
        if let Some(cursor) = after {
            cursor.push_to(&mut conditions);
        }
        select(connection, T::TABLE, &conditions, (limit.saturating_add(1), budget))
    };
    let time = T::time(filter);
    let behind = after.map(Position::start_unix_nano);
    if T::tries_short_ranges(filter, behind.or(time.to_unix_nano).is_some()) {
        NewestFirst { table: T::TABLE, time, behind, limit }.read(connection, list)
    } else {
        list(time)
    }
}
