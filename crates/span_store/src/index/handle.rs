//! The index as one object: the open file, its writer and its readers, how far it is and what is wrong with it. It does not
//! read the archive; `rebuild` fills it from there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use duckdb::{Connection, InterruptHandle};
use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, WalId};
use parking_lot::{Mutex, MutexGuard, RwLock};
use tokio::sync::watch;

use super::aside::Renewals;
use super::batch::IndexBatch;
use super::commit::{Base, commit, in_transaction};
use super::delete::{Scope, delete};
use super::executor::{Admission, Executor};
use super::fault::{Fault, Health};
use super::logs::clear_logs;
use super::open::{FewCheckpoints, Opened, open};
use super::options::{IndexOptions, IndexState};
use super::probe::Probe;
use super::rewrite::{copy, put_in_place};
use crate::catalog::handle::Catalog;
use crate::error::StoreError;
use crate::progress::Progress;
use crate::trace_row::TraceRow;

/// A handle on the index; cheap to clone.
#[derive(Clone)]
pub(crate) struct Index {
    inner: Arc<Inner>,
}

struct Inner {
    options: IndexOptions,
    catalog: Catalog,
    prices: &'static PriceTable,
    wal_id: WalId,
    state: RwLock<IndexState>,
    /// Newest record of the log when the index was opened: it is whole once it has all up to there.
    whole_at: RwLock<Sequence>,
    /// Faults of the file as it is open now; a new one for each opening.
    health: RwLock<Health>,
    renewals: Mutex<Renewals>,
    progress: RwLock<Progress>,
    committed: watch::Sender<Sequence>,
    /// Held by each query; taken whole while another file is put in the place of the open one, for which queries wait.
    gate: tokio::sync::RwLock<()>,
    /// Set while the index closes: what takes long should end.
    is_closing: AtomicBool,
    /// Ends the statement of a rewrite that runs.
    rewriting: Mutex<Option<Arc<InterruptHandle>>>,
    /// The one writing connection; `None` while the index is not open.
    writer: Mutex<Option<Connection>>,
    /// Held by whoever works on a connection of his own beside the writer.
    settling: Mutex<()>,
    executor: RwLock<Option<Arc<Executor>>>,
}

