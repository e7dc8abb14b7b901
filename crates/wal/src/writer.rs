//! The one writer: a thread that groups waiting appends into one transaction and one fsync, trims when idle, and moves
//! what it wrote from SQLite's log into the file when nobody waits for it.
//!
//! # When the disk fails
//! After a write, fsync or checkpoint that failed for another reason than a full disk, what is in the page cache and
//! what is on disk may differ, and a second fsync may say OK nevertheless. So the connection is given up: nothing is
//! acknowledged until the file has been opened again, moved into one place with an fsync that worked, and read through
//! (`recovery.rs`).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::Shared;
use crate::error::{AppendError, WalError};
use crate::options::WalOptions;
use crate::record::{NewRecord, Sequence, Signal};
use crate::recovery;
use crate::schema;
use crate::space::FreeSpace;

/// Payload bytes removed in one transaction: a larger one held the writer for more than 100 ms.
const TRIM_BYTES_MAX: u64 = 4 << 20;
/// Groups written before a waiting trim gets a turn although the writer is never idle.
const GROUPS_BEFORE_TRIM: u32 = 16;
/// Bytes in SQLite's own log after which they are moved into the file: more would only make the next start longer.
const CHECKPOINT_BYTES: u64 = 16 << 20;
/// What a record costs in that log beside its payload: a page for its row, and half of one at its end.
const RECORD_OVERHEAD: u64 = 24 << 10;
/// Between two looks whether a failed disk works again.
const PROBE_INTERVAL: Duration = Duration::from_millis(500);

pub(crate) enum Command {
    Append(Work),
    RaiseAccepted {
        signal: Signal,
        processed: u64,
        cursor: Sequence,
        ack: oneshot::Sender<Result<(), AppendError>>,
    },
    Wake,
    Close(oneshot::Sender<()>),
}

/// Records that become durable together, acknowledged with the sequence of the last one.
pub(crate) struct Work {
    pub(crate) records: Vec<NewRecord>,
    /// Source and position of another log that they were pulled from.
    pub(crate) position: Option<(String, Vec<u8>)>,
    pub(crate) ack: oneshot::Sender<Result<Sequence, AppendError>>,
}

impl Work {
    fn bytes(&self) -> u64 {
        self.records.iter().map(|record| record.payload.len() as u64).sum()
    }
}

pub(crate) struct Writer {
    /// `None` after a failure, until the file has been opened again and verified.
    connection: Option<Connection>,
    options: WalOptions,
    commands: mpsc::Receiver<Command>,
    committed: watch::Sender<Sequence>,
    shared: Arc<Shared>,
    space: FreeSpace,
    trimmed: Sequence,
    groups_since_trim: u32,
    /// About how much is in SQLite's log and not in the file.
    unmoved_bytes: u64,
    probed: Option<Instant>,
}

impl Writer {
    /// Starts the thread; it ends when [`Command::Close`] arrives or every handle is gone.
    pub(crate) fn start(
        connection: Connection,
        options: WalOptions,
        commands: mpsc::Receiver<Command>,
        committed: watch::Sender<Sequence>,
        shared: Arc<Shared>,
    ) -> Result<(), WalError> {
        let path = options.path.clone();
        let space = FreeSpace::new(&options);
        let unmoved_bytes = std::fs::metadata(schema::log_of(&options.path)).map_or(0, |meta| meta.len());
        let mut writer = Self {
            connection: Some(connection),
            options,
            commands,
            committed,
            shared,
            space,
            trimmed: Sequence(0),
            groups_since_trim: 0,
            unmoved_bytes,
            probed: None,
        };
        std::thread::Builder::new()
            .name("wal-writer".to_owned())
            .spawn(move || writer.run())
            .map(drop)
            .map_err(|source| WalError::Io { action: "start the writer of", path, source })
    }

