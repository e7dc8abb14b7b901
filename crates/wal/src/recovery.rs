//! Opening the log again after its disk failed. Nothing of it is believed until it has been read through.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::Connection;

use crate::error::WalError;
use crate::record::Sequence;
use crate::schema;
use crate::shared::Shared;

/// The log, in one file that is on disk.
pub(crate) struct Reopened {
    pub(crate) connection: Connection,
    /// The newest sequence ever given out.
    pub(crate) last: Sequence,
}

/// Opens the file again; `last` is the newest sequence that was acknowledged, which is never given out again.
///
/// A commit whose fsync failed may be there: it was answered with an error, and its sender will send it again. What may
/// not happen is that later commits depend on pages of it that never reach the disk, so everything is moved into the
/// file, with an fsync that works, before anything is added. What was acknowledged earlier has to be there.
pub(crate) fn reopen(path: &Path, last: Sequence, shared: &Shared) -> Result<Reopened, WalError> {
    // opening would make a new file, which is for the next start to decide
    std::fs::metadata(path).map_err(|source| WalError::Io {
        action: "find",
        path: path.to_owned(),
        source,
    })?;
    let connection = schema::open(path, last)?;
    settle(&connection, path)?;
    let found = read_through(&connection).map_err(schema::sqlite("read", path))?;
    let expected = shared.live_records.load(Ordering::Relaxed);
    let last = schema::load_totals(&connection, path, shared)?.max(last);
    if found.damaged > 0 || found.records < expected {
        tracing::error!(
            damaged = found.damaged,
            records = found.records,
            expected,
            "the disk lost acknowledged records: what cannot be decoded will be kept in the quarantine folder"
        );
    }
    tracing::warn!(records = found.records, "the log is open again after its failure, and was read through");
    Ok(Reopened { connection, last })
}

/// Moves everything in SQLite's own log into the file and empties that log. An error when a reader is in the way.
pub(crate) fn settle(connection: &Connection, path: &Path) -> Result<(), WalError> {
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(schema::sqlite("checkpoint", path))?;
    if busy == 0 { Ok(()) } else { Err(WalError::Busy { path: path.to_owned() }) }
}

/// The same without waiting for a reader.
pub(crate) fn settle_at_once(connection: &Connection, path: &Path) -> Result<(), WalError> {
    connection.busy_timeout(Duration::ZERO).map_err(schema::sqlite("checkpoint", path))?;
    let settled = settle(connection, path);
    connection.busy_timeout(schema::BUSY_TIMEOUT).map_err(schema::sqlite("checkpoint", path))?;
    settled
}

struct Found {
    records: u64,
    damaged: u64,
}

/// Reads every payload and compares its checksum.
fn read_through(connection: &Connection) -> rusqlite::Result<Found> {
    let mut found = Found { records: 0, damaged: 0 };
    let mut statement = connection.prepare("SELECT checksum, payload FROM records ORDER BY sequence")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.records += 1;
        if crc32fast::hash(row.get_ref(1)?.as_blob()?) != row.get::<_, u32>(0)? {
            found.damaged += 1;
        }
    }
    Ok(found)
}
