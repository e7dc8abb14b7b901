//! The write-ahead log: what the server has acknowledged and not yet sealed, in one SQLite file.
//!
//! "Acknowledged" means that [`Wal::append`] returned, which it does only after an fsync. The log never decodes a
//! payload, never interprets a signal, and never reuses a sequence.
//!
//! # On-disk format (`wal.db`, SQLite, journal_mode=WAL, synchronous=FULL, `user_version` = [`FORMAT_VERSION`])
//!
//! | table | column | type | meaning |
//! |---|---|---|---|
//! | `meta` | `key`, `value` | TEXT, BLOB | `wal_id`: 16 random bytes, new for every new file |
//! | | | | `free_pages_overwritten`: there once free pages hold nothing that was trimmed |
//! | `records` | `sequence` | INTEGER, AUTOINCREMENT | place in the log; never reused, also not after a trim |
//! | | `signal` | INTEGER | 1 traces, 2 logs (OTLP `Export*ServiceRequest`) |
//! | | `key_id` | TEXT | id of the API key that sent the request |
//! | | `project` | TEXT | project of that key; `default` in records that a file of format 1 brought |
//! | | `received_unix_nano` | INTEGER | server clock at receipt |
//! | | `item_count` | INTEGER | spans or log records in the payload |
//! | | `raw_bytes` | INTEGER | payload length before compression |
//! | | `checksum` | INTEGER | CRC-32 (IEEE, crc32fast) of the stored payload |
//! | | `payload` | BLOB | one zstd frame (level 1) of the protobuf message |
//! | `cursors` | `source`, `position` | TEXT, BLOB | how far each remote log (by its `wal_id`) has been pulled into this one |
//! | `taken_keys` | `source`, `slot` | TEXT, INTEGER | of items taken out of a remote log that is read more than once: which log, which part of its keys |
//! | | `first`, `last`, `keys` | BLOB | the lowest and the highest of these keys, and all of them as the reader of that log packs them |
//! | `counters` | `signal`, `items`, `records` | INTEGER | all-time totals, committed with the records they count |
//!
//! A file of an earlier format is brought up to this one when it is opened; one of a later format is refused.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | record | one export request: a row of `records` |
//! | work | records that become durable together and are acknowledged together: one request, or one pulled page |
//! | group | works that one transaction and one fsync make durable |
//! | slice | what one transaction of trimming removes, a few MiB, so that no append waits long for it |
//! | settle | to move what SQLite keeps in `wal.db-wal` into `wal.db`, with an fsync |
//! | probe | a look whether a disk that refused records would take one now |
//! | floor | of sequences: the highest one known elsewhere, above which a new file starts; of space: free bytes that records must leave to sealing and trimming |
//!
//! # Files
//!
//! | file | what it holds |
//! |---|---|
//! | `record.rs` | records as they are stored, their ids, sizes and damage |
//! | `options.rs` | limits |
//! | `work.rs` | what handles ask of the writer |
//! | `writer.rs` | the writer thread: groups, trimming, what it does when the disk fails |
//! | `transactions.rs` | what the writer does to the file, one transaction each |
//! | `reader.rs` | reading, on connections of its own |
//! | `taken.rs` | how far a remote log was taken over, and keys of what was |
//! | `shared.rs` | numbers that the writer publishes |
//! | `schema.rs` | tables, opening, format version |
//! | `recovery.rs`, `salvage.rs` | opening again after the disk failed; saving what is readable of a damaged file |
//! | `free_pages.rs` | overwriting what earlier versions left in free pages |
//! | `space.rs` | free space of the disk |
//! | `frame.rs` | compression |
//! | `error.rs` | what can go wrong |

mod error;
mod frame;
mod free_pages;
mod options;
mod reader;
mod record;
mod recovery;
mod salvage;
mod schema;
mod shared;
mod space;
mod taken;
#[cfg(test)]
mod tests;
mod transactions;
mod work;
mod writer;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{mpsc, oneshot, watch};

pub use error::{AppendError, WalError};
pub use options::WalOptions;
pub use record::{
    DEFAULT_PROJECT, NewRecord, PulledRecord, Record, RecordDamage, RecordSize, Sender, Sequence, Signal,
    WalId,
};
pub use salvage::SalvageReport;
pub use schema::FORMAT_VERSION;
pub use shared::Accepted;
pub use taken::{KeyRange, RemotePosition, TakenKeys};

use reader::ReaderPool;
use shared::Shared;
use space::Floor;
use work::{Command, Work};
use writer::Writer;

