//! The rows of one archive file into the index, then the cursor behind it, so that a kill repeats at most this file.

use std::sync::atomic::Ordering;

use junjo_wal::Sequence;

use super::job::{FileToRead, Fill};
use crate::archive::ahead::read_ahead;
use crate::archive::item::ArchiveItem;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::index::batch::IndexBatch;
use crate::index::handle::Index;

/// Rows committed at a time.
const COMMIT_ROWS: usize = 65_536;

/// Where a batch keeps the rows of a dataset.
type RowsOf<T> = fn(&mut IndexBatch) -> &mut Vec<<T as ArchiveItem>::Row>;

/// Puts all rows of a file behind the cursor into the index. A file that cannot be read is passed over. Blocking.
pub(super) fn fill_from<T>(job: &Fill<'_>, next: &FileToRead, rows_of: RowsOf<T>) -> Result<(), StoreError>
where
    T: ArchiveItem,
    T::Row: Send,
{
    let path = job.archive.path_of(&next.file);
    let mut rows = FileRows::<T>::new(job, next, rows_of);
    let read = read_ahead::<T>(&path, &mut |batch| {
        if job.is_stopping.load(Ordering::Acquire) {
            return Err(StoreError::Interrupted);
        }
        rows.add(batch)
    })?;
    if let Err(error) = read {
        tracing::error!(
            path = %path.display(),
            error = &error as &dyn std::error::Error,
            "archive file cannot be read; what it holds is missing from the index"
        );
        job.archive.unreadable().note(&next.file, &error);
    }
    rows.finish(next)
}

/// Rows of a file on their way into the index.
struct FileRows<'a, T: ArchiveItem> {
    index: &'a Index,
    dataset: Dataset,
    rows_of: RowsOf<T>,
    batch: IndexBatch,
    /// The cursor before the file.
    begin: Sequence,
    /// Last record whose items the index has counted, and how many those are.
    counted_through: Sequence,
    counted: u64,
    /// Rows of later records.
    uncounted_rows: u64,
    /// A record inside of the file as of which all-time counts were saved; `None` once the index has adopted them.
    known: Option<Sequence>,
}

impl<'a, T: ArchiveItem> FileRows<'a, T> {
    fn new(job: &Fill<'a>, next: &FileToRead, rows_of: RowsOf<T>) -> Self {
        let dataset = next.file.dataset;
        let (begin, counted) = job.index.progress().of(dataset);
        let totals = job.archive.catalog().totals();
        Self {
            index: job.index,
            dataset,
            rows_of,
            batch: IndexBatch::default(),
            begin,
            counted_through: begin,
            counted,
            uncounted_rows: 0,
            known: totals.known_between(begin, next.file.last_sequence),
        }
    }

    fn add(&mut self, rows: Vec<T::Row>) -> Result<(), StoreError> {
        for row in rows {
            let sequence = T::place_of(&row).sequence;
            if let Some(known) = self.known.take_if(|known| sequence > *known) {
                self.adopt_counts_at(known)?;
            }
            if sequence > self.begin {
                self.uncounted_rows += 1;
                (self.rows_of)(&mut self.batch).push(row);
            }
        }
        if (self.rows_of)(&mut self.batch).len() >= COMMIT_ROWS {
            self.index.commit(&std::mem::take(&mut self.batch))?;
        }
        Ok(())
    }

    /// Commits everything up to the record of the saved counts, which the index then has.
    fn adopt_counts_at(&mut self, known: Sequence) -> Result<(), StoreError> {
        let mut batch = std::mem::take(&mut self.batch);
        batch.end_at(self.dataset, known, None);
        self.index.commit(&batch)?;
        (self.counted_through, self.counted) = self.index.progress().of(self.dataset);
        self.uncounted_rows = 0;
        Ok(())
    }

    /// Commits the rest with the cursor behind the file. What the file no longer has of its records was superseded; how many
    /// that are does not depend on where a rebuild began.
    fn finish(mut self, next: &FileToRead) -> Result<(), StoreError> {
        if let Some(known) = self.known.take() {
            self.adopt_counts_at(known)?;
        }
        let file = &next.file;
        let superseded = if self.counted_through < file.first_sequence {
            file.item_count.saturating_sub(file.row_count + file.deleted_count)
        } else {
            next.items_through.saturating_sub(self.counted + self.uncounted_rows)
        };
        self.batch.set_superseded(self.dataset, superseded);
        self.batch.end_at(self.dataset, file.last_sequence, Some(next.items_through));
        self.index.commit(&self.batch).map(drop)
    }
}
