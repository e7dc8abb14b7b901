//! The store as one object: opening, committing, sealing, trimming, and the state that a status route shows.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use duckdb::Connection;
use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::archive::ahead::read_ahead;
use crate::archive::item::ArchiveItem;
use crate::archive::manifest::{ArchiveFile, Manifest, Sealed};
use crate::archive::reconcile::{Reconciled, reconcile};
use crate::archive::write::{SealJob, write_file};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::executor::{Admission, Executor};
use crate::index::commit::{Base, IndexBatch, Progress, commit, load_progress};
use crate::index::logs::clear_logs;
use crate::index::open::{FewCheckpoints, IndexOptions, open};
use crate::payload;
use crate::quarantine::Quarantine;
use crate::row::Place;
use crate::scan::{self, ScanOptions};
use crate::seal::{Plan, SealPolicy, plan};
use crate::trace_row::TraceRow;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// Rows committed at a time while the index is rebuilt from the archive.
const REBUILD_ROWS: usize = 65_536;

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
    /// Spans in the index.
    pub spans: u64,
    /// Log records in the index.
    pub logs: u64,
    /// Bytes of the index on disk, its log included.
    pub index_bytes: u64,
    /// Files of the archive.
    pub archive_files: u64,
    /// Their bytes.
    pub archive_bytes: u64,
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
            progress: RwLock::new(Progress::default()),
            committed: watch::Sender::default(),
            writer: Mutex::new(None),
            stops_opening: AtomicBool::new(false),
            unlisted: Mutex::new(None),
            executor: RwLock::new(None),
            scans: Mutex::new(None),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Brings archive folder and manifest together; call it once before sealing. `now` is RFC 3339.
    pub async fn reconcile(&self, now: &str) -> Result<Reconciled, StoreError> {
        let inner = &self.inner;
        reconcile(&inner.manifest, &inner.options.archive_dir, &inner.wal, now).await
    }

    /// Opens the index, and fills a new one from the archive. Blocking; queries work as soon as the file is open.
    pub fn open_index(&self) -> Result<(), StoreError> {
        let outcome = self.try_open_index();
        if let Err(error) = &outcome {
            *self.inner.state.write() = IndexState::Degraded(chain(error));
        }
        outcome
    }

    /// Ends the filling of a lost index with the commit that is running; the next start goes on there.
    pub fn stop_opening(&self) {
        self.inner.stops_opening.store(true, Ordering::Release);
    }

    fn try_open_index(&self) -> Result<(), StoreError> {
        let inner = &self.inner;
        let opened = open(&inner.options.index)?;
        let reader = opened.connection.try_clone().map_err(StoreError::index("open the index"))?;
        let progress = load_progress(&opened.connection)?;
        *inner.progress.write() = progress;
        inner.committed.send_replace(progress.newest());
        *inner.executor.write() = Some(Arc::new(Executor::new(reader, Admission::INDEX, None)));
        *inner.writer.lock() = Some(opened.connection);
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
        Ok(oldest.first().is_none_or(|(oldest, _, _)| oldest.0 > cursor.0 + 1))
    }

    /// Puts back what the archive has beyond the cursors (a lost or older index), file by file. Log records come first,
    /// so that what they say is there when their spans come.
    fn rebuild(&self, progress: Progress, fresh: bool) -> Result<(), StoreError> {
        let inner = &self.inner;
        let mut files: Vec<(ArchiveFile, u64)> = Vec::new();
        for (dataset, cursor) in [(Dataset::Logs, progress.log_cursor), (Dataset::Spans, progress.cursor)] {
            if fresh || self.log_has_forgotten(dataset, cursor)? {
                files.extend(with_totals(inner.manifest.snapshot(dataset), cursor));
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
        Ok(())
    }

    /// All rows of one file, then the cursor behind it, so that a kill repeats at most this file. `total` are all items of
    /// the dataset up to there, those of files that are gone included: it does not depend on where a rebuild began.
    fn rebuild_file<T>(
        &self,
        file: &ArchiveFile,
        total: u64,
        rows_of: fn(&mut IndexBatch) -> &mut Vec<T::Row>,
    ) -> Result<(), StoreError>
    where
        T: ArchiveItem,
        T::Row: Send,
    {
        let path = self.inner.options.archive_dir.join(&file.path);
        let mut batch = IndexBatch::default();
        let progress = self.progress();
        let before = if file.dataset == Dataset::Logs { progress.log_cursor } else { progress.cursor };
        let read = read_ahead::<T>(&path, &mut |rows| {
            if self.inner.stops_opening.load(Ordering::Acquire) {
                return Err(StoreError::Interrupted);
            }
            let is_new = |row: &T::Row| T::place_of(row).sequence > before;
            rows_of(&mut batch).extend(rows.into_iter().filter(is_new));
            if rows_of(&mut batch).len() >= REBUILD_ROWS {
                self.commit(&std::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        if let Err(error) = read {
            tracing::error!(
                path = %path.display(),
                error = &error as &dyn std::error::Error,
                "archive file cannot be read; what it holds is missing from the index"
            );
        }
        let superseded = file.item_count.saturating_sub(file.row_count);
        let superseded = if before < file.first_sequence { superseded } else { 0 };
        match file.dataset {
            Dataset::Spans => {
                (batch.cursor, batch.total_spans) = (file.last_sequence, Some(total));
                batch.superseded_spans = superseded;
            }
            Dataset::Logs => {
                (batch.log_cursor, batch.total_logs) = (file.last_sequence, Some(total));
                batch.superseded_logs = superseded;
            }
        }
        self.commit(&batch).map(drop)
    }

    /// Commits decoded spans and log records with the cursors in one transaction; returns the traces that changed. Blocking.
    pub fn commit(&self, batch: &IndexBatch) -> Result<Vec<TraceRow>, StoreError> {
        let inner = &self.inner;
        let writer = inner.writer.lock();
        let connection = writer.as_ref().ok_or(StoreError::NotReady("it is not open"))?;
        let progress = *inner.progress.read();
        let base = Base { progress, wal_id: inner.wal.id(), prices: inner.prices };
        let (next, traces) = commit(connection, batch, base)?;
        *inner.progress.write() = next;
        inner.committed.send_replace(next.newest());
        Ok(traces)
    }

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
                self.inner.manifest.skip_through(dataset, range.last).await?;
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
        self.inner.manifest.insert(file.clone(), now).await?;
        *self.inner.unlisted.lock() = None;
        self.mark_sealed(file.dataset, file.last_sequence);
        Ok(file)
    }

    /// Up to where a dataset is sealed, or has nothing to seal.
    fn sealed_through(&self, dataset: Dataset) -> Sequence {
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
        self.inner.state.read().clone()
    }

    /// Whether DuckDB has declared its instance unusable: only closing and opening it again helps.
    pub fn is_fatal(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Index { source, .. }
            if ["FATAL", "database has been invalidated"].iter().any(|sign| source.to_string().contains(sign)))
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
        self.whole_items(places).await
    }

    /// Whole log records by place, in place order; what is damaged or gone is left out.
    pub async fn whole_logs(&self, places: Vec<Place>) -> Result<Vec<WholeLog>, StoreError> {
        self.whole_items(places).await
    }

    async fn whole_items<T>(&self, places: Vec<Place>) -> Result<Vec<T>, StoreError>
    where
        T: ArchiveItem + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let read = move || {
            let dir = &inner.options.archive_dir;
            let mut items: Vec<T> = payload::read(&inner.wal, &inner.manifest, dir, inner.prices, &places)?;
            items.sort_unstable_by_key(ArchiveItem::place);
            Ok(items)
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
        let (spans, logs) = match self.executor() {
            Ok(executor) => executor.run(count).await?,
            Err(_) => (0, 0),
        };
        let path = &self.inner.options.index.path;
        let bytes = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        let (archive_files, archive_bytes) = self.inner.manifest.size();
        let index_bytes = bytes(path) + bytes(&path.with_extension("duckdb.wal"));
        Ok(StoreSize { spans, logs, index_bytes, archive_files, archive_bytes })
    }

    /// Checkpoints and closes the index. Blocking.
    pub fn close(&self) {
        *self.inner.state.write() = IndexState::Opening;
        *self.inner.executor.write() = None;
        if let Some(connection) = self.inner.writer.lock().take()
            && let Err(error) = connection.execute_batch("CHECKPOINT")
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "checkpoint at close failed; the next start replays"
            );
        }
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

/// The files beyond `cursor`, each with all items ever sealed up to its end.
fn with_totals(sealed: Sealed, cursor: Sequence) -> impl Iterator<Item = (ArchiveFile, u64)> {
    let files = sealed.files.into_iter().filter(move |file| file.last_sequence > cursor);
    let files: Vec<ArchiveFile> = files.collect();
    let ahead: u64 = files.iter().map(|file| file.item_count).sum();
    let mut total = sealed.items.saturating_sub(ahead);
    files.into_iter().map(move |file| {
        total += file.item_count;
        (file, total)
    })
}

/// An error with its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
