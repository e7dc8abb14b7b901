//! The store as one object: its parts, committing, and the state that a status route shows.

mod opening;
mod sealing;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use duckdb::Connection;
use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::archive::item::ArchiveItem;
use crate::archive::manifest::{ArchiveFile, Leased, Manifest};
use crate::archive::reconcile::{Reconciled, reconcile};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::executor::Executor;
use crate::index::commit::{Base, IndexBatch, Progress, commit};
use crate::index::delete::{Scope, delete};
use crate::index::fault::Health;
use crate::index::open::{IndexOptions, Renewals};
use crate::lifecycle::{CompactPolicy, Retention, UpkeepState};
use crate::payload::{self, Payload};
use crate::quarantine::Quarantine;
use crate::row::Place;
use crate::scan::{self, ScanOptions};
use crate::seal::SealPolicy;
use crate::trace_row::TraceRow;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

pub(crate) use opening::chain;

/// Where the store's files are and when it seals.
#[derive(Clone)]
pub struct StoreOptions {
    /// The index.
    pub index: IndexOptions,
    /// Folder of the Parquet files.
    pub archive_dir: PathBuf,
    /// Folder of records that cannot be decoded.
    pub quarantine_dir: PathBuf,
    /// When records are sealed.
    pub seal: SealPolicy,
    /// When archive files are merged.
    pub compact: CompactPolicy,
    /// How long archive files are kept.
    pub retention: Retention,
    /// What scans of whole spans may use.
    pub scan: ScanOptions,
}

/// What the index is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexState {
    /// Being opened; queries have to wait.
    Opening,
    /// Being filled from the archive; queries see what is there.
    Rebuilding {
        /// Rows put back so far.
        rows: u64,
        /// Rows in the archive.
        rows_total: u64,
    },
    /// In order.
    Ok,
    /// Cannot be used until the reason is removed; nothing acknowledged is lost meanwhile.
    Degraded(String),
}

/// Sizes for the status route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreSize {
    /// Spans in the index; unknown while it is not open.
    pub spans: Option<u64>,
    /// Log records in the index; unknown while it is not open.
    pub logs: Option<u64>,
    /// Bytes of the index on disk, its log included.
    pub index_bytes: u64,
    /// Files of the archive.
    pub archive_files: u64,
    /// Their bytes.
    pub archive_bytes: u64,
    /// Files of the archive that somebody found missing or damaged since the start.
    pub unreadable_files: u64,
}

/// A handle on the store; cheap to clone.
#[derive(Clone)]
pub struct SpanStore {
    inner: Arc<Inner>,
}

struct Inner {
    options: StoreOptions,
    wal: Wal,
    manifest: Manifest,
    quarantine: Quarantine,
    prices: &'static PriceTable,
    state: RwLock<IndexState>,
    /// Of the index as it is open now.
    health: RwLock<Health>,
    renewals: Mutex<Renewals>,
    progress: RwLock<Progress>,
    committed: watch::Sender<Sequence>,
    /// Up to where each dataset is sealed, or has nothing to seal.
    sealed: [RwLock<Sequence>; 2],
    writer: Mutex<Option<Connection>>,
    /// Whether the filling of a lost index should end: the server stops.
    stops_opening: AtomicBool,
    /// A complete archive file that the manifest could not take yet.
    unlisted: Mutex<Option<ArchiveFile>>,
    executor: RwLock<Option<Arc<Executor>>>,
    /// Opened by the first scan: a server that nobody searches on does not pay for it.
    scans: Mutex<Option<Arc<Executor>>>,
    reconciled: watch::Sender<bool>,
    upkeep: Mutex<UpkeepState>,
}

