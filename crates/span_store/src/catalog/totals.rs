//! All-time counts of the index in `app.db`, as of one record. Rows that are gone (sent again, deleted, too old) cannot be counted
//! again by an index that is made anew, or is older than it was.
//!
//! They are written with each change of the list of archive files, so before anything is gone that they count.

use std::sync::Arc;

use junjo_wal::Sequence;
use parking_lot::RwLock;
use sqlx::{Row as _, SqliteConnection, SqlitePool};

use crate::progress::{Progress, Within};

/// The newest known counts; both cursors are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals(Arc<RwLock<Option<Progress>>>);

impl Totals {
    pub(super) async fn load(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        let row = sqlx::query("SELECT * FROM index_totals").fetch_optional(pool).await?;
        let known = row.map(|row| {
            let count = |name| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
            let through = Sequence(row.try_get("through")?);
            Ok::<_, sqlx::Error>(Progress {
                span_cursor: through,
                log_record_cursor: through,
                indexed_spans: count("indexed_spans")?,
                indexed_logs: count("indexed_logs")?,
                duplicate_spans: count("duplicate_spans")?,
                duplicate_logs: count("duplicate_logs")?,
                quarantined_batches: count("quarantined_batches")?,
                quarantined_spans: count("quarantined_spans")?,
                within: Within::default(),
            })
        });
        Ok(Self(Arc::new(RwLock::new(known.transpose()?))))
    }

    /// What is known.
    pub(crate) fn known(&self) -> Option<Progress> {
        *self.0.read()
    }

    /// The record of what is known, where it is between these.
    pub(crate) fn known_between(&self, after: Sequence, before: Sequence) -> Option<Sequence> {
        let known = self.known()?.span_cursor;
        (after < known && known < before).then_some(known)
    }

    /// Takes note of how far the index is, unless more is known already.
    pub(crate) fn note(&self, progress: Progress) {
        // what is counted of a record in part is as of no record
        if progress.span_cursor != progress.log_record_cursor || progress.within != Within::default() {
            return;
        }
        let mut known = self.0.write();
        if known.is_none_or(|known| known.span_cursor < progress.span_cursor) {
            *known = Some(progress);
        }
    }

    /// Writes down what is known.
    pub(super) async fn store(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let Some(known) = self.known() else { return Ok(()) };
        let int = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        sqlx::query("INSERT OR REPLACE INTO index_totals VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .bind(known.span_cursor.0)
            .bind(int(known.indexed_spans))
            .bind(int(known.indexed_logs))
            .bind(int(known.duplicate_spans))
            .bind(int(known.duplicate_logs))
            .bind(int(known.quarantined_batches))
            .bind(int(known.quarantined_spans))
            .execute(connection)
            .await
            .map(drop)
    }
}