/// What is in the log now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WalStats {
    /// Records that no trim has removed yet.
    pub records: u64,
    /// Their payload bytes as stored; what [`WalOptions::bytes_max`] limits.
    pub live_bytes: u64,
    /// Bytes of the file and its journal on disk; a trim frees pages for reuse, it does not shrink the file.
    pub file_bytes: u64,
    /// Receipt of the oldest record, unix nanoseconds.
    pub oldest_received_unix_nano: Option<i64>,
}

/// A handle on the open log; cheap to clone.
#[derive(Clone)]
pub struct Wal {
    id: WalId,
    commands: mpsc::Sender<Command>,
    committed: watch::Receiver<Sequence>,
    shared: Arc<Shared>,
    readers: Arc<ReaderPool>,
    bytes_max: u64,
    floor: Floor,
    salvaged: Option<SalvageReport>,
}

impl Wal {
    /// Opens or creates the log and starts its writer thread. Blocking.
    ///
    /// `floor` is the highest sequence known elsewhere (index cursor, archive manifest): the next one is above it,
    /// also when the file is new. A structurally damaged file is moved to [`WalOptions::quarantine_dir`] and its
    /// readable records are copied into a new one; [`Wal::salvaged`] then says how many.
    pub fn open(options: &WalOptions, floor: Sequence) -> Result<Self, WalError> {
        let (connection, salvaged) = salvage::open_or_salvage(options, floor)?;
        let id = schema::wal_id(&connection, &options.path)?;
        let shared = Arc::new(Shared::default());
        let last = schema::load_totals(&connection, &options.path, &shared)?;
        let (committed_tx, committed) = watch::channel(last);
        let (commands, receiver) = mpsc::channel(options.queue_max);
        let readers = Arc::new(ReaderPool::new(options.path.clone()));
        Writer::start(connection, options.clone(), receiver, committed_tx, Arc::clone(&shared))?;
        let (bytes_max, floor) = (options.bytes_max, Floor::new(options));
        Ok(Self { id, commands, committed, shared, readers, bytes_max, floor, salvaged })
    }

    /// The random identity of this file; a cursor into another file means nothing here.
    pub fn id(&self) -> WalId {
        self.id
    }

    /// What was saved from a damaged predecessor at [`Wal::open`], if there was one.
    pub fn salvaged(&self) -> Option<&SalvageReport> {
        self.salvaged.as_ref()
    }

    /// Stores one record durably and returns its sequence; many concurrent calls share one fsync.
    ///
    /// An error means that the record is not acknowledged. It will not become visible either, except after a failure of
    /// the disk ([`AppendError::Write`]), which may have come before or after the commit.
    pub async fn append(&self, record: NewRecord) -> Result<Sequence, AppendError> {
        self.append_all(vec![record], None).await
    }

    /// Stores records that were pulled from another log, and the position in that log behind them, in one transaction:
    /// after a crash neither is there without the other. `source` is the other log's `wal_id`.
    pub async fn append_pulled(
        &self,
        records: Vec<NewRecord>,
        source: String,
        position: Vec<u8>,
    ) -> Result<Sequence, AppendError> {
        self.append_pulled_to(records, RemotePosition::at(source, position)).await
    }

    /// The same, with the keys of what was taken, for [`Self::taken_keys`].
    pub async fn append_pulled_to(
        &self,
        records: Vec<NewRecord>,
        to: RemotePosition,
    ) -> Result<Sequence, AppendError> {
        self.append_all(records, Some(to)).await
    }

    async fn append_all(
        &self,
        records: Vec<NewRecord>,
        position: Option<RemotePosition>,
    ) -> Result<Sequence, AppendError> {
        let bytes: u64 = records.iter().map(|record| record.payload.len() as u64).sum();
        let live_bytes = self.shared.live_bytes.load(Ordering::Relaxed);
        if live_bytes.saturating_add(bytes) > self.bytes_max {
            let error = AppendError::Full { live_bytes, bytes_max: self.bytes_max };
            self.shared.refuse(error.clone());
            return Err(error);
        }
        let (ack, acked) = oneshot::channel();
        let work = Work { records, position, ack };
        self.commands.send(Command::Append(work)).await.map_err(|_| AppendError::Closed)?;
        acked.await.map_err(|_| AppendError::Closed)?
    }

    /// The position behind the last records pulled from `source`, if any. Blocking.
    pub fn remote_position(&self, source: &str) -> Result<Option<Vec<u8>>, WalError> {
        self.readers.remote_position(source)
    }

