//! The store as one object: opening, committing, sealing, trimming, and the state that a status route shows.

use std::path::PathBuf;
use std::sync::Arc;

use duckdb::Connection;
use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::archive::manifest::{ArchiveFile, Manifest};
use crate::archive::read::read_rows;
use crate::archive::reconcile::{Reconciled, reconcile};
use crate::archive::write::{SealJob, write_file};
use crate::error::StoreError;
use crate::executor::{Admission, Executor};
use crate::index::commit::{IndexBatch, Progress, commit, load_progress};
use crate::index::open::{IndexOptions, open};
use crate::payload;
use crate::quarantine::Quarantine;
use crate::row::Place;
use crate::scan::{self, ScanOptions};
use crate::seal::{SealPolicy, plan};
use crate::trace_row::TraceRow;
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
    writer: Mutex<Option<Connection>>,
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
        let inner = Inner {
            options,
            wal,
            manifest,
            quarantine,
            prices: PriceTable::bundled(),
            state: RwLock::new(IndexState::Opening),
            progress: RwLock::new(Progress::default()),
            committed: watch::Sender::default(),
            writer: Mutex::new(None),
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

    fn try_open_index(&self) -> Result<(), StoreError> {
        let inner = &self.inner;
        let opened = open(&inner.options.index)?;
        let reader = opened.connection.try_clone().map_err(StoreError::index("open the index"))?;
        let progress = load_progress(&opened.connection)?;
        *inner.progress.write() = progress;
        inner.committed.send_replace(progress.cursor);
        *inner.executor.write() = Some(Arc::new(Executor::new(reader, Admission::INDEX, None)));
        *inner.writer.lock() = Some(opened.connection);
        if opened.fresh || self.log_has_forgotten(progress.cursor)? {
            self.rebuild(progress.cursor)?;
        }
        *inner.state.write() = IndexState::Ok;
        Ok(())
    }

    /// Whether records after `cursor` are in the archive alone. Usually the index is behind the archive only because the
    /// sealer was faster; then the log still has everything, because it is never trimmed past the index.
    fn log_has_forgotten(&self, cursor: Sequence) -> Result<bool, StoreError> {
        if self.inner.manifest.sealed_through() <= cursor {
            return Ok(false);
        }
        let oldest = self.inner.wal.sizes_after(Sequence(0), 1).map_err(StoreError::Wal)?;
        Ok(oldest.first().is_none_or(|(oldest, _, _)| oldest.0 > cursor.0 + 1))
    }

    /// Puts back what the archive has beyond `cursor` (a lost or older index), file by file.
    fn rebuild(&self, cursor: Sequence) -> Result<(), StoreError> {
        let inner = &self.inner;
        let sealed = inner.manifest.sealed();
        let files: Vec<ArchiveFile> =
            sealed.files.into_iter().filter(|file| file.last_sequence > cursor).collect();
        let rows_total = files.iter().map(|file| file.row_count).sum();
        if rows_total > 0 {
            tracing::warn!(files = files.len(), rows = rows_total, "filling the index from the archive");
        }
        let mut rows_done = 0;
        let mut items_ahead: u64 = files.iter().map(|file| file.item_count).sum();
        for file in files {
            *inner.state.write() = IndexState::Rebuilding { rows: rows_done, rows_total };
            rows_done += file.row_count;
            items_ahead -= file.item_count;
            self.rebuild_file(&file, sealed.items.saturating_sub(items_ahead))?;
        }
        Ok(())
    }

    /// All rows of one file, then the cursor behind it, so that a kill repeats at most this file. `total_spans` are all
    /// spans up to there, those of files that are gone included: the total does not depend on where a rebuild began.
    fn rebuild_file(&self, file: &ArchiveFile, total_spans: u64) -> Result<(), StoreError> {
        let path = self.inner.options.archive_dir.join(&file.path);
        let mut batch = IndexBatch::default();
        let before = self.progress();
        let read = read_rows(&path, &mut |rows| {
            batch.rows.extend(rows);
            if batch.rows.len() >= REBUILD_ROWS {
                let full = IndexBatch { cursor: before.cursor, ..std::mem::take(&mut batch) };
                self.commit(&full)?;
            }
            Ok(())
        });
        if let Err(error) = read {
            tracing::error!(
                path = %path.display(),
                error = &error as &dyn std::error::Error,
                "archive file cannot be read; its spans are missing from the index"
            );
        }
        batch.cursor = file.last_sequence;
        batch.total_spans = Some(total_spans);
        if before.cursor < file.first_sequence {
            batch.superseded_spans = file.item_count.saturating_sub(file.row_count);
        }
        self.commit(&batch).map(drop)
    }

    /// Commits decoded spans and the cursor in one transaction; returns the traces that changed. Blocking.
    pub fn commit(&self, batch: &IndexBatch) -> Result<Vec<TraceRow>, StoreError> {
        let inner = &self.inner;
        let writer = inner.writer.lock();
        let connection = writer.as_ref().ok_or(StoreError::NotReady("it is not open"))?;
        let progress = *inner.progress.read();
        let (next, traces) = commit(connection, batch, progress, inner.wal.id())?;
        *inner.progress.write() = next;
        inner.committed.send_replace(next.cursor);
        Ok(traces)
    }

    /// Seals the next due range of records, if any. `now` is the clock as unix nanoseconds and as RFC 3339.
    pub async fn seal_due(&self, now_unix_nanos: i64, now: &str) -> Result<Option<ArchiveFile>, StoreError> {
        let inner = Arc::clone(&self.inner);
        let unlisted = inner.unlisted.lock().clone();
        if let Some(file) = unlisted {
            return self.list(file, now).await.map(Some);
        }
        let after = inner.manifest.sealed_through();
        let sealed = tokio::task::spawn_blocking(move || -> Result<_, StoreError> {
            let Some(range) = plan(&inner.wal, after, inner.options.seal, now_unix_nanos)? else {
                return Ok(None);
            };
            let file = write_file(&SealJob {
                wal: &inner.wal,
                range: &range,
                archive_dir: &inner.options.archive_dir,
                prices: inner.prices,
                quarantine: &inner.quarantine,
            })?;
            Ok(Some((range, file)))
        })
        .await
        .map_err(StoreError::Worker)??;
        match sealed {
            None => Ok(None),
            Some((range, None)) => self.inner.manifest.skip_through(range.last).await.map(|()| None),
            Some((_, Some(file))) => self.list(file, now).await.map(Some),
        }
    }

    /// Puts a file into the manifest. When that fails it is tried again before anything else is sealed: another file
    /// over a part of the same range would never be listed and never be removed.
    async fn list(&self, file: ArchiveFile, now: &str) -> Result<ArchiveFile, StoreError> {
        *self.inner.unlisted.lock() = Some(file.clone());
        self.inner.manifest.insert(file.clone(), now).await?;
        *self.inner.unlisted.lock() = None;
        Ok(file)
    }

    /// Lets the log forget what is both indexed and sealed.
    pub fn trim(&self) {
        let up_to = self.progress().cursor.min(self.inner.manifest.sealed_through());
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
        let inner = Arc::clone(&self.inner);
        let read = move || {
            let dir = &inner.options.archive_dir;
            let mut spans = payload::read(&inner.wal, &inner.manifest, dir, inner.prices, &places)?;
            spans.sort_unstable_by_key(|span| span.row.place);
            Ok(spans)
        };
        tokio::task::spawn_blocking(read).await.map_err(StoreError::Worker)?
    }

    /// Rows and bytes on disk.
    pub async fn size(&self) -> Result<StoreSize, StoreError> {
        let count = |connection: &Connection| {
            connection
                .query_row("SELECT count(*) FROM spans", [], |row| row.get::<_, i64>(0))
                .map_err(StoreError::index("count spans"))
        };
        let spans = match self.executor() {
            Ok(executor) => executor.run(count).await?.unsigned_abs(),
            Err(_) => 0,
        };
        let path = &self.inner.options.index.path;
        let bytes = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        let (archive_files, archive_bytes) = self.inner.manifest.size();
        let index_bytes = bytes(path) + bytes(&path.with_extension("duckdb.wal"));
        Ok(StoreSize { spans, index_bytes, archive_files, archive_bytes })
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
