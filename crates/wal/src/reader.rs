//! Reading: short transactions on pooled read-only connections that copy records out and decode nothing.

use std::path::PathBuf;

use bytes::Bytes;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::error::WalError;
use crate::record::{Record, RecordSize, Sequence, Signal};
use crate::schema;
use crate::taken::{self, KeyRange};

const COLUMNS: &str =
    "sequence, signal, key_id, project, received_unix_nanos, item_count, raw_bytes, checksum, payload";
/// Connections kept open between reads; more than this many readers at once open their own.
const IDLE_MAX: usize = 4;

pub(crate) struct ReaderPool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl ReaderPool {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()) }
    }

    pub(crate) fn clear(&self) {
        self.idle.lock().clear();
    }

    pub(crate) fn read_after(&self, after: Sequence, bytes_max: u64) -> Result<Vec<Record>, WalError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM records WHERE sequence > ?1 ORDER BY sequence"
            ))?;
            let mut rows = statement.query([after.0])?;
            let (mut records, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let record = record(row)?;
                bytes += record.payload_bytes();
                records.push(record);
                if bytes >= bytes_max {
                    break;
                }
            }
            Ok(records)
        })
    }

    pub(crate) fn read_one(&self, sequence: Sequence) -> Result<Option<Record>, WalError> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM records WHERE sequence = ?1"))?
                .query_row([sequence.0], record)
                .optional()
        })
    }

    pub(crate) fn sizes_after(&self, after: Sequence, limit: u32) -> Result<Vec<RecordSize>, WalError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT sequence, length(payload), received_unix_nanos, item_count FROM records WHERE sequence > ?1
                     ORDER BY sequence LIMIT ?2",
                )?
                .query_map((after.0, limit), record_size)?
                .collect()
        })
    }

    pub(crate) fn sizes_of(
        &self,
        signal: Signal,
        after: Sequence,
        limit: u32,
    ) -> Result<Vec<RecordSize>, WalError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT sequence, length(payload), received_unix_nanos, item_count FROM records
                     WHERE sequence > ?1 AND (signal = ?3) = ?4 ORDER BY sequence LIMIT ?2",
                )?
                .query_map((after.0, limit, Signal::Logs.code(), signal == Signal::Logs), record_size)?
                .collect()
        })
    }

    pub(crate) fn newest(&self) -> Result<Option<Sequence>, WalError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT max(sequence) FROM records")?
                .query_row([], |row| row.get::<_, Option<i64>>(0))
                .map(|newest| newest.map(Sequence))
        })
    }

    pub(crate) fn remote_position(&self, source: &str) -> Result<Option<Vec<u8>>, WalError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT position FROM cursors WHERE source = ?1")?
                .query_row([source], |row| row.get(0))
                .optional()
        })
    }

    pub(crate) fn taken_keys(&self, source: &str, range: &KeyRange) -> Result<Vec<Vec<u8>>, WalError> {
        self.with(|connection| taken::within(connection, source, range))
    }

    pub(crate) fn oldest_received(&self) -> Result<Option<i64>, WalError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT received_unix_nanos FROM records ORDER BY sequence LIMIT 1")?
                .query_row([], |row| row.get(0))
                .optional()
        })
    }

    /// Bytes on disk of the file and its journal; 0 for what is not there.
    pub(crate) fn file_bytes(&self) -> u64 {
        let size = |path: PathBuf| std::fs::metadata(path).map_or(0, |meta| meta.len());
        size(self.path.clone()) + size(schema::log_of(&self.path))
    }

    fn with<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, WalError> {
        let pooled = self.idle.lock().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => schema::open_reader(&self.path).map_err(schema::sqlite("open", &self.path))?,
        };
        let result = read(&connection).map_err(schema::sqlite("read", &self.path))?;
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        Ok(result)
    }
}

/// Reads `sequence, length(payload), received_unix_nano, item_count`.
fn record_size(row: &Row<'_>) -> rusqlite::Result<RecordSize> {
    Ok(RecordSize {
        sequence: Sequence(row.get(0)?),
        payload_bytes: row.get(1)?,
        received_unix_nano: row.get(2)?,
        item_count: row.get(3)?,
    })
}

/// Copies one row of [`COLUMNS`].
pub(crate) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        sequence: Sequence(row.get(0)?),
        signal: Signal::from_code(row.get(1)?),
        key_id: row.get(2)?,
        project: row.get(3)?,
        received_unix_nano: row.get(4)?,
        item_count: row.get(5)?,
        raw_bytes: row.get(6)?,
        checksum: row.get(7)?,
        payload: Bytes::copy_from_slice(row.get_ref(8)?.as_blob()?),
    })
}
