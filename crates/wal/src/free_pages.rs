//! Pages that an earlier version freed still hold what it trimmed. They are overwritten once, when the file is opened; from then on
//! `secure_delete` keeps free pages empty.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{WalError, is_damage};

/// The row of `meta` that says that it is done.
pub(crate) const DONE: &str = "free_pages_overwritten";
/// Written in one transaction.
const SLICE_BYTES: u64 = 4 << 20;
/// Above this the start would take minutes; the file stays as it is.
const FREE_BYTES_MAX: u64 = 1 << 30;

/// Overwrites free pages where that was never done. A full disk is no reason not to start: it is tried again at the next.
pub(crate) fn overwrite(connection: &Connection, path: &Path) -> Result<(), WalError> {
    match overwrite_once(connection) {
        Err(source) if is_damage(&source) => {
            Err(WalError::Sqlite { action: "overwrite free pages of", path: path.to_owned(), source })
        }
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "free pages of the log still hold what an earlier version has trimmed"
            );
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn overwrite_once(connection: &Connection) -> rusqlite::Result<()> {
    let is_done: bool =
        connection
            .query_row("SELECT EXISTS (SELECT 1 FROM meta WHERE key = ?1)", [DONE], |row| row.get(0))?;
    if is_done {
        return Ok(());
    }
    let first = free_bytes(connection)?;
    if first > FREE_BYTES_MAX {
        tracing::warn!(
            bytes = first,
            "free pages of the log hold what an earlier version has trimmed, and are too many to overwrite"
        );
        return Ok(());
    }
    connection.execute_batch("CREATE TABLE IF NOT EXISTS filler (zeros BLOB NOT NULL)")?;
    loop {
        let free = free_bytes(connection)?;
        if free == 0 {
            break;
        }
        connection.execute("INSERT INTO filler VALUES (zeroblob(?1))", [free.min(SLICE_BYTES)])?;
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    }
    // its pages are empty already
    connection.execute_batch("PRAGMA secure_delete = OFF; DROP TABLE filler; PRAGMA secure_delete = ON;")?;
    connection.execute("INSERT INTO meta VALUES (?1, x'01')", [DONE])?;
    tracing::info!(bytes = first, "overwrote what an earlier version had trimmed from the log");
    Ok(())
}

fn free_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
    Ok(pragma("freelist_count")? * pragma("page_size")?)
}
