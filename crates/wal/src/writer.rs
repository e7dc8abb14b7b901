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

use crate::error::{AppendError, WalError};
use crate::options::WalOptions;
use crate::record::{Sequence, Signal};
use crate::recovery;
use crate::schema;
use crate::shared::Shared;
use crate::space::FreeSpace;
use crate::transactions::{accepted_by, commit, delete_slice, raise_accepted};
use crate::work::{COMMIT_BYTES, Command, Work};

/// Groups written before a waiting trim gets a turn although the writer is never idle.
const GROUPS_BEFORE_TRIM: u32 = 16;
/// Bytes in SQLite's own log after which they are moved into the file: more would only make the next start longer.
const CHECKPOINT_BYTES: u64 = 16 << 20;
/// Between two looks whether a failed disk works again.
const PROBE_INTERVAL: Duration = Duration::from_millis(500);

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
                Command::Settle(ack) => {
                    let _ = ack.send(self.settle());
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
                Ok(Command::Settle(ack)) => {
                    let _ = ack.send(self.settle());
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

    /// Empties SQLite's log; false when a reader needs it.
    fn settle(&mut self) -> Result<bool, AppendError> {
        let path = self.options.path.clone();
        match recovery::settle_at_once(self.usable()?, &path) {
            Ok(()) => {
                self.unmoved_bytes = 0;
                Ok(true)
            }
            Err(WalError::Busy { .. }) => Ok(false),
            Err(WalError::Sqlite { source, .. }) => Err(self.failed("checkpoint", &source)),
            Err(error) => Err(AppendError::Write { reason: error.to_string() }),
        }
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
        self.unmoved_bytes += COMMIT_BYTES + group.iter().map(Work::page_bytes).sum::<u64>();
        self.shared.live_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.shared.live_records.fetch_add(records as u64, Ordering::Relaxed);
        for signal in [Signal::Traces, Signal::Logs] {
            self.shared.add(signal, accepted_by(group, signal));
        }
        if let Some(last) = sequences.last() {
            self.committed.send_replace(*last);
        }
        self.shared.accept_again();
    }

    /// Removes up to one slice of what may go; false when there was nothing (or it failed).
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
                // pages that are freed are overwritten, in SQLite's log first
                self.unmoved_bytes += COMMIT_BYTES + slice.bytes;
                self.shared.live_bytes.fetch_sub(slice.bytes, Ordering::Relaxed);
                self.shared.live_records.fetch_sub(slice.records, Ordering::Relaxed);
                self.shared.made_room();
                self.checkpoint_if_due();
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
