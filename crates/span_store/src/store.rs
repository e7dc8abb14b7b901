//! The store as one object: a table of contents. Each method hands over to the part that does the work.

mod arrival;
mod questions;
mod upkeep;

use std::path::{Path, PathBuf};

use junjo_memory::Memory;
use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::archive::handle::Archive;
use crate::archive::payload::Payloads;
use crate::archive::reconcile::Reconciled;
use crate::catalog::file::ArchiveFile;
use crate::catalog::handle::Catalog;
use crate::error::StoreError;
use crate::index::batch::IndexBatch;
use crate::index::delete::Scope;
use crate::index::handle::Index;
use crate::index::options::IndexState;
use crate::index::probe::Probe;
use crate::index::settle::Settled;
use crate::long_work::LongWork;
use crate::progress::Progress;
use crate::quarantine::Quarantine;
use crate::query::handle::Queries;
use crate::rebuild::opener::Opener;
use crate::scan::handle::{Scans, Sources};
use crate::seal::sealer::{SealParts, Sealer};
use crate::store_options::{StoreOptions, StoreSize};
use crate::trace_row::TraceRow;
use crate::turns::{Busy, Turns};
use crate::upkeep::handle::{UpkeepParts, UpkeepWork};

/// A handle on the store; cheap to clone.
#[derive(Clone)]
pub struct SpanStore {
    wal: Wal,
    prices: &'static PriceTable,
    quarantine: Quarantine,
    long_work: LongWork,
    /// What nobody waits for: seals and merges.
    patient_work: LongWork,
    turns: Turns,
    index: Index,
    archive: Archive,
    scans: Scans,
    queries: Queries,
    opener: Opener,
    sealer: Sealer,
    upkeep: UpkeepWork,
}

impl SpanStore {
    /// A store whose index is not open yet; appends to the wal and sealing work already.
    pub fn new(options: StoreOptions, wal: Wal, catalog: Catalog) -> Self {
        let prices = PriceTable::bundled();
        let quarantine = Quarantine::new(options.quarantine_dir, wal.id());
        let long_work = LongWork::on(options.scan.runtime.clone());
        let (patient_work, turns) = (LongWork::on(None), Turns::default());
        let index = Index::new(options.index, catalog.clone(), prices, wal.id());
        let archive = Archive::new(options.archive_dir, catalog);
        let sources = Sources {
            wal: wal.clone(),
            index: index.clone(),
            archive: archive.clone(),
            quarantine: quarantine.clone(),
            prices,
        };
        let scans = Scans::new(options.scan, sources);
        let payloads = Payloads::new(wal.clone(), archive.clone(), prices);
        let parts = SealParts {
            wal: wal.clone(),
            archive: archive.clone(),
            quarantine: quarantine.clone(),
            prices,
            work: patient_work.clone(),
            turns: turns.clone(),
        };
        let sealer = Sealer::new(options.seal, parts);
        let parts = UpkeepParts {
            wal: wal.clone(),
            index: index.clone(),
            archive: archive.clone(),
            sealer: sealer.clone(),
            quarantine: quarantine.clone(),
            long_work: long_work.clone(),
            patient_work: patient_work.clone(),
            turns: turns.clone(),
        };
        Self {
            queries: Queries::new(payloads, scans.clone(), options.memory),
            opener: Opener::new(index.clone(), archive.clone(), wal.clone()),
            upkeep: UpkeepWork::new(parts, options.compact, options.retention),
            wal,
            prices,
            quarantine,
            long_work,
            patient_work,
            turns,
            index,
            archive,
            scans,
            sealer,
        }
    }
}

/// The parts.
impl SpanStore {
    /// Where records that cannot be decoded are kept.
    pub fn quarantine(&self) -> &Quarantine {
        &self.quarantine
    }

    /// The prices that cost is derived with.
    pub fn prices(&self) -> &'static PriceTable {
        self.prices
    }

    /// Rows and bytes on disk.
    pub async fn size(&self) -> Result<StoreSize, StoreError> {
        let (spans, logs) = match self.index.count_rows().await {
            Ok((spans, logs)) => (Some(spans), Some(logs)),
            Err(StoreError::NotReady(_)) => (None, None),
            Err(error) => return Err(error),
        };
        let (archive_files, archive_bytes) = self.archive.manifest().size();
        let unreadable_files = self.archive.unreadable().count();
        let index_bytes = self.index.bytes();
        Ok(StoreSize { spans, logs, index_bytes, archive_files, archive_bytes, unreadable_files })
    }

    /// Seals and merges on the threads of `runtime` from now on, which yield to those that index, with memory of
    /// `Part::Seal`.
    pub fn write_files_on(&self, runtime: Handle, memory: Memory) {
        self.patient_work.move_to(runtime);
        self.turns.room.take_from(memory);
    }

    /// Says that somebody indexes until this is dropped, so that seals and merges give way.
    pub(crate) fn is_indexing(&self) -> Busy {
        self.turns.busy()
    }

    /// Runs blocking work that takes long where it yields to others.
    pub fn spawn_long<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.long_work.spawn(work)
    }
}

