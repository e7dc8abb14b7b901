//! Lists that begin with the newest row: short ranges of time are tried before the whole one.
//!
//! Rows lie in the index about in the order of time, oldest first, and DuckDB keeps the first rows of an order while it
//! reads. Reading downwards from a bound, nearly every row is newer than those kept and takes the place of one, with all
//! its columns; with a range that holds little more than the page, none of that happens.

use duckdb::Connection;

use crate::budget::{Held, Rows};
use crate::error::StoreError;
use crate::filter::time::TimeRange;

/// Ranges that are tried before the whole one: ten minutes, an hour, half a day, a week.
const WIDTHS_NANOS: [i64; 4] = [600_000_000_000, 3_600_000_000_000, 43_200_000_000_000, 604_800_000_000_000];

/// A list to be read from its newest row on.
#[derive(Clone, Copy)]
pub(super) struct NewestFirst<'a> {
    pub(super) table: &'a str,
    /// What the client asked for.
    pub(super) time: TimeRange,
    /// Start of the last row of the page before.
    pub(super) behind: Option<i64>,
    /// Rows of a page; one more is wanted.
    pub(super) limit: usize,
}

impl NewestFirst<'_> {
    /// What `list` finds in the first range that has enough, or else in all of it.
    pub(super) fn read<T: Held>(
        self,
        connection: &Connection,
        list: impl Fn(TimeRange) -> Result<Rows<T>, StoreError>,
    ) -> Result<Rows<T>, StoreError> {
        let Some(newest) = self.newest(connection)? else {
            return list(self.time);
        };
        for width in WIDTHS_NANOS {
            let from = newest.saturating_sub(width);
            if self.time.from_unix_nano.is_some_and(|start| start >= from) {
                break;
            }
            let found = list(TimeRange { from_unix_nano: Some(from), ..self.time })?;
            if found.is_full(self.limit) {
                return Ok(found);
            }
        }
        list(self.time)
    }

    /// The latest start that a row may have; `None` without rows.
    fn newest(&self, connection: &Connection) -> Result<Option<i64>, StoreError> {
        // without conditions this reads statistics and no rows
        let sql = format!("SELECT max(start_unix_nanos) FROM {}", self.table);
        let newest: Option<i64> = connection
            .query_row(&sql, [], |row| row.get(0))
            .map_err(StoreError::index("find the newest row"))?;
        let bounds = [self.time.to_unix_nano, self.behind].into_iter().flatten();
        Ok(newest.map(|newest| bounds.fold(newest, i64::min)))
    }
}