impl Index {
    /// An index that is not open yet.
    pub(crate) fn new(
        options: IndexOptions,
        catalog: Catalog,
        prices: &'static PriceTable,
        wal_id: WalId,
    ) -> Self {
        let inner = Inner {
            options,
            catalog,
            prices,
            wal_id,
            state: RwLock::new(IndexState::Opening),
            whole_at: RwLock::default(),
            health: RwLock::default(),
            renewals: Mutex::default(),
            progress: RwLock::new(Progress::default()),
            committed: watch::Sender::default(),
            gate: tokio::sync::RwLock::default(),
            is_closing: AtomicBool::default(),
            rewriting: Mutex::default(),
            writer: Mutex::new(None),
            settling: Mutex::default(),
            executor: RwLock::new(None),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Runs a query off the async threads; an error while the index is not open.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _in = self.inner.gate.read().await;
        let executor = self.inner.executor.read().clone();
        executor.ok_or(StoreError::NotReady("it is being opened"))?.run(work).await
    }

    /// Whether the file is open.
    pub(crate) fn is_open(&self) -> bool {
        self.inner.executor.read().is_some()
    }

    /// How far the index is.
    pub(crate) fn progress(&self) -> Progress {
        *self.inner.progress.read()
    }

    /// Tells of each commit: the newest indexed record.
    pub(crate) fn committed(&self) -> watch::Receiver<Sequence> {
        self.inner.committed.subscribe()
    }

    /// Commits decoded spans and log records with the cursors in one transaction; returns the traces that changed. Blocking.
    pub(crate) fn commit(&self, batch: &IndexBatch) -> Result<Vec<TraceRow>, StoreError> {
        let inner = &self.inner;
        let writer = self.writer();
        let connection = writer.as_ref().ok_or(StoreError::NotReady("it is not open"))?;
        let progress = *inner.progress.read();
        // asked for under the lock: a deletion that comes later finds the rows in the index
        let to_delete = inner.catalog.deletions().to_delete();
        let known = inner.catalog.totals().known();
        let base =
            Base { progress, known, wal_id: inner.wal_id, prices: inner.prices, to_delete: &to_delete };
        let (next, traces) = self.report_fault(commit(connection, batch, base))?;
        *inner.progress.write() = next;
        inner.catalog.totals().note(next);
        inner.committed.send_replace(next.newest());
        Ok(traces)
    }

    /// Last record that may be in the next batch: the saved all-time counts are known exactly there, and an index that is
    /// behind them adopts them.
    pub(crate) fn batch_end(&self) -> Sequence {
        let known = self.inner.catalog.totals().known().map(|known| known.span_cursor);
        known.filter(|known| self.progress().indexed_through() < *known).unwrap_or(Sequence(i64::MAX))
    }

    /// Deletes rows, and returns how many spans and log records that were; `None` while the index is not open. Blocking.
    pub(crate) fn delete_rows(&self, scope: Scope<'_>) -> Result<Option<(usize, usize)>, StoreError> {
        let writer = self.writer();
        let delete = |connection| self.report_fault(delete(connection, scope, self.inner.prices));
        writer.as_ref().map(delete).transpose()
    }

    /// Removes log records of records behind `after`; nothing while the index is not open. Blocking.
    pub(crate) fn clear_logs(&self, after: Sequence) -> Result<(), StoreError> {
        self.writer().as_ref().map_or(Ok(()), |connection| clear_logs(connection, after))
    }

    /// Until dropped, the file is written less often.
    pub(crate) fn few_checkpoints(&self) -> Result<FewCheckpoints, StoreError> {
        FewCheckpoints::begin(self.writer().as_ref())
    }

    /// Opens the file, or a new one in the place of a damaged one; returns whether it had to be created. What is to be
    /// forgotten is deleted before anybody can read. Blocking.
    pub(crate) fn open(&self) -> Result<bool, StoreError> {
        let inner = &self.inner;
        inner.is_closing.store(false, Ordering::Release);
        let opened = open(&inner.options, &mut inner.renewals.lock())?;
        self.install(opened, &mut self.writer())
    }

    /// Lets everybody use what was opened. Under the writer's lock: what is asked to be deleted from here on finds the connection.
    fn install(&self, opened: Opened, writer: &mut Option<Connection>) -> Result<bool, StoreError> {
        let inner = &self.inner;
        let reader = opened.connection.try_clone().map_err(StoreError::index("open the index"))?;
        for deletion in inner.catalog.deletions().pending() {
            delete(&opened.connection, Scope::of(&deletion), inner.prices)?;
        }
        // set before the progress: a caller who sees a record as indexed must be able to query it
        let executor = Executor::new(reader, Admission::INDEX, None).reporting_to(self.health());
        *inner.executor.write() = Some(Arc::new(executor));
        *inner.progress.write() = opened.progress;
        inner.committed.send_replace(opened.progress.newest());
        *writer = Some(opened.connection);
        Ok(opened.fresh)
    }

    /// Writes everything that is left into a new file, which takes the place of the old one: nothing of what was deleted stays
    /// on disk. False while the index is not in order. Nothing is indexed while rows are copied; queries wait
    /// while the files change places. Blocking; not on a thread that runs async code.
    pub(crate) fn rewrite(&self) -> Result<bool, StoreError> {
        let inner = &self.inner;
        let _alone = inner.settling.lock();
        let mut writer = self.writer();
        // while it is filled, others hold connections to it
        let Some(connection) = writer.as_ref().filter(|_| self.state() == IndexState::Ok) else {
            return Ok(false);
        };
        *inner.rewriting.lock() = Some(connection.interrupt_handle());
        let check =
            || if inner.is_closing.load(Ordering::Acquire) { Err(StoreError::Interrupted) } else { Ok(()) };
        let copied = copy(connection, &inner.options, check);
        *inner.rewriting.lock() = None;
        self.report_fault(copied)?;
        let _gate = inner.gate.blocking_write();
        let changed = self.change_places(&mut writer);
        if writer.is_none() {
            // whoever watches over the index opens it again
            self.health().invalidate("its file changed places and could not be opened");
        }
        changed.map(|()| true)
    }

    /// Closes the index's file, puts the copy in its place, and opens that.
    fn change_places(&self, writer: &mut Option<Connection>) -> Result<(), StoreError> {
        self.let_go(writer);
        let changed = put_in_place(&self.inner.options);
        let opened = open(&self.inner.options, &mut self.inner.renewals.lock())?;
        self.install(opened, writer)?;
        changed
    }

    /// Closes what is open, sets a damaged file aside, and forgets what was wrong with it. Blocking.
    pub(crate) fn reset(&self) -> Result<(), StoreError> {
        self.release();
        if let Some(Fault::Corrupt(reason)) = self.health().fault() {
            self.inner.renewals.lock().set_aside(&self.inner.options, &reason)?;
        }
        *self.inner.health.write() = Health::default();
        self.set_state(IndexState::Opening);
        Ok(())
    }

    /// Checkpoints and closes the file, after the last query has ended. Blocking.
    pub(crate) fn close(&self) {
        self.inner.is_closing.store(true, Ordering::Release);
        if let Some(handle) = self.inner.rewriting.lock().as_ref() {
            handle.interrupt();
        }
        self.release();
        self.set_state(IndexState::Opening);
    }

    /// Gives every connection back. Two instances of one file would write over each other.
    fn release(&self) {
        self.inner.is_closing.store(true, Ordering::Release);
        let _alone = self.inner.settling.lock();
        self.let_go(&mut self.writer());
    }

    fn let_go(&self, writer: &mut Option<Connection>) {
        let executor = self.inner.executor.write().take();
        if let Some(executor) = executor {
            executor.close();
        }
        let Some(connection) = writer.take() else { return };
        if !self.is_faulted()
            && let Err(error) = connection.execute_batch("CHECKPOINT")
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "checkpoint at close failed; the next start replays"
            );
        }
    }

    /// Removes the files of the index, which has to be closed. Blocking.
    pub(crate) fn remove_files(&self) -> Result<(), StoreError> {
        if self.is_open() {
            return Err(StoreError::NotReady("it is open, and would have to be removed"));
        }
        self.inner.options.remove_files()
    }

    /// Tries a file in a child process. Blocking.
    pub(crate) fn probe(&self, path: &Path) -> Probe {
        (self.inner.options.prober)(path)
    }

    /// Where it is noted with which record a process begins.
    pub(crate) fn note_path(&self) -> PathBuf {
        self.inner.options.path.with_extension("indexing")
    }

    /// Bytes on disk, DuckDB's own write-ahead log included.
    pub(crate) fn bytes(&self) -> u64 {
        self.inner.options.bytes()
    }

    /// What the index is doing.
    pub(crate) fn state(&self) -> IndexState {
        let state = self.inner.state.read().clone();
        match (state, self.health().fault()) {
            // the reason for which opening failed says more than the fault that led to it
            (state @ IndexState::Degraded(_), _) => state,
            (_, Some(fault)) => IndexState::Degraded(fault.detail()),
            (IndexState::Ok, None) => self.ok_or_reading(),
            (state, None) => state,
        }
    }

    /// Of an index that has everything of the archive.
    fn ok_or_reading(&self) -> IndexState {
        let (cursor, through) = (self.progress().indexed_through(), *self.inner.whole_at.read());
        if cursor < through { IndexState::ReadingLog { cursor, through } } else { IndexState::Ok }
    }

    /// The index is not in order before it has every record up to `through`.
    pub(crate) fn whole_at(&self, through: Sequence) {
        *self.inner.whole_at.write() = through;
    }

    pub(crate) fn set_state(&self, state: IndexState) {
        *self.inner.state.write() = state;
    }

    /// What is known to be wrong with the index as it is open now.
    pub(crate) fn health(&self) -> Health {
        self.inner.health.read().clone()
    }

    /// Whether a query or a commit met a fault that only opening the file again cures.
    pub(crate) fn is_faulted(&self) -> bool {
        self.health().fault().is_some()
    }

    /// Remembers a fault that the writer met.
    pub(crate) fn report_fault<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        outcome.inspect_err(|error| {
            self.health().note(error);
        })
    }

    /// A connection for work beside the writer, and what keeps the file open meanwhile; `None` while it is closed.
    pub(super) fn beside(&self) -> Result<Option<(Connection, MutexGuard<'_, ()>)>, StoreError> {
        let settling = self.inner.settling.lock();
        let writer = self.writer();
        let connection = writer.as_ref().map(Connection::try_clone).transpose();
        let connection = connection.map_err(StoreError::index("open a connection to the index"))?;
        Ok(connection.map(|connection| (connection, settling)))
    }

    /// Whether somebody waits for that work to end.
    pub(super) fn is_closing(&self) -> bool {
        self.inner.is_closing.load(Ordering::Acquire)
    }

    /// One transaction of the writer. Blocking.
    pub(super) fn write(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let writer = self.writer();
        let connection = writer.as_ref().ok_or(StoreError::NotReady("it is not open"))?;
        self.report_fault(in_transaction(connection, work))
    }

    fn writer(&self) -> MutexGuard<'_, Option<Connection>> {
        self.inner.writer.lock()
    }
}
