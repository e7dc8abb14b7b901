//! The store as one object: a table of contents. Each method hands over to the part that does the work.

use std::collections::HashMap;
use std::path::PathBuf;

use junjo_span_model::{PriceTable, SpanId, TraceId};
use junjo_wal::{Sequence, Wal};
use tokio::sync::watch;

use crate::archive::handle::Archive;
use crate::archive::payload::Payloads;
use crate::archive::reconcile::Reconciled;
use crate::catalog::ages::ServiceAge;
use crate::catalog::deletions::{Deletion, DeletionRequest};
use crate::catalog::file::ArchiveFile;
use crate::catalog::handle::Catalog;
use crate::error::StoreError;
use crate::export::{SpanSink, export_spans};
use crate::filter::spans::SpanFilter;
use crate::filter::time::TimeRange;
use crate::filter::traces::TraceFilter;
use crate::filter::workflows::WorkflowFilter;
use crate::index::batch::IndexBatch;
use crate::index::handle::Index;
use crate::index::options::{IndexOptions, IndexState};
use crate::long_work::LongWork;
use crate::progress::Progress;
use crate::quarantine::Quarantine;
use crate::query::changes::Changes;
use crate::query::conversation::ConversationEnds;
use crate::query::groups::{GroupCursor, GroupFilter, GroupKind, GroupPage, SessionPosition, SessionTraces};
use crate::query::handle::Queries;
use crate::query::logs::{LogCursor, LogFilter, LogListPage};
use crate::query::runs::{RunFilter, Runs};
use crate::query::services::ServiceSummary;
use crate::query::spans::{SpanCursor, SpanListPage};
use crate::query::stats::{Stats, StatsQuery};
use crate::query::trace::{TracePage, TracePosition};
use crate::query::traces::{TraceCursor, TraceListPage};
use crate::query::workflows::WorkflowListPage;
use crate::rebuild::opener::Opener;
use crate::row::Place;
use crate::scan::handle::{Scans, Sources};
use crate::scan::options::ScanOptions;
use crate::seal::plan::SealPolicy;
use crate::seal::sealer::Sealer;
use crate::trace_row::TraceRow;
use crate::upkeep::checksum::StoreChecksums;
use crate::upkeep::compact::CompactPolicy;
use crate::upkeep::handle::{UpkeepParts, UpkeepWork};
use crate::upkeep::rederive::{Rederivation, Rederived};
use crate::upkeep::requests::DeletionSubject;
use crate::upkeep::retain::Retention;
use crate::upkeep::state::Upkeep;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

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

/// Sizes for the status route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreSize {
    /// Spans in the index; unknown while it is not open.
    pub spans: Option<u64>,
    /// Log records in the index; unknown while it is not open.
    pub logs: Option<u64>,
    /// Bytes of the index on disk, with the write-ahead log that the engine keeps beside it.
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
    wal: Wal,
    prices: &'static PriceTable,
    quarantine: Quarantine,
    long_work: LongWork,
    index: Index,
    archive: Archive,
    scans: Scans,
    queries: Queries,
    opener: Opener,
    sealer: Sealer,
    upkeep: UpkeepWork,
}

