//! Opening and closing the index, and filling it from the archive.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use junjo_wal::Sequence;

use super::{IndexState, SpanStore};
use crate::archive::ahead::read_ahead;
use crate::archive::item::ArchiveItem;
use crate::archive::manifest::{Leased, Sealed};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::executor::{Admission, Executor};
use crate::index::commit::{IndexBatch, Progress};
use crate::index::delete::delete;
use crate::index::fault::{Fault, Health};
use crate::index::logs::clear_logs;
use crate::index::open::{FewCheckpoints, open};
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// Rows committed at a time while the index is rebuilt from the archive.
const REBUILD_ROWS: usize = 65_536;

impl SpanStore {
    /// Opens the index, and fills a new one from the archive; one that is damaged is set aside first, whole. Blocking;
    /// queries work as soon as the file is open. Call it again after it failed, and when [`Self::is_faulted`].
    pub fn open_index(&self) -> Result<(), StoreError> {
        let mut outcome = self.open_anew();
        if outcome.is_err() && matches!(self.health().fault(), Some(Fault::Corrupt(_))) {
            // found while it was opened or filled
            outcome = self.open_anew();
        }
        if let Err(error) = &outcome {
            *self.inner.state.write() = IndexState::Degraded(chain(error));
        }
        outcome
    }

    /// Closes what is open, and opens the file, or a new one in the place of a damaged one.
    fn open_anew(&self) -> Result<(), StoreError> {
        self.release();
        if let Some(Fault::Corrupt(reason)) = self.health().fault() {
            self.inner.renewals.lock().set_aside(&self.inner.options.index, &reason)?;
        }
        *self.inner.health.write() = Health::default();
        *self.inner.state.write() = IndexState::Opening;
        self.noted(self.try_open_index())
    }

    /// Ends the filling of a lost index with the commit that is running; the next start goes on there.
    pub fn stop_opening(&self) {
        self.inner.stops_opening.store(true, Ordering::Release);
    }

    fn try_open_index(&self) -> Result<(), StoreError> {
        let inner = &self.inner;
        let opened = open(&inner.options.index, &mut inner.renewals.lock())?;
        let reader = opened.connection.try_clone().map_err(StoreError::index("open the index"))?;
        let progress = opened.progress;
        let mut writer = inner.writer.lock();
        // under the lock: what is asked for from here on finds the connection
        for deletion in inner.manifest.deletions().pending() {
            delete(&opened.connection, deletion.scope(), inner.prices)?;
        }
        // before the progress: whoever sees what is indexed can query it
        let executor = Executor::new(reader, Admission::INDEX, None).reporting_to(self.health());
        *inner.executor.write() = Some(Arc::new(executor));
        *inner.progress.write() = progress;
        inner.committed.send_replace(progress.newest());
        *writer = Some(opened.connection);
        drop(writer);
        self.rebuild(progress, opened.fresh)?;
        *inner.state.write() = IndexState::Ok;
        Ok(())
    }

    /// Whether records of a dataset after `cursor` are in the archive alone. Usually the index is behind the archive only
    /// because the sealer was faster; then the log still has everything, because it is never trimmed past the index.
    fn log_has_forgotten(&self, dataset: Dataset, cursor: Sequence) -> Result<bool, StoreError> {
        if self.inner.manifest.sealed_through(dataset) <= cursor {
            return Ok(false);
        }
        let oldest = self.inner.wal.sizes_after(Sequence(0), 1).map_err(StoreError::Wal)?;
        Ok(oldest.first().is_none_or(|oldest| oldest.sequence.0 > cursor.0 + 1))
    }

    /// Puts back what the archive has beyond the cursors (a lost or older index), file by file. Log records come first,
    /// so that what they say is there when their spans come.
    fn rebuild(&self, progress: Progress, fresh: bool) -> Result<(), StoreError> {
        let inner = &self.inner;
        let mut files: Vec<(Leased, u64)> = Vec::new();
        let mut marks = Vec::new();
        for (dataset, cursor) in [(Dataset::Logs, progress.log_cursor), (Dataset::Spans, progress.cursor)] {
            if fresh || self.log_has_forgotten(dataset, cursor)? {
                let sealed = inner.manifest.snapshot(dataset);
                marks.push((dataset, sealed.through, sealed.items));
                files.extend(with_totals(sealed, cursor));
            }
        }
        if files.iter().any(|(file, _)| file.dataset == Dataset::Logs)
            && let Some(connection) = inner.writer.lock().as_ref()
        {
            clear_logs(connection, progress.log_cursor)?;
        }
        let rows_total = files.iter().map(|(file, _)| file.row_count).sum();
        if rows_total > 0 {
            tracing::warn!(files = files.len(), rows = rows_total, "filling the index from the archive");
        }
        let _few =
            (rows_total > 0).then(|| FewCheckpoints::begin(inner.writer.lock().as_ref())).transpose()?;
        let mut rows_done = 0;
        for (file, total) in files {
            *inner.state.write() = IndexState::Rebuilding { rows: rows_done, rows_total };
            rows_done += file.row_count;
            match file.dataset {
                Dataset::Spans => self.rebuild_file::<WholeSpan>(&file, total, |batch| &mut batch.rows)?,
                Dataset::Logs => self.rebuild_file::<WholeLog>(&file, total, |batch| &mut batch.logs)?,
            }
        }
        marks.into_iter().try_for_each(|(dataset, through, items)| self.pass(dataset, through, items))?;
        self.take_up_counts()
    }

