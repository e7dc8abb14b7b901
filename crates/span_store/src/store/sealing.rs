//! Sealing: the oldest records become archive files, and the log may forget them.

use std::sync::Arc;

use junjo_wal::Sequence;

use super::SpanStore;
use crate::archive::manifest::ArchiveFile;
use crate::archive::write::{SealJob, write_file};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::seal::{Plan, plan};

impl SpanStore {
    /// Seals the next due range of records of each dataset; empty when nothing is due. `now` is the clock as unix
    /// nanoseconds and as RFC 3339.
    pub async fn seal_due(&self, now_unix_nanos: i64, now: &str) -> Result<Vec<ArchiveFile>, StoreError> {
        let unlisted = self.inner.unlisted.lock().clone();
        if let Some(file) = unlisted {
            return self.list(file, now).await.map(|file| vec![file]);
        }
        let mut sealed = Vec::new();
        for dataset in Dataset::ALL {
            sealed.extend(self.seal_due_of(dataset, now_unix_nanos, now).await?);
        }
        Ok(sealed)
    }

    async fn seal_due_of(
        &self,
        dataset: Dataset,
        now_unix_nanos: i64,
        now: &str,
    ) -> Result<Option<ArchiveFile>, StoreError> {
        let inner = Arc::clone(&self.inner);
        let after = self.sealed_through(dataset).max(inner.manifest.sealed_through(dataset));
        let task = tokio::task::spawn_blocking(move || -> Result<_, StoreError> {
            let plan = plan(&inner.wal, (dataset, after), inner.options.seal, now_unix_nanos)?;
            let Plan::Seal(range) = &plan else { return Ok((plan, None)) };
            let file = write_file(&SealJob {
                wal: &inner.wal,
                range,
                archive_dir: &inner.options.archive_dir,
                prices: inner.prices,
                quarantine: &inner.quarantine,
                doomed: &inner.manifest.deletions().doomed(),
            })?;
            Ok((plan, file))
        });
        let (plan, file) = task.await.map_err(StoreError::Worker)??;
        match (plan, file) {
            (Plan::Wait, _) => Ok(None),
            (Plan::Sealed(through), _) => {
                self.mark_sealed(dataset, through);
                Ok(None)
            }
            (Plan::Seal(range), None) => {
                self.inner.manifest.skip_through(dataset, range.last, 0).await?;
                self.mark_sealed(dataset, range.last);
                Ok(None)
            }
            (Plan::Seal(_), Some(file)) => self.list(file, now).await.map(Some),
        }
    }

    /// Puts a file into the manifest. When that fails it is tried again before anything else is sealed: another file
    /// over a part of the same range would never be listed and never be removed.
    async fn list(&self, file: ArchiveFile, now: &str) -> Result<ArchiveFile, StoreError> {
        *self.inner.unlisted.lock() = Some(file.clone());
        self.inner.manifest.insert(file.clone(), file.item_count, now).await?;
        *self.inner.unlisted.lock() = None;
        self.mark_sealed(file.dataset, file.last_sequence);
        Ok(file)
    }

    /// Up to where a dataset is sealed, or has nothing to seal.
    pub(crate) fn sealed_through(&self, dataset: Dataset) -> Sequence {
        *self.inner.sealed[dataset as usize].read()
    }

    fn mark_sealed(&self, dataset: Dataset, through: Sequence) {
        let mut mark = self.inner.sealed[dataset as usize].write();
        *mark = through.max(*mark);
    }

    /// Lets the log forget what is indexed, and sealed in the dataset that it belongs to.
    pub fn trim(&self) {
        let sealed = Dataset::ALL.map(|dataset| self.sealed_through(dataset));
        let up_to = sealed.into_iter().fold(self.progress().indexed_through(), Sequence::min);
        self.inner.wal.trim(up_to);
    }
}