impl SpanStore {
    /// A store whose index is not open yet; appends to the log and sealing work already.
    pub fn new(options: StoreOptions, wal: Wal, catalog: Catalog) -> Self {
        let prices = PriceTable::bundled();
        let quarantine = Quarantine::new(options.quarantine_dir);
        let long_work = LongWork::on(options.scan.runtime.clone());
        let index = Index::new(options.index, catalog.clone(), prices, wal.id());
        let archive = Archive::new(options.archive_dir, catalog);
        let sources = Sources { wal: wal.clone(), index: index.clone(), archive: archive.clone(), prices };
        let scans = Scans::new(options.scan, sources);
        let payloads = Payloads::new(wal.clone(), archive.clone(), prices);
        let sealer = Sealer::new(options.seal, wal.clone(), archive.clone(), quarantine.clone(), prices);
        let parts = UpkeepParts {
            wal: wal.clone(),
            index: index.clone(),
            archive: archive.clone(),
            sealer: sealer.clone(),
            quarantine: quarantine.clone(),
            long_work: long_work.clone(),
        };
        Self {
            queries: Queries::new(payloads, scans.clone()),
            opener: Opener::new(index.clone(), archive.clone(), wal.clone()),
            upkeep: UpkeepWork::new(parts, options.compact, options.retention),
            wal,
            prices,
            quarantine,
            long_work,
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

    /// Ends the filling of a lost index with the commit that is running; the next start goes on there.
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

    /// Last record that may be in the next batch: all-time counts are known exactly there, and an index that is older than it
    /// was, or is made anew, adopts them.
    pub fn batch_end(&self) -> Sequence {
        self.index.batch_end()
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
    pub async fn reconcile(&self, now_unix_nanos: i64) -> Result<Reconciled, StoreError> {
        self.archive.reconcile(&self.wal, now_unix_nanos).await
    }

    /// Waits until [`Self::reconcile`] has been done.
    pub async fn reconciled(&self) {
        self.archive.reconciled().await;
    }

    /// Seals the next due range of records of each dataset; empty when nothing is due.
    pub async fn seal_due(&self, now_unix_nanos: i64) -> Result<Vec<ArchiveFile>, StoreError> {
        self.sealer.seal_due(now_unix_nanos).await
    }

    /// Lets the log forget what is indexed, and sealed in the dataset that it belongs to.
    pub fn trim(&self) {
        self.sealer.trim(self.progress().indexed_through());
    }
}

/// Questions.
impl SpanStore {
    /// At most `limit` traces that match, newest first, from `after` on.
    pub async fn traces(
        &self,
        filter: &TraceFilter,
        limit: usize,
        after: Option<TraceCursor>,
    ) -> Result<TraceListPage, StoreError> {
        self.queries.traces(filter, limit, after).await
    }

    /// At most `limit` spans that match, newest first, from `after` on.
    pub async fn spans(
        &self,
        filter: &SpanFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<SpanListPage, StoreError> {
        self.queries.spans(filter, limit, after).await
    }

    /// At most `limit` spans of a trace behind `after`; `None` for an unknown trace.
    pub async fn trace(
        &self,
        trace_id: TraceId,
        limit: usize,
        after: Option<TracePosition>,
    ) -> Result<Option<TracePage>, StoreError> {
        self.queries.trace(trace_id, limit, after).await
    }

    /// One whole span, its row as the index has it (with what log records said); `None` for an unknown one, and for one
    /// whose payload is damaged or gone.
    pub async fn span(&self, trace_id: TraceId, span_id: SpanId) -> Result<Option<WholeSpan>, StoreError> {
        self.queries.span(trace_id, span_id).await
    }

    /// Whether the index has a span, whatever became of its payload.
    pub async fn span_exists(&self, trace_id: TraceId, span_id: SpanId) -> Result<bool, StoreError> {
        self.queries.span_exists(trace_id, span_id).await
    }

    /// The runs that match: all counted, at most `limit` read.
    pub async fn runs(&self, filter: RunFilter, limit: usize) -> Result<Runs, StoreError> {
        self.queries.runs(filter, limit).await
    }

    /// At most `limit` workflow runs that match, newest first, from `after` on. Subflows are not listed.
    pub async fn workflows(
        &self,
        filter: &WorkflowFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<WorkflowListPage, StoreError> {
        self.queries.workflows(filter, limit, after).await
    }

    /// At most `limit` sessions or users, latest activity first, from `after` on.
    ///
    /// Those without a new trace or span since the first page appear exactly once.
    pub async fn trace_groups(
        &self,
        kind: GroupKind,
        filter: &GroupFilter,
        limit: usize,
        after: Option<GroupCursor>,
    ) -> Result<GroupPage, StoreError> {
        self.queries.trace_groups(kind, filter, limit, after).await
    }

    /// A session with at most `limit` of its traces behind `after`; `None` for an unknown session.
    pub async fn session(
        &self,
        id: String,
        limit: usize,
        after: Option<SessionPosition>,
    ) -> Result<Option<SessionTraces>, StoreError> {
        self.queries.session(id, limit, after).await
    }

    /// The ends of each of `traces`.
    pub async fn conversation_ends(
        &self,
        traces: &[TraceRow],
    ) -> Result<HashMap<TraceId, ConversationEnds>, StoreError> {
        self.queries.conversation_ends(traces).await
    }

    /// Services with spans in `time`, by name.
    pub async fn services(&self, time: TimeRange) -> Result<Vec<ServiceSummary>, StoreError> {
        self.queries.services(time).await
    }

    /// Counts what the question asks for.
    pub async fn stats(&self, query: StatsQuery) -> Result<Stats, StoreError> {
        self.queries.stats(query).await
    }

    /// Traces that match and that records in `after < sequence <= up_to` changed last, at most `limit` of them.
    ///
    /// A trace that later records changed again is not among them: it comes with those.
    pub async fn changes(
        &self,
        filter: &TraceFilter,
        after: Sequence,
        up_to: Sequence,
        limit: usize,
    ) -> Result<Changes, StoreError> {
        self.queries.changes(filter, after, up_to, limit).await
    }

    /// At most `limit` log records that match, newest first, from `after` on.
    pub async fn logs(
        &self,
        filter: &LogFilter,
        limit: usize,
        after: Option<LogCursor>,
    ) -> Result<LogListPage, StoreError> {
        self.queries.logs(filter, limit, after).await
    }

    /// The log records of one span in order of time, at most `limit`; events are kept before plain records.
    pub async fn span_logs(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        limit: usize,
    ) -> Result<Vec<WholeLog>, StoreError> {
        self.queries.span_logs(trace_id, span_id, limit).await
    }

    /// The log records of one trace that say something about its spans, by span and in order of time, at most `limit`.
    pub async fn trace_events(
        &self,
        trace_id: TraceId,
        limit: usize,
    ) -> Result<HashMap<SpanId, Vec<WholeLog>>, StoreError> {
        self.queries.trace_events(trace_id, limit).await
    }

    /// Whole spans by place, in place order; what is damaged or gone is left out.
    pub async fn whole_spans(&self, places: Vec<Place>) -> Result<Vec<WholeSpan>, StoreError> {
        self.queries.whole_spans(places).await
    }

    /// Whole log records by place, in place order; what is damaged or gone is left out.
    pub async fn whole_logs(&self, places: Vec<Place>) -> Result<Vec<WholeLog>, StoreError> {
        self.queries.whole_logs(places).await
    }

    /// Hands every living span that matches to `sink`, in place order. Spans that arrive after the call are not among
    /// them. Blocking: call it on a blocking thread of the runtime.
    pub fn export_spans(&self, filter: &SpanFilter, sink: &mut SpanSink<'_>) -> Result<(), StoreError> {
        export_spans(&self.scans, filter, sink)
    }
}

/// Upkeep.
impl SpanStore {
    /// Does one round; true when there may be more to do at once. One part that fails does not keep the others from
    /// being done. While the index is not in order nothing is done: a rebuild reads the files as they were.
    pub async fn upkeep(&self, now_unix_nanos: i64) -> Result<bool, StoreError> {
        self.upkeep.round(now_unix_nanos).await
    }

    /// How upkeep went.
    pub fn upkeep_report(&self) -> Upkeep {
        self.upkeep.report()
    }

    /// How long archive files are kept.
    pub fn retention(&self) -> Retention {
        self.upkeep.retention()
    }

    /// The ages of single services, by name.
    pub async fn service_ages(&self) -> Result<Vec<ServiceAge>, StoreError> {
        self.upkeep.service_ages().await
    }

    /// Sets the ages of single services; those that are not named are kept like the rest.
    pub async fn set_service_ages(&self, ages: &[ServiceAge]) -> Result<(), StoreError> {
        self.upkeep.set_service_ages(ages).await
    }

    /// Deletes everything of `subject` that has been acknowledged so far. When this returns, it is written down and no
    /// query shows any of it; `None` when no trace belongs to the session or user.
    pub async fn delete(
        &self,
        subject: DeletionSubject,
        request: DeletionRequest,
    ) -> Result<Option<Deletion>, StoreError> {
        self.upkeep.delete(subject, request).await
    }

    /// At most `limit` deletions with numbers below `before`, newest first.
    pub async fn deletions(&self, before: Option<i64>, limit: usize) -> Result<Vec<Deletion>, StoreError> {
        self.upkeep.deletions(before, limit).await
    }

    /// One deletion; `None` for an unknown number.
    pub async fn deletion(&self, id: i64) -> Result<Option<Deletion>, StoreError> {
        self.upkeep.deletion(id).await
    }

    /// Reads every row of the index.
    pub async fn checksums(&self) -> Result<StoreChecksums, StoreError> {
        self.upkeep.checksums().await
    }

    /// Derives the promoted fields of archived spans again, file by file; `on_file` is told of each before its turn, with its
    /// number from 1 and how many there are. The index has to be closed: it is removed first, so that the next start fills a
    /// new one, also when this is interrupted. What was sent stays as it is, and so do log records.
    pub async fn rederive(
        &self,
        what: Rederivation,
        now_unix_nanos: i64,
        on_file: impl FnMut(&ArchiveFile, usize, usize),
    ) -> Result<Rederived, StoreError> {
        self.upkeep.rederive(what, now_unix_nanos, on_file).await
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
