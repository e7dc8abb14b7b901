//! What is known of the time: rows of `clock` and `clock_marks` in `app.db`, with a copy in memory. A mark says that records up to one
//! were received before a believed time and later ones after it, so that the age of a file does not depend on the clock of the
//! moment in which it was received.

use std::sync::Arc;

use junjo_wal::Sequence;
use parking_lot::RwLock;
use sqlx::{Row as _, SqlitePool};

use super::file::ArchiveFile;
use crate::day::day_of;
use crate::error::StoreError;

/// Marks that are kept, one a day: about eleven years.
const MARKS_MAX: usize = 4_096;

/// The clock's rows.
#[derive(Clone)]
pub(crate) struct ClockRows {
    pool: SqlitePool,
    known: Arc<RwLock<Known>>,
}

/// What is known of the time. Pure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The newest time that was believed, unix nanoseconds.
    pub(crate) believed_unix_nano: Option<i64>,
    /// Records up to this one came before anything was noted.
    unmarked_through: Sequence,
    /// In order of both; neither goes back.
    marks: Vec<Mark>,
}

/// Records up to one were received before a time, later ones after a time; the two differ while nothing is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    through: Sequence,
    until_unix_nano: i64,
    since_unix_nano: i64,
}

impl Known {
    /// When the last mark was made.
    pub(crate) fn marked_unix_nano(&self) -> Option<i64> {
        self.marks.last().map(|mark| mark.since_unix_nano)
    }

    /// Notes that records up to `through` came before a time, and later ones after it.
    pub(crate) fn mark(&mut self, through: Sequence, at_unix_nano: i64) {
        let behind = self.marks.partition_point(|mark| mark.through < through);
        if let Some(same) = self.marks.get_mut(behind).filter(|mark| mark.through == through) {
            same.since_unix_nano = same.since_unix_nano.max(at_unix_nano);
        } else {
            let mark = Mark { through, until_unix_nano: at_unix_nano, since_unix_nano: at_unix_nano };
            self.marks.insert(behind, mark);
        }
        let mut newest = i64::MIN;
        for mark in &mut self.marks {
            mark.until_unix_nano = mark.until_unix_nano.max(newest);
            mark.since_unix_nano = mark.since_unix_nano.max(mark.until_unix_nano);
            newest = mark.since_unix_nano;
        }
        let surplus = self.marks.len().saturating_sub(MARKS_MAX);
        self.marks.drain(..surplus);
    }

    /// Moves all marks behind a record forward, at most to `now`: the clock that made them was behind.
    pub(crate) fn raise_after(&mut self, after: Sequence, by_nanos: i64, now_unix_nano: i64) {
        for mark in self.marks.iter_mut().filter(|mark| mark.through > after) {
            for time in [&mut mark.until_unix_nano, &mut mark.since_unix_nano] {
                *time = time.saturating_add(by_nanos).min(now_unix_nano).max(*time);
            }
        }
    }

    /// The day of receipt that a file's age is counted from: what the clock said then where that lies between the marks around
    /// the file, else the latest day that it can have been. `now` is the believed time.
    pub(crate) fn day_of_receipt(&self, file: &ArchiveFile, now_unix_nano: i64) -> String {
        let behind = |sequence: Sequence| self.marks.partition_point(|mark| mark.through < sequence);
        let before = self.marks[..behind(file.first_sequence)].last();
        let after = self.marks.get(behind(file.last_sequence));
        let newest = self.marked_unix_nano().unwrap_or(i64::MIN).max(now_unix_nano);
        let latest = day_of(after.map_or(newest, |mark| mark.until_unix_nano));
        let earliest = match before {
            Some(mark) => day_of(mark.since_unix_nano),
            // what an older version received, which noted nothing
            None if file.last_sequence <= self.unmarked_through => String::new(),
            None => latest.clone(),
        };
        if (earliest..=latest.clone()).contains(&file.received_day) {
            file.received_day.clone()
        } else {
            latest
        }
    }
}

