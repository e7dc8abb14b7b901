//! Seals what is due of each dataset, and trims the wal.

use std::sync::Arc;

use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};
use parking_lot::{Mutex, RwLock};

use super::plan::{Due, Plan, SealPolicy, plan};
use crate::archive::handle::Archive;
use crate::archive::write::{SealJob, write_file};
use crate::catalog::file::ArchiveFile;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::long_work::LongWork;
use crate::quarantine::Quarantine;
use crate::turns::Turns;

/// What sealing needs and knows; cheap to clone.
#[derive(Clone)]
pub(crate) struct Sealer {
    inner: Arc<Inner>,
}

/// What sealing works on.
pub(crate) struct SealParts {
    pub(crate) wal: Wal,
    pub(crate) archive: Archive,
    pub(crate) quarantine: Quarantine,
    pub(crate) prices: &'static PriceTable,
    pub(crate) work: LongWork,
    pub(crate) turns: Turns,
}

struct Inner {
    policy: SealPolicy,
    parts: SealParts,
    /// Up to where each dataset is sealed, or has nothing to seal.
    sealed: [RwLock<Sequence>; 2],
    /// A complete archive file that the manifest could not take yet.
    unlisted: Mutex<Option<ArchiveFile>>,
}

impl Sealer {
    pub(crate) fn new(policy: SealPolicy, parts: SealParts) -> Self {
        let manifest = parts.archive.manifest();
        let sealed = Dataset::ALL.map(|dataset| RwLock::new(manifest.sealed_through(dataset)));
        let inner = Inner { policy, parts, sealed, unlisted: Mutex::new(None) };
        Self { inner: Arc::new(inner) }
    }

    /// Seals the next due range of records of each dataset; empty when nothing is due.
    pub(crate) async fn seal_due(&self, now_unix_nano: i64) -> Result<Vec<ArchiveFile>, StoreError> {
        let unlisted = self.inner.unlisted.lock().clone();
        if let Some(file) = unlisted {
            return self.list(file, now_unix_nano).await.map(|file| vec![file]);
        }
        let mut sealed = Vec::new();
        for dataset in Dataset::ALL {
            sealed.extend(self.seal_due_of(dataset, now_unix_nano).await?);
        }
        Ok(sealed)
    }

    async fn seal_due_of(
        &self,
        dataset: Dataset,
        now_unix_nano: i64,
    ) -> Result<Option<ArchiveFile>, StoreError> {
        let inner = Arc::clone(&self.inner);
        let manifest = inner.parts.archive.manifest();
        let after = self.sealed_through(dataset).max(manifest.sealed_through(dataset));
        let write = move || inner.write_due(dataset, after, now_unix_nano);
        let (plan, file) = self.inner.parts.work.run(write).await?;
        match (plan, file) {
            (Plan::Wait, _) => Ok(None),
            (Plan::Sealed(through), _) => {
                self.mark_sealed(dataset, through);
                Ok(None)
            }
            (Plan::Seal(range), None) => {
                self.inner.parts.archive.manifest().skip_through(dataset, range.last, 0).await?;
                self.mark_sealed(dataset, range.last);
                Ok(None)
            }
            (Plan::Seal(_), Some(file)) => self.list(file, now_unix_nano).await.map(Some),
        }
    }

    /// Puts a file into the manifest. When that fails it is tried again before anything else is sealed: another file
    /// over a part of the same range would never be listed and never be removed.
    async fn list(&self, file: ArchiveFile, now_unix_nano: i64) -> Result<ArchiveFile, StoreError> {
        *self.inner.unlisted.lock() = Some(file.clone());
        self.inner.parts.archive.catalog().list(file.clone(), file.item_count, now_unix_nano).await?;
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

    /// Lets the wal forget what is indexed, and sealed in the dataset that it belongs to.
    pub(crate) fn trim(&self, indexed_through: Sequence) {
        let sealed = Dataset::ALL.map(|dataset| self.sealed_through(dataset));
        self.inner.parts.wal.trim(sealed.into_iter().fold(indexed_through, Sequence::min));
    }
}

impl Inner {
    /// Writes the file of the next range, where one is due and holds anything. Blocking.
    fn write_due(
        &self,
        dataset: Dataset,
        after: Sequence,
        now_unix_nano: i64,
    ) -> Result<(Plan, Option<ArchiveFile>), StoreError> {
        let parts = &self.parts;
        let due = Due { policy: self.policy, items_max: parts.turns.room.items_max(), now_unix_nano };
        let plan = plan(&parts.wal, dataset, after, due)?;
        let Plan::Seal(range) = &plan else { return Ok((plan, None)) };
        let file = write_file(&SealJob {
            wal: &parts.wal,
            range,
            archive_dir: parts.archive.dir(),
            prices: parts.prices,
            quarantine: &parts.quarantine,
            to_delete: &parts.archive.catalog().deletions().to_delete(),
            turns: &parts.turns,
        })?;
        Ok((plan, file))
    }
}