impl SpanStore {
    /// A store whose index is not open yet; appends to the log and sealing work already.
    pub fn new(options: StoreOptions, wal: Wal, manifest: Manifest) -> Self {
        let quarantine = Quarantine::new(options.quarantine_dir.clone());
        let sealed = Dataset::ALL.map(|dataset| RwLock::new(manifest.sealed_through(dataset)));
        let inner = Inner {
            sealed,
            options,
            wal,
            manifest,
            quarantine,
            prices: PriceTable::bundled(),
            state: RwLock::new(IndexState::Opening),
            health: RwLock::default(),
            renewals: Mutex::default(),
            progress: RwLock::new(Progress::default()),
            committed: watch::Sender::default(),
            writer: Mutex::new(None),
            stops_opening: AtomicBool::new(false),
            unlisted: Mutex::new(None),
            executor: RwLock::new(None),
            scans: Mutex::new(None),
            reconciled: watch::Sender::default(),
            upkeep: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Brings archive folder and manifest together; call it once before sealing. `now` is RFC 3339.
    pub async fn reconcile(&self, now: &str) -> Result<Reconciled, StoreError> {
        let inner = &self.inner;
        let done = reconcile(&inner.manifest, &inner.options.archive_dir, &inner.wal, now).await?;
        inner.reconciled.send_replace(true);
        Ok(done)
    }

    /// Waits until [`Self::reconcile`] has been done.
    pub async fn reconciled(&self) {
        let mut reconciled = self.inner.reconciled.subscribe();
        // the sender is ours, so waiting cannot fail
        let _ = reconciled.wait_for(|is_done| *is_done).await;
    }

    /// Commits decoded spans and log records with the cursors in one transaction; returns the traces that changed. Blocking.
    pub fn commit(&self, batch: &IndexBatch) -> Result<Vec<TraceRow>, StoreError> {
        let inner = &self.inner;
        let writer = inner.writer.lock();
        let connection = writer.as_ref().ok_or(StoreError::NotReady("it is not open"))?;
        let progress = *inner.progress.read();
        // asked for under the lock: a deletion that comes later finds the rows in the index
        let doomed = inner.manifest.deletions().doomed();
        let known = inner.manifest.totals().known();
        let base = Base { progress, known, wal_id: inner.wal.id(), prices: inner.prices, doomed: &doomed };
        let (next, traces) = self.noted(commit(connection, batch, base))?;
        *inner.progress.write() = next;
        inner.manifest.totals().note(next);
        inner.committed.send_replace(next.newest());
        Ok(traces)
    }

    /// Beyond this record the next batch must not go; a batch of everything up to it ends there. An index that is older than
    /// it was, or is made anew, takes up its all-time counts there.
    pub fn batch_end(&self) -> Sequence {
        let known = self.inner.manifest.totals().known().map(|known| known.cursor);
        known.filter(|known| self.progress().indexed_through() < *known).unwrap_or(Sequence(i64::MAX))
    }

    /// How far the index is.
    pub fn progress(&self) -> Progress {
        *self.inner.progress.read()
    }

    /// Tells of each commit: the newest indexed record.
    pub fn committed(&self) -> watch::Receiver<Sequence> {
        self.inner.committed.subscribe()
    }

    /// What the index is doing.
    pub fn index_state(&self) -> IndexState {
        let state = self.inner.state.read().clone();
        match (state, self.health().fault()) {
            // what came of the fault says more
            (state @ IndexState::Degraded(_), _) | (state, None) => state,
            (_, Some(fault)) => IndexState::Degraded(fault.detail()),
        }
    }

    /// Whether somebody met a fault that only [`Self::open_index`] cures: it closes the file, and has it made anew where
    /// it is damaged.
    pub fn is_faulted(&self) -> bool {
        self.health().fault().is_some()
    }

    /// Waits until somebody meets such a fault.
    pub async fn faulted(&self) {
        let health = self.health();
        health.faulted().await;
    }

    pub(super) fn health(&self) -> Health {
        self.inner.health.read().clone()
    }

    /// Remembers a fault that the writer met.
    fn noted<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        outcome.inspect_err(|error| {
            self.health().note(error);
        })
    }

    /// Where records that cannot be decoded are kept.
    pub fn quarantine(&self) -> &Quarantine {
        &self.inner.quarantine
    }

    /// The prices that cost is derived with.
    pub fn prices(&self) -> &'static PriceTable {
        self.inner.prices
    }

    /// Whole spans by place, in place order; what is damaged or gone is left out.
    pub async fn whole_spans(&self, places: Vec<Place>) -> Result<Vec<WholeSpan>, StoreError> {
        Ok(self.payload(places).await?.items)
    }

    /// Whole log records by place, in place order; what is damaged or gone is left out.
    pub async fn whole_logs(&self, places: Vec<Place>) -> Result<Vec<WholeLog>, StoreError> {
        Ok(self.payload(places).await?.items)
    }

