//! A trial opening of the index. DuckDB's own recovery can abort the process, so a child process does this first; what it
//! finds decides between opening, setting the file aside, and stopping with a sentence.

use std::path::Path;
use std::sync::Arc;

use duckdb::{Config, Connection};

use super::words::is_of_machine;

/// What a trial opening of the file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It opens, its write-ahead log is replayed and checkpointed.
    Sound,
    /// It is damaged: set it aside and rebuild.
    Damaged(String),
    /// Something else is in the way (a lock, the disk, memory): stop and say so.
    Blocked(String),
}

/// Runs [`probe_index`] where a crash of DuckDB does no harm: the server starts itself as a child process.
pub type Prober = Arc<dyn Fn(&Path) -> Probe + Send + Sync>;

/// Opens the file read-write, replays its write-ahead log, checkpoints and closes it. Call it in a process that may die.
pub fn probe_index(path: &Path) -> Probe {
    let attempt = || -> duckdb::Result<bool> {
        let connection = Connection::open_with_flags(path, base_config()?)?;
        if is_cut_off(&connection, path)? {
            return Ok(false);
        }
        connection.execute_batch("CHECKPOINT")?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(true)
    };
    match attempt() {
        Ok(true) => Probe::Sound,
        Ok(false) => Probe::Damaged("the file is shorter than what its header says is in use".to_owned()),
        Err(error) if is_of_machine(&error) => Probe::Blocked(error.to_string()),
        Err(error) => Probe::Damaged(error.to_string()),
    }
}

/// Bytes in front of the first block: DuckDB's three headers.
const HEADER_BYTES: u64 = 3 * 4096;

/// Whether blocks are missing at the end. DuckDB notices only when it reads one, which may be in the middle of a query.
///
/// A checkpoint writes the header first and then cuts free blocks off the end, so a sound file may lack as many blocks as are
/// free.
fn is_cut_off(connection: &Connection, path: &Path) -> duckdb::Result<bool> {
    let sql = "SELECT block_size * (total_blocks - free_blocks) FROM pragma_database_size()
               WHERE database_name = current_database()";
    let blocks: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    let bytes = std::fs::metadata(path).map_or(u64::MAX, |file| file.len());
    Ok(bytes < blocks.unsigned_abs().saturating_add(HEADER_BYTES))
}

pub(super) fn base_config() -> duckdb::Result<Config> {
    // the file format with the best compression that this library writes; fixed so that an upgrade does not change it
    Config::default().with("storage_compatibility_version", "v1.5.0")
}
