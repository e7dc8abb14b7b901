//! The one writer: a thread that groups waiting appends into one transaction and one fsync, and trims when idle.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::Shared;
use crate::error::{AppendError, WalError};
use crate::options::WalOptions;
use crate::record::{NewRecord, Sequence, Signal};
use crate::space::FreeSpace;

/// Payload bytes removed in one transaction: a larger one held the writer for more than 100 ms.
const TRIM_BYTES_MAX: u64 = 4 << 20;
/// Groups written before a waiting trim gets a turn although the writer is never idle.
const GROUPS_BEFORE_TRIM: u32 = 16;

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
    connection: Connection,
    options: WalOptions,
    commands: mpsc::Receiver<Command>,
    committed: watch::Sender<Sequence>,
    shared: Arc<Shared>,
    space: FreeSpace,
    trimmed: Sequence,
    groups_since_trim: u32,
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
        let mut writer = Self {
            connection,
            options,
            commands,
            committed,
            shared,
            space,
            trimmed: Sequence(0),
            groups_since_trim: 0,
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
                Command::Wake => {}
                Command::Close(done) => closing = Some(done),
            }
            if closing.is_some() {
                break;
            }
        }
        self.commands.close();
        if let Err(error) = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
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
        let written = self.space.check().and_then(|()| {
            self.commit(&group).map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "wal commit failed");
                AppendError::Write { reason: error.to_string() }
            })
        });
        match written {
            Ok(sequences) => {
                self.publish(&group, &sequences);
                for (work, sequence) in group.into_iter().zip(sequences) {
                    let _ = work.ack.send(Ok(sequence));
                }
            }
            Err(error) => {
                for work in group {
                    let _ = work.ack.send(Err(error.clone()));
                }
            }
        }
    }

    /// One transaction, one fsync; the last sequence of each work.
    fn commit(&mut self, group: &[Work]) -> rusqlite::Result<Vec<Sequence>> {
        let transaction = self.connection.transaction()?;
        let mut sequences = Vec::with_capacity(group.len());
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO records (signal, key_id, received_unix_nanos, item_count, raw_bytes, checksum, payload)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            let mut count = transaction.prepare_cached(
                "UPDATE counters SET items = items + ?2, records = records + ?3 WHERE signal = ?1",
            )?;
            let mut remember =
                transaction.prepare_cached("INSERT OR REPLACE INTO cursors VALUES (?1, ?2)")?;
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

    fn raise_accepted(&self, signal: Signal, processed: u64, cursor: Sequence) -> Result<(), AppendError> {
        let raise = || -> rusqlite::Result<u64> {
            let waiting: u64 = self.connection.query_row(
                "SELECT coalesce(sum(item_count), 0) FROM records WHERE signal = ?1 AND sequence > ?2",
                (signal.code(), cursor.0),
                |row| row.get(0),
            )?;
            let items = processed.saturating_add(waiting);
            self.connection.execute(
                "UPDATE counters SET items = max(items, ?2) WHERE signal = ?1",
                (signal.code(), items),
            )?;
            Ok(items)
        };
        let items = raise().map_err(|error| AppendError::Write { reason: error.to_string() })?;
        self.shared.raise_items(signal, items);
        Ok(())
    }

    fn publish(&self, group: &[Work], sequences: &[Sequence]) {
        let records: usize = group.iter().map(|work| work.records.len()).sum();
        self.shared.live_bytes.fetch_add(group.iter().map(Work::bytes).sum(), Ordering::Relaxed);
        self.shared.live_records.fetch_add(records as u64, Ordering::Relaxed);
        for signal in [Signal::Traces, Signal::Logs] {
            let (items, records) = totals(group, signal);
            self.shared.add(signal, items, records);
        }
        if let Some(last) = sequences.last() {
            self.committed.send_replace(*last);
        }
    }

    /// Removes up to [`TRIM_BYTES_MAX`] of what may go; false when there was nothing (or it failed).
    fn trim_slice(&mut self) -> bool {
        self.groups_since_trim = 0;
        let target = Sequence(self.shared.trim_target.load(Ordering::Relaxed));
        if target <= self.trimmed {
            return false;
        }
        match self.delete_slice(target) {
            Ok(reached) => {
                self.trimmed = reached;
                true
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "wal trim failed, will be tried again"
                );
                false
            }
        }
    }

    fn delete_slice(&mut self, target: Sequence) -> rusqlite::Result<Sequence> {
        let transaction = self.connection.transaction()?;
        let (mut reached, mut bytes, mut records) = (target, 0_u64, 0_u64);
        {
            let mut sizes = transaction.prepare_cached(
                "SELECT sequence, length(payload) FROM records WHERE sequence <= ?1 ORDER BY sequence",
            )?;
            let mut rows = sizes.query([target.0])?;
            while let Some(row) = rows.next()? {
                bytes += row.get::<_, u64>(1)?;
                records += 1;
                if bytes >= TRIM_BYTES_MAX {
                    reached = Sequence(row.get(0)?);
                    break;
                }
            }
        }
        transaction.prepare_cached("DELETE FROM records WHERE sequence <= ?1")?.execute([reached.0])?;
        transaction.commit()?;
        self.shared.live_bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.shared.live_records.fetch_sub(records, Ordering::Relaxed);
        Ok(reached)
    }
}

fn totals(group: &[Work], signal: Signal) -> (u64, u64) {
    let records = group.iter().flat_map(|work| &work.records).filter(|record| record.signal == signal);
    records.fold((0, 0), |(items, records), record| (items + u64::from(record.item_count), records + 1))
}
