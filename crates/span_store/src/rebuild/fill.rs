//! Puts back what the archive has beyond the cursors of a lost or older index, file by file.

use junjo_wal::Sequence;

use super::file::fill_from;
use super::job::{FileToRead, Fill};
use crate::catalog::file::Leased;
use crate::catalog::manifest::Sealed;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::index::batch::IndexBatch;
use crate::index::options::IndexState;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

impl Fill<'_> {
    /// Fills the index. Log records come first, so that what they say is there when their spans come.
    pub(super) fn run(&self, is_new: bool) -> Result<(), StoreError> {
        let progress = self.index.progress();
        let mut files = Vec::new();
        let mut ends = Vec::new();
        for (dataset, cursor) in
            [(Dataset::Logs, progress.log_record_cursor), (Dataset::Spans, progress.span_cursor)]
        {
            if is_new || self.wal_has_forgotten(dataset, cursor)? {
                let sealed = self.archive.manifest().snapshot(dataset);
                ends.push((dataset, sealed.through, sealed.items));
                files.extend(files_beyond(sealed, cursor));
            }
        }
        if files.iter().any(|next| next.file.dataset == Dataset::Logs) {
            self.index.clear_logs(progress.log_record_cursor)?;
        }
        self.read_files(files)?;
        ends.into_iter().try_for_each(|(dataset, through, items)| self.skip_to(dataset, through, items))?;
        self.adopt_saved_counts()
    }

    fn read_files(&self, files: Vec<FileToRead>) -> Result<(), StoreError> {
        let rows_total = files.iter().map(|next| next.file.row_count).sum();
        if rows_total > 0 {
            tracing::warn!(files = files.len(), rows = rows_total, "filling the index from the archive");
        }
        let _few = (rows_total > 0).then(|| self.index.few_checkpoints()).transpose()?;
        let mut rows = 0;
        for next in files {
            self.index.set_state(IndexState::Rebuilding { rows, rows_total });
            rows += next.file.row_count;
            match next.file.dataset {
                Dataset::Spans => fill_from::<WholeSpan>(self, &next, |batch| &mut batch.rows)?,
                Dataset::Logs => fill_from::<WholeLog>(self, &next, |batch| &mut batch.logs)?,
            }
        }
        Ok(())
    }

    /// Whether records of a dataset after `cursor` are in the archive alone. Usually the index is behind the archive only
    /// because the sealer was faster; then the wal still has everything, because it is never trimmed past the index.
    fn wal_has_forgotten(&self, dataset: Dataset, cursor: Sequence) -> Result<bool, StoreError> {
        if self.archive.manifest().sealed_through(dataset) <= cursor {
            return Ok(false);
        }
        let oldest = self.wal.sizes_after(Sequence(0), 1).map_err(StoreError::Wal)?;
        Ok(oldest.first().is_none_or(|oldest| oldest.sequence.0 > cursor.0 + 1))
    }

    /// Moves the cursor of a dataset to where it is sealed, by way of the record of the saved counts: the last files may be
    /// gone.
    fn skip_to(&self, dataset: Dataset, through: Sequence, items: u64) -> Result<(), StoreError> {
        let (cursor, _) = self.index.progress().of(dataset);
        if let Some(known) = self.archive.catalog().totals().known_between(cursor, through) {
            self.advance(dataset, known, None)?;
        }
        if through > cursor { self.advance(dataset, through, Some(items)) } else { Ok(()) }
    }

    /// Moves the cursors to the record of the saved counts, where no record is left before it.
    fn adopt_saved_counts(&self) -> Result<(), StoreError> {
        let at = self.index.progress().indexed_through();
        let known = self.archive.catalog().totals().known_between(at, Sequence(i64::MAX));
        let Some(known) = known else { return Ok(()) };
        let next = self.wal.sizes_after(at, 1).map_err(StoreError::Wal)?;
        if next.first().is_some_and(|next| next.sequence <= known) {
            return Ok(());
        }
        let batch = IndexBatch { span_cursor: known, log_record_cursor: known, ..IndexBatch::default() };
        self.index.commit(&batch).map(drop)
    }

    /// Moves the cursor of a dataset, with all its items up to there where that is known.
    fn advance(&self, dataset: Dataset, through: Sequence, total: Option<u64>) -> Result<(), StoreError> {
        let mut batch = IndexBatch::default();
        batch.end_at(dataset, through, total);
        self.index.commit(&batch).map(drop)
    }
}

/// The files beyond `cursor`.
fn files_beyond(sealed: Sealed, cursor: Sequence) -> impl Iterator<Item = FileToRead> {
    let files = sealed.files.into_iter().filter(move |file| file.last_sequence > cursor);
    let files: Vec<Leased> = files.collect();
    let ahead: u64 = files.iter().map(|file| file.item_count).sum();
    let mut items_through = sealed.items.saturating_sub(ahead);
    files.into_iter().map(move |file| {
        items_through += file.item_count;
        FileToRead { file, items_through }
    })
}