impl ClockRows {
    /// The rows; where there are none yet, everything up to `newest` came before them.
    pub(super) async fn load_or_create(pool: SqlitePool, newest: Sequence) -> Result<Self, sqlx::Error> {
        sqlx::query("INSERT INTO clock VALUES (1, NULL, ?1) ON CONFLICT DO NOTHING")
            .bind(newest.0)
            .execute(&pool)
            .await?;
        let row =
            sqlx::query("SELECT believed_unix_nano, unmarked_through FROM clock").fetch_one(&pool).await?;
        let sql = "SELECT through_sequence, until_unix_nano, since_unix_nano FROM clock_marks ORDER BY through_sequence";
        let mark = |row: &sqlx::sqlite::SqliteRow| {
            Ok::<_, sqlx::Error>(Mark {
                through: Sequence(row.try_get(0)?),
                until_unix_nano: row.try_get(1)?,
                since_unix_nano: row.try_get(2)?,
            })
        };
        let marks = sqlx::query(sql).fetch_all(&pool).await?;
        let known = Known {
            believed_unix_nano: row.try_get(0)?,
            unmarked_through: Sequence(row.try_get(1)?),
            marks: marks.iter().map(mark).collect::<Result<_, _>>()?,
        };
        Ok(Self { pool, known: Arc::new(RwLock::new(known)) })
    }

    /// What is known.
    pub(crate) fn known(&self) -> Known {
        self.known.read().clone()
    }

    /// Puts `next` in the place of what is known.
    pub(crate) async fn set(&self, next: Known) -> Result<(), StoreError> {
        let write = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("UPDATE clock SET believed_unix_nano = ?1")
                .bind(next.believed_unix_nano)
                .execute(&mut *transaction)
                .await?;
            if next.marks != self.known.read().marks {
                sqlx::query("DELETE FROM clock_marks").execute(&mut *transaction).await?;
                for mark in &next.marks {
                    sqlx::query("INSERT INTO clock_marks VALUES (?1, ?2, ?3)")
                        .bind(mark.through.0)
                        .bind(mark.until_unix_nano)
                        .bind(mark.since_unix_nano)
                        .execute(&mut *transaction)
                        .await?;
                }
            }
            transaction.commit().await
        };
        write.await.map_err(StoreError::catalog("write"))?;
        *self.known.write() = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;

    const DAY: i64 = 86_400_000_000_000;

    fn file(sequence: i64, day: i64) -> ArchiveFile {
        ArchiveFile {
            dataset: Dataset::Spans,
            path: String::new(),
            wal_id: String::new(),
            first_sequence: Sequence(sequence),
            last_sequence: Sequence(sequence),
            received_day: day_of(day * DAY),
            min_start_unix_nano: 0,
            max_end_unix_nano: 0,
            row_count: 1,
            item_count: 1,
            deleted_count: 0,
            file_bytes: 1,
            checksum: 0,
            schema_version: 1,
            derive_version: 1,
        }
    }

    /// Scenario: files of an older version, of a clock that was right, behind and ahead, and the newest. Guarantee: where the
    /// clock was right its day counts; where it was not, the latest day that the marks allow.
    #[test]
    fn day_of_receipt_lies_between_the_marks() {
        let mut known = Known { unmarked_through: Sequence(2), ..Known::default() };
        known.mark(Sequence(4), 100 * DAY);
        known.mark(Sequence(8), 110 * DAY);
        let of = |sequence, day| {
            let day = known.day_of_receipt(&file(sequence, day), 120 * DAY);
            (0..400).find(|n| day_of(n * DAY) == day).unwrap()
        };
        assert_eq!((of(1, 50), of(2, 300)), (50, 100), "before anything was noted");
        assert_eq!((of(3, 50), of(3, 100)), (100, 100), "nothing says when it was at the earliest");
        assert_eq!((of(5, 100), of(6, 105), of(6, 20), of(7, 300)), (100, 105, 110, 110));
        assert_eq!((of(9, 115), of(9, 20), of(9, 300)), (115, 120, 120));
    }

    /// Scenario: marks of a clock that goes back, and that turns out to have been behind; nothing comes for days. Guarantee: marks never
    /// go back, those of the clock that was behind move, and what came before the silence is as old as it is.
    #[test]
    fn marks_never_go_back() {
        let mut known = Known::default();
        known.mark(Sequence(4), 100 * DAY);
        known.mark(Sequence(6), 20 * DAY);
        assert_eq!(known.marked_unix_nano(), Some(100 * DAY));
        known.raise_after(Sequence(4), 7 * DAY, 150 * DAY);
        known.raise_after(Sequence(4), 7 * DAY, 107 * DAY);
        assert_eq!(known.marks.iter().map(|mark| mark.until_unix_nano / DAY).collect::<Vec<_>>(), [100, 107]);
        known.mark(Sequence(4), 110 * DAY);
        assert_eq!(known.marks.iter().map(|mark| mark.until_unix_nano / DAY).collect::<Vec<_>>(), [100, 110]);
        assert_eq!(known.marks.iter().map(|mark| mark.since_unix_nano / DAY).collect::<Vec<_>>(), [110, 110]);
    }
}