    /// Packed keys that were taken from `source`: every one whose first to last touch `range`. Blocking.
    pub fn taken_keys(&self, source: &str, range: &KeyRange) -> Result<Vec<Vec<u8>>, WalError> {
        self.readers.taken_keys(source, range)
    }

    /// The newest committed sequence, and a way to wait for newer ones.
    pub fn committed(&self) -> watch::Receiver<Sequence> {
        self.committed.clone()
    }

    /// Live payload bytes at which appends are refused.
    pub fn bytes_max(&self) -> u64 {
        self.bytes_max
    }

    /// Records after `after` in order, until `bytes_max` of payload is reached (at least one record). Blocking.
    pub fn read_after(&self, after: Sequence, bytes_max: u64) -> Result<Vec<Record>, WalError> {
        self.readers.read_after(after, bytes_max)
    }

    /// One record, if no trim has removed it. Blocking.
    pub fn read_one(&self, sequence: Sequence) -> Result<Option<Record>, WalError> {
        self.readers.read_one(sequence)
    }

    /// The newest record that is in the log now; `None` for an empty one. Not [`Self::committed`], which also counts what
    /// was trimmed or never given out. Blocking.
    pub fn newest(&self) -> Result<Option<Sequence>, WalError> {
        self.readers.newest()
    }

    /// Sizes of the records after `after` in order, at most `limit` of them. Blocking.
    pub fn sizes_after(&self, after: Sequence, limit: u32) -> Result<Vec<RecordSize>, WalError> {
        self.readers.sizes_after(after, limit)
    }

    /// The same for the records of one signal; those of an unknown signal count as traces, for somebody has to keep
    /// them. Blocking.
    pub fn sizes_of(&self, signal: Signal, after: Sequence, limit: u32) -> Result<Vec<RecordSize>, WalError> {
        self.readers.sizes_of(signal, after, limit)
    }

    /// Allows the writer to remove everything up to and including `up_to`, in small slices, when it is idle.
    pub fn trim(&self, up_to: Sequence) {
        self.shared.trim_target.fetch_max(up_to.0, Ordering::Relaxed);
        // a full queue means that the writer is awake anyway
        let _ = self.commands.try_send(Command::Wake);
    }

    /// Moves everything in SQLite's own log into the file and empties that log, so that nothing of what was trimmed is left in either.
    /// False when a reader is in the way: it is not waited for, because appends would wait too.
    pub async fn settle(&self) -> Result<bool, AppendError> {
        let (ack, settled) = oneshot::channel();
        self.commands.send(Command::Settle(ack)).await.map_err(|_| AppendError::Closed)?;
        settled.await.map_err(|_| AppendError::Closed)?
    }

    /// Durable all-time totals of accepted items.
    pub fn accepted(&self, signal: Signal) -> Accepted {
        self.shared.accepted(signal)
    }

    /// Makes the all-time total of a signal at least `processed` plus what is in the log after `cursor`, durably: after
    /// a damaged log was replaced, what the index has processed is the least that was ever accepted.
    pub async fn raise_accepted(
        &self,
        signal: Signal,
        processed: u64,
        cursor: Sequence,
    ) -> Result<(), AppendError> {
        let (ack, acked) = oneshot::channel();
        let command = Command::RaiseAccepted { signal, processed, cursor, ack };
        self.commands.send(command).await.map_err(|_| AppendError::Closed)?;
        acked.await.map_err(|_| AppendError::Closed)?
    }

    /// Free bytes of the disk above what is kept for sealing and trimming; `None` when the file system cannot be asked.
    pub fn spare_bytes(&self) -> Option<u64> {
        self.floor.measure().map(|(free, floor)| free.saturating_sub(floor))
    }

    /// Why records are refused at the moment; `None` while they are taken. It is what the last record met, or what the
    /// writer found when it was woken since then ([`Wal::trim`] does that).
    pub fn refusal(&self) -> Option<AppendError> {
        self.shared.refusal()
    }

    /// Current size and age. Blocking.
    pub fn stats(&self) -> Result<WalStats, WalError> {
        Ok(WalStats {
            records: self.shared.live_records.load(Ordering::Relaxed),
            live_bytes: self.shared.live_bytes.load(Ordering::Relaxed),
            file_bytes: self.readers.file_bytes(),
            oldest_received_unix_nano: self.readers.oldest_received()?,
        })
    }

    /// Finishes queued appends, checkpoints and closes the file. Later appends get [`AppendError::Closed`].
    pub async fn close(&self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        let (done, closed) = oneshot::channel();
        if self.commands.send(Command::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
        self.readers.clear();
    }
}