    fn run(&mut self) {
        let mut closing = None;
        while let Some(command) = self.next_command() {
            match command {
                Command::Append(work) => {
                    let mut group = vec![work];
                    closing = self.fill(&mut group);
                    self.write(group);
                }
                Command::RaiseAccepted { signal, processed, cursor, ack } => {
                    let _ = ack.send(self.raise_accepted(signal, processed, cursor));
                }
                Command::Wake => self.probe(),
                Command::Close(done) => closing = Some(done),
            }
            if closing.is_some() {
                break;
            }
        }
        self.commands.close();
        if let Some(connection) = self.connection.take()
            && let Err(error) = recovery::settle(&connection, &self.options.path)
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "wal checkpoint at close failed");
        }
        if let Some(done) = closing {
            let _ = done.send(());
        }
    }

    /// The next command; while there is none, and now and then while there are many, a slice of trimming.
    fn next_command(&mut self) -> Option<Command> {
        loop {
            let due = self.groups_since_trim >= GROUPS_BEFORE_TRIM;
            if due {
                self.trim_slice();
            }
            match self.commands.try_recv() {
                Ok(command) => return Some(command),
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
                Err(mpsc::error::TryRecvError::Empty) => {
                    if !self.trim_slice() {
                        return self.commands.blocking_recv();
                    }
                }
            }
        }
    }

    /// Takes what waits into the group, up to its limits; a close request ends it.
    fn fill(&mut self, group: &mut Vec<Work>) -> Option<oneshot::Sender<()>> {
        let mut bytes: u64 = group.iter().map(Work::bytes).sum();
        while group.len() < self.options.group_records_max && bytes < self.options.group_bytes_max {
            match self.commands.try_recv() {
                Ok(Command::Append(work)) => {
                    bytes += work.bytes();
                    group.push(work);
                }
                Ok(Command::RaiseAccepted { signal, processed, cursor, ack }) => {
                    let _ = ack.send(self.raise_accepted(signal, processed, cursor));
                }
                Ok(Command::Wake) => {}
                Ok(Command::Close(done)) => return Some(done),
                Err(_) => break,
            }
        }
        None
    }

    fn write(&mut self, group: Vec<Work>) {
        self.groups_since_trim += 1;
        match self.try_write(&group) {
            Ok(sequences) => {
                self.publish(&group, &sequences);
                for (work, sequence) in group.into_iter().zip(sequences) {
                    let _ = work.ack.send(Ok(sequence));
                }
                self.checkpoint_if_due();
            }
            Err(error) => {
                self.shared.refuse(error.clone());
                for work in group {
                    let _ = work.ack.send(Err(error.clone()));
                }
            }
        }
    }

    fn try_write(&mut self, group: &[Work]) -> Result<Vec<Sequence>, AppendError> {
        self.space.check()?;
        commit(self.usable()?, group).map_err(|error| self.failed("commit", &error))
    }

    /// The connection; after a failure only when the file is open again and verified.
    fn usable(&mut self) -> Result<&mut Connection, AppendError> {
        if self.connection.is_none() {
            let last = *self.committed.borrow();
            let reopened = recovery::reopen(&self.options.path, last, &self.shared).map_err(|error| {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the log cannot be opened again after its failure, will be tried again"
                );
                AppendError::Write { reason: error.to_string() }
            })?;
            self.committed.send_replace(reopened.last);
            self.unmoved_bytes = 0;
            self.connection = Some(reopened.connection);
        }
        self.connection.as_mut().ok_or(AppendError::Closed)
    }

    /// Gives the connection up, unless SQLite has only said that there is no room or no turn.
    fn failed(&mut self, action: &'static str, error: &rusqlite::Error) -> AppendError {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        tracing::error!(action, error = error as &dyn std::error::Error, "the log could not be written");
        if !matches!(error.sqlite_error_code(), Some(DiskFull | DatabaseBusy | DatabaseLocked)) {
            self.connection = None;
        }
        AppendError::Write { reason: error.to_string() }
    }

    /// Moves what is in SQLite's log into the file, after the acknowledgements that a larger log would have delayed.
    fn checkpoint_if_due(&mut self) {
        if self.unmoved_bytes < CHECKPOINT_BYTES {
            return;
        }
        let Some(connection) = &self.connection else { return };
        self.unmoved_bytes = 0;
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            let refusal = self.failed("checkpoint", &error);
            self.shared.refuse(refusal);
        }
    }

    /// While records are refused: looks whether that would still be so, because nobody may send for a while. Notices a
    /// full disk before the next record does.
    fn probe(&mut self) {
        let refused = self.shared.refusal();
        if matches!(refused, Some(AppendError::Full { .. })) {
            return;
        }
        if let Err(error) = self.space.check() {
            self.shared.refuse(error);
            return;
        }
        let is_due = self.probed.is_none_or(|at| at.elapsed() >= PROBE_INTERVAL);
        if refused.is_none() || !is_due {
            return;
        }
        self.probed = Some(Instant::now());
        match self.touch() {
            Ok(()) => self.shared.accept_again(),
            Err(error) => self.shared.refuse(error),
        }
    }

    /// A commit with an fsync that changes nothing.
    fn touch(&mut self) -> Result<(), AppendError> {
        let touched = self.usable()?.execute("UPDATE counters SET items = items WHERE signal = 1", []);
        touched.map(drop).map_err(|error| self.failed("probe", &error))
    }

    fn raise_accepted(
        &mut self,
        signal: Signal,
        processed: u64,
        cursor: Sequence,
    ) -> Result<(), AppendError> {
        let raised = raise_accepted(self.usable()?, signal, processed, cursor);
        let items = raised.map_err(|error| self.failed("raise the totals of", &error))?;
        self.shared.raise_items(signal, items);
        Ok(())
    }

    fn publish(&mut self, group: &[Work], sequences: &[Sequence]) {
        let records: usize = group.iter().map(|work| work.records.len()).sum();
        let bytes: u64 = group.iter().map(Work::bytes).sum();
        self.unmoved_bytes += bytes + records as u64 * RECORD_OVERHEAD;
        self.shared.live_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.shared.live_records.fetch_add(records as u64, Ordering::Relaxed);
        for signal in [Signal::Traces, Signal::Logs] {
            let (items, records) = totals(group, signal);
            self.shared.add(signal, items, records);
        }
        if let Some(last) = sequences.last() {
            self.committed.send_replace(*last);
        }
        self.shared.accept_again();
    }

    /// Removes up to [`TRIM_BYTES_MAX`] of what may go; false when there was nothing (or it failed).
    fn trim_slice(&mut self) -> bool {
        self.groups_since_trim = 0;
        let target = Sequence(self.shared.trim_target.load(Ordering::Relaxed));
        if target <= self.trimmed {
            return false;
        }
        let Some(connection) = &mut self.connection else { return false };
        match delete_slice(connection, target) {
            Ok(slice) => {
                self.trimmed = slice.reached;
                self.unmoved_bytes += RECORD_OVERHEAD;
                self.shared.live_bytes.fetch_sub(slice.bytes, Ordering::Relaxed);
                self.shared.live_records.fetch_sub(slice.records, Ordering::Relaxed);
                self.shared.made_room();
                true
            }
            Err(error) => {
                let refusal = self.failed("trim", &error);
                if self.connection.is_none() {
                    self.shared.refuse(refusal);
                }
                false
            }
        }
    }
}