    /// Whole items by place, in place order.
    pub(crate) async fn payload<T>(&self, places: Vec<Place>) -> Result<Payload<T>, StoreError>
    where
        T: ArchiveItem + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let read = move || {
            let dir = &inner.options.archive_dir;
            let mut read: Payload<T> =
                payload::read(&inner.wal, &inner.manifest, dir, inner.prices, &places)?;
            read.items.sort_unstable_by_key(ArchiveItem::place);
            Ok(read)
        };
        tokio::task::spawn_blocking(read).await.map_err(StoreError::Worker)?
    }

    /// Rows and bytes on disk.
    pub async fn size(&self) -> Result<StoreSize, StoreError> {
        let count = |connection: &Connection| {
            connection
                .query_row("SELECT (SELECT count(*) FROM spans), (SELECT count(*) FROM logs)", [], |row| {
                    Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
                })
                .map_err(StoreError::index("count rows"))
        };
        let counted = match self.executor() {
            Ok(executor) => executor.run(count).await,
            Err(error) => Err(error),
        };
        let (spans, logs) = match counted {
            Ok((spans, logs)) => (Some(spans), Some(logs)),
            Err(StoreError::NotReady(_)) => (None, None),
            Err(error) => return Err(error),
        };
        let path = &self.inner.options.index.path;
        let bytes = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        let (archive_files, archive_bytes) = self.inner.manifest.size();
        let index_bytes = bytes(path) + bytes(&path.with_extension("duckdb.wal"));
        let unreadable_files = self.inner.manifest.unreadable_files();
        Ok(StoreSize { spans, logs, index_bytes, archive_files, archive_bytes, unreadable_files })
    }

    /// The instance for scans.
    pub(crate) async fn scans(&self) -> Result<Arc<Executor>, StoreError> {
        if let Some(executor) = &*self.inner.scans.lock() {
            return Ok(Arc::clone(executor));
        }
        let store = self.clone();
        let open = move || {
            let mut scans = store.inner.scans.lock();
            if let Some(executor) = &*scans {
                return Ok(Arc::clone(executor));
            }
            let executor = Arc::new(scan::open(&store.inner.options.scan, &store.archive_dir())?);
            *scans = Some(Arc::clone(&executor));
            Ok(executor)
        };
        self.spawn_long(open).await.map_err(StoreError::Worker)?
    }

    /// Runs blocking work that takes long where it yields to others.
    pub fn spawn_long<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        match &self.inner.options.scan.runtime {
            Some(runtime) => runtime.spawn_blocking(work),
            None => tokio::task::spawn_blocking(work),
        }
    }

    /// Deletes rows from the index, and returns how many spans and log records that were; `None` while it is not open.
    /// Blocking.
    pub(crate) fn delete_rows(&self, scope: Scope<'_>) -> Result<Option<(usize, usize)>, StoreError> {
        let writer = self.inner.writer.lock();
        let delete = |connection| self.noted(delete(connection, scope, self.inner.prices));
        writer.as_ref().map(delete).transpose()
    }

    /// Writes everything of the index into its file; false while it is not open. Blocking.
    pub(crate) fn checkpoint(&self) -> Result<bool, StoreError> {
        let writer = self.inner.writer.lock();
        let Some(connection) = writer.as_ref() else { return Ok(false) };
        let written = connection.execute_batch("CHECKPOINT");
        self.noted(written.map_err(StoreError::index("checkpoint the index")))?;
        Ok(true)
    }

    /// Takes note that reading an archive file failed, where that is the file's fault.
    pub(crate) async fn suspect(&self, file: Leased, error: StoreError) -> Result<(), StoreError> {
        let store = self.clone();
        let look = move || store.manifest().suspect(&store.inner.options.archive_dir, &file, &error);
        self.spawn_long(look).await.map_err(StoreError::Worker)
    }

    pub(crate) fn options(&self) -> &StoreOptions {
        &self.inner.options
    }

    pub(crate) fn upkeep_state(&self) -> &Mutex<UpkeepState> {
        &self.inner.upkeep
    }

    pub(crate) fn wal(&self) -> &Wal {
        &self.inner.wal
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// The archive folder as DuckDB wants it.
    pub(crate) fn archive_dir(&self) -> PathBuf {
        let dir = &self.inner.options.archive_dir;
        std::path::absolute(dir).unwrap_or_else(|_| dir.clone())
    }

    pub(crate) fn executor(&self) -> Result<Arc<Executor>, StoreError> {
        self.inner.executor.read().clone().ok_or(StoreError::NotReady("it is being opened"))
    }
}