    /// Goes on to the record as of which the all-time counts are known, where no record is left before it.
    fn take_up_counts(&self) -> Result<(), StoreError> {
        let at = self.progress().indexed_through();
        let Some(known) = self.known_between(at, Sequence(i64::MAX)) else { return Ok(()) };
        let next = self.inner.wal.sizes_after(at, 1).map_err(StoreError::Wal)?;
        if next.first().is_some_and(|next| next.sequence <= known) {
            return Ok(());
        }
        let batch = IndexBatch { cursor: known, log_cursor: known, ..IndexBatch::default() };
        self.commit(&batch).map(drop)
    }

    /// Moves the cursor of a dataset to where it is sealed: the last files may be gone.
    fn pass(&self, dataset: Dataset, through: Sequence, items: u64) -> Result<(), StoreError> {
        let cursor = self.progress().of(dataset).0;
        if let Some(known) = self.known_between(cursor, through) {
            self.reach(dataset, &mut IndexBatch::default(), (known, None))?;
        }
        if through > cursor {
            self.reach(dataset, &mut IndexBatch::default(), (through, Some(items)))
        } else {
            Ok(())
        }
    }

    /// The record as of which the all-time counts are known, where it is between these.
    fn known_between(&self, after: Sequence, before: Sequence) -> Option<Sequence> {
        let known = self.inner.manifest.totals().known()?.cursor;
        (after < known && known < before).then_some(known)
    }

    /// Commits a batch of all rows of a dataset up to a record, with all items up to there where that is known.
    fn reach(
        &self,
        dataset: Dataset,
        batch: &mut IndexBatch,
        (through, total): (Sequence, Option<u64>),
    ) -> Result<(), StoreError> {
        let mut batch = std::mem::take(batch);
        match dataset {
            Dataset::Spans => (batch.cursor, batch.total_spans) = (through, total),
            Dataset::Logs => (batch.log_cursor, batch.total_logs) = (through, total),
        }
        self.commit(&batch).map(drop)
    }

    /// All rows of one file, then the cursor behind it, so that a kill repeats at most this file. `total` are all items of
    /// the dataset up to there, those of files that are gone included: it does not depend on where a rebuild began.
    fn rebuild_file<T>(
        &self,
        file: &Leased,
        total: u64,
        rows_of: fn(&mut IndexBatch) -> &mut Vec<T::Row>,
    ) -> Result<(), StoreError>
    where
        T: ArchiveItem,
        T::Row: Send,
    {
        let dataset = file.dataset;
        let path = self.inner.options.archive_dir.join(&file.path);
        let mut batch = IndexBatch::default();
        let (begin, mut counted) = self.progress().of(dataset);
        let mut known = self.known_between(begin, file.last_sequence);
        let (mut from, mut rows_behind) = (begin, 0);
        let mut take_up = |batch: &mut IndexBatch, known: Sequence| {
            self.reach(dataset, batch, (known, None))?;
            (from, counted) = self.progress().of(dataset);
            Ok::<(), StoreError>(())
        };
        let read = read_ahead::<T>(&path, &mut |rows| {
            if self.inner.stops_opening.load(Ordering::Acquire) {
                return Err(StoreError::Interrupted);
            }
            for row in rows {
                let sequence = T::place_of(&row).sequence;
                if let Some(known) = known.take_if(|known| sequence > *known) {
                    take_up(&mut batch, known)?;
                    rows_behind = 0;
                }
                if sequence > begin {
                    rows_behind += 1;
                    rows_of(&mut batch).push(row);
                }
            }
            if rows_of(&mut batch).len() >= REBUILD_ROWS {
                self.commit(&std::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        if let Some(known) = known.take() {
            take_up(&mut batch, known)?;
            rows_behind = 0;
        }
        if let Err(error) = read {
            tracing::error!(
                path = %path.display(),
                error = &error as &dyn std::error::Error,
                "archive file cannot be read; what it holds is missing from the index"
            );
            self.inner.manifest.suspect(&self.inner.options.archive_dir, file, &error);
        }
        let superseded = if from < file.first_sequence {
            file.item_count.saturating_sub(file.row_count + file.deleted_count)
        } else {
            total.saturating_sub(counted + rows_behind)
        };
        match dataset {
            Dataset::Spans => batch.superseded_spans = superseded,
            Dataset::Logs => batch.superseded_logs = superseded,
        }
        self.reach(dataset, &mut batch, (file.last_sequence, Some(total)))
    }

    /// Checkpoints and closes the index, after the last query has ended. Blocking.
    pub fn close(&self) {
        self.release();
        *self.inner.state.write() = IndexState::Opening;
    }

    /// Gives every connection to the index back. Two instances of one file would write over each other.
    fn release(&self) {
        let executor = self.inner.executor.write().take();
        if let Some(executor) = executor {
            executor.close();
        }
        let Some(connection) = self.inner.writer.lock().take() else { return };
        if !self.is_faulted()
            && let Err(error) = connection.execute_batch("CHECKPOINT")
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "checkpoint at close failed; the next start replays"
            );
        }
    }
}

/// The files beyond `cursor`, each with all items ever sealed up to its end.
fn with_totals(sealed: Sealed, cursor: Sequence) -> impl Iterator<Item = (Leased, u64)> {
    let files = sealed.files.into_iter().filter(move |file| file.last_sequence > cursor);
    let files: Vec<Leased> = files.collect();
    let ahead: u64 = files.iter().map(|file| file.item_count).sum();
    let mut total = sealed.items.saturating_sub(ahead);
    files.into_iter().map(move |file| {
        total += file.item_count;
        (file, total)
    })
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