/// One transaction, one fsync; the last sequence of each work.
fn commit(connection: &mut Connection, group: &[Work]) -> rusqlite::Result<Vec<Sequence>> {
    let transaction = connection.transaction()?;
    let mut sequences = Vec::with_capacity(group.len());
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO records (signal, key_id, received_unix_nanos, item_count, raw_bytes, checksum, payload)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let mut count = transaction.prepare_cached(
            "UPDATE counters SET items = items + ?2, records = records + ?3 WHERE signal = ?1",
        )?;
        let mut remember = transaction.prepare_cached("INSERT OR REPLACE INTO cursors VALUES (?1, ?2)")?;
        for work in group {
            for record in &work.records {
                insert.execute(rusqlite::params![
                    record.signal.code(),
                    record.key_id,
                    record.received_unix_nanos,
                    record.item_count,
                    record.raw_bytes,
                    record.checksum,
                    record.payload
                ])?;
            }
            if let Some((source, position)) = &work.position {
                remember.execute((source, position))?;
            }
            sequences.push(Sequence(transaction.last_insert_rowid()));
        }
        for signal in [Signal::Traces, Signal::Logs] {
            let (items, records) = totals(group, signal);
            if records > 0 {
                count.execute((signal.code(), items, records))?;
            }
        }
    }
    transaction.commit()?;
    Ok(sequences)
}

/// Makes the durable total at least `processed` plus what is in the log after `cursor`; returns that sum.
fn raise_accepted(
    connection: &Connection,
    signal: Signal,
    processed: u64,
    cursor: Sequence,
) -> rusqlite::Result<u64> {
    let waiting: u64 = connection.query_row(
        "SELECT coalesce(sum(item_count), 0) FROM records WHERE signal = ?1 AND sequence > ?2",
        (signal.code(), cursor.0),
        |row| row.get(0),
    )?;
    let items = processed.saturating_add(waiting);
    let mut raise =
        connection.prepare_cached("UPDATE counters SET items = max(items, ?2) WHERE signal = ?1")?;
    raise.execute((signal.code(), items))?;
    Ok(items)
}

/// What one trim removed.
struct Slice {
    reached: Sequence,
    bytes: u64,
    records: u64,
}

fn delete_slice(connection: &mut Connection, target: Sequence) -> rusqlite::Result<Slice> {
    let transaction = connection.transaction()?;
    let mut slice = Slice { reached: target, bytes: 0, records: 0 };
    {
        let mut sizes = transaction.prepare_cached(
            "SELECT sequence, length(payload) FROM records WHERE sequence <= ?1 ORDER BY sequence",
        )?;
        let mut rows = sizes.query([target.0])?;
        while let Some(row) = rows.next()? {
            slice.bytes += row.get::<_, u64>(1)?;
            slice.records += 1;
            if slice.bytes >= TRIM_BYTES_MAX {
                slice.reached = Sequence(row.get(0)?);
                break;
            }
        }
    }
    transaction.prepare_cached("DELETE FROM records WHERE sequence <= ?1")?.execute([slice.reached.0])?;
    transaction.commit()?;
    Ok(slice)
}

fn totals(group: &[Work], signal: Signal) -> (u64, u64) {
    let records = group.iter().flat_map(|work| &work.records).filter(|record| record.signal == signal);
    records.fold((0, 0), |(items, records), record| (items + u64::from(record.item_count), records + 1))
}