/// The index.
impl SpanStore {
    /// Opens the index, and fills a new one from the archive; one that is damaged is set aside first, whole. Blocking;
    /// queries work as soon as the file is open. Call it again after it failed, and when [`Self::is_faulted`].
    pub fn open_index(&self) -> Result<(), StoreError> {
        self.opener.open_index()
    }

    /// Ends the filling of a lost index after the commit that is running; the next start continues there.
    pub fn stop_opening(&self) {
        self.opener.stop();
    }

    /// Checkpoints and closes the index, after the last query has ended. Blocking.
    pub fn close(&self) {
        self.index.close();
    }

    /// Commits decoded spans and log records with the cursors in one transaction; returns the traces that changed. Blocking.
    pub fn commit(&self, batch: &IndexBatch) -> Result<Vec<TraceRow>, StoreError> {
        self.index.commit(batch)
    }

    /// Where it is noted with which record a process begins.
    pub(crate) fn note_path(&self) -> PathBuf {
        self.index.note_path()
    }

    /// Tries a file in a child process. Blocking.
    pub(crate) fn probe(&self, path: &Path) -> Probe {
        self.index.probe(path)
    }

    /// Deletes rows of the index. Blocking.
    pub(crate) fn delete_rows(&self, scope: Scope<'_>) -> Result<(), StoreError> {
        self.index.delete_rows(scope).map(drop)
    }

    /// Last record that may be in the next batch: all-time counts are known exactly there, and an index that is older than it
    /// was, or is made anew, adopts them.
    pub fn batch_end(&self) -> Sequence {
        self.index.batch_end()
    }

    /// Computes the row of one large trace that commits could not compute; `None` when none waits. Blocking.
    pub fn compute_unsettled(&self, memory: &Memory) -> Result<Option<Settled>, StoreError> {
        self.index.compute_unsettled(memory)
    }

    /// Writes what was computed. Blocking.
    pub fn settle(&self, settled: &Settled) -> Result<(), StoreError> {
        self.index.settle(settled)
    }

    /// How far the index is.
    pub fn progress(&self) -> Progress {
        self.index.progress()
    }

    /// Tells of each commit: the newest indexed record.
    pub fn committed(&self) -> watch::Receiver<Sequence> {
        self.index.committed()
    }

    /// What the index is doing.
    pub fn index_state(&self) -> IndexState {
        self.index.state()
    }

    /// Whether somebody met a fault that only [`Self::open_index`] cures: it closes the file, and has it made anew where
    /// it is damaged.
    pub fn is_faulted(&self) -> bool {
        self.index.is_faulted()
    }

    /// Waits until somebody meets such a fault.
    pub async fn faulted(&self) {
        self.index.health().faulted().await;
    }
}

/// The archive.
impl SpanStore {
    /// Brings archive folder and manifest together; call it once before sealing.
    pub async fn reconcile(&self, now_unix_nano: i64) -> Result<Reconciled, StoreError> {
        self.archive.reconcile(&self.wal, now_unix_nano).await
    }

    /// Waits until [`Self::reconcile`] has been done.
    pub async fn reconciled(&self) {
        self.archive.reconciled().await;
    }

    /// Seals the next due range of records of each dataset; empty when nothing is due.
    pub async fn seal_due(&self, now_unix_nano: i64) -> Result<Vec<ArchiveFile>, StoreError> {
        self.sealer.seal_due(now_unix_nano).await
    }

    /// Lets the wal forget what is indexed, and sealed in the dataset that it belongs to.
    pub fn trim(&self) {
        self.sealer.trim(self.progress().indexed_through());
    }
}

/// What tests look into.
#[cfg(test)]
impl SpanStore {
    pub(crate) fn catalog(&self) -> &Catalog {
        self.archive.catalog()
    }

    pub(crate) fn scans(&self) -> &Scans {
        &self.scans
    }
}
