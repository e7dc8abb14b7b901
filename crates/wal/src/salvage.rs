//! A damaged `wal.db` is never overwritten: it is moved aside and what can be read is copied into a new file.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::{WalError, is_damage};
use crate::options::WalOptions;
use crate::record::{DEFAULT_PROJECT, Record, Sequence};
use crate::{reader, schema};

/// Unreadable sequences in a row after which salvage gives up.
const UNREADABLE_RUN_MAX: u32 = 10_000;

/// What was saved from a damaged log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalvageReport {
    /// Where the damaged file is kept.
    pub kept: PathBuf,
    /// Records copied into the new log, with their sequences.
    pub records: u64,
    /// Spans and log records in them.
    pub items: u64,
}

/// Opens the log; on structural damage keeps the old file aside and starts a new one with what is readable.
pub(crate) fn open_or_salvage(
    options: &WalOptions,
    floor: Sequence,
) -> Result<(Connection, Option<SalvageReport>), WalError> {
    match open_checked(&options.path, floor) {
        Ok(connection) => Ok((connection, None)),
        Err(error) if error.is_damage() => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                path = %options.path.display(),
                "wal.db is damaged, moving it to the quarantine folder and copying what is readable"
            );
            let kept = move_aside(options)?;
            // above whatever the damaged file may have given out, also when that cannot be read any more
            let mut connection = schema::open(&options.path, floor.max(Sequence(1)))?;
            let report = copy_readable(&kept, &mut connection, &options.path)?;
            Ok((connection, Some(report)))
        }
        Err(error) => Err(error),
    }
}

/// Opens and touches every leaf of the table, so that damage shows at start and not at the first read.
fn open_checked(path: &Path, floor: Sequence) -> Result<Connection, WalError> {
    let connection = schema::open(path, floor)?;
    connection
        .query_row("SELECT count(*), sum(length(payload)), max(sequence) FROM records", [], |_| Ok(()))
        .map_err(schema::sqlite("read", path))?;
    schema::wal_id(&connection, path)?;
    Ok(connection)
}

fn move_aside(options: &WalOptions) -> Result<PathBuf, WalError> {
    let io = |action, path: &Path| {
        let path = path.to_owned();
        move |source| WalError::Io { action, path, source }
    };
    std::fs::create_dir_all(&options.quarantine_dir).map_err(io("create", &options.quarantine_dir))?;
    let kept = options.quarantine_dir.join(format!("wal-{}.db", uuid::Uuid::now_v7().simple()));
    for suffix in ["-wal", "-shm", ""] {
        let (from, to) = (suffixed(&options.path, suffix), suffixed(&kept, suffix));
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io("move aside", &from)(error));
            }
            _ => {}
        }
    }
    Ok(kept)
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    name.into()
}

fn copy_readable(kept: &Path, new: &mut Connection, path: &Path) -> Result<SalvageReport, WalError> {
    let mut report = SalvageReport { kept: kept.to_owned(), records: 0, items: 0 };
    let Ok(old) = Connection::open(kept) else {
        return Ok(report);
    };
    // without this SQLite refuses every page of a file that is shorter than its header says
    if old.execute_batch("PRAGMA writable_schema = ON").is_err() {
        return Ok(report);
    }
    let transaction = new.transaction().map_err(schema::sqlite("write", path))?;
    let project = project_of(&old);
    let (mut after, mut unreadable) = (0, 0);
    while unreadable < UNREADABLE_RUN_MAX {
        match next_record(&old, &project, after) {
            Ok(Some(record)) => {
                after = record.sequence.0;
                unreadable = 0;
                if record.message().is_ok() {
                    insert(&transaction, &record).map_err(schema::sqlite("write", path))?;
                    report.records += 1;
                    report.items += u64::from(record.item_count);
                }
            }

            Err(error) if is_damage(&error) && error_is_row_local(&old) => {
                after += 1;
                unreadable += 1;
            }
            Ok(None) | Err(_) => break,
        }
    }
    // the totals were in the damaged file too: what was salvaged is the least that had been accepted
    if let Ok(totals) = read_totals(&old) {
        for (signal, items, records) in totals {
            transaction
                .execute(
                    "UPDATE counters SET items = ?2, records = ?3 WHERE signal = ?1",
                    (signal, items, records),
                )
                .map_err(schema::sqlite("write", path))?;
        }
    }
    let last = old.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'records'", [], |row| row.get(0));
    schema::raise_sequence(&transaction, Sequence(last.unwrap_or(0)))
        .map_err(schema::sqlite("write", path))?;
    transaction.commit().map_err(schema::sqlite("write", path))?;
    Ok(report)
}

/// Whether the table still answers at all; a file that is no database never will.
fn error_is_row_local(old: &Connection) -> bool {
    old.query_row("SELECT 1 FROM sqlite_master LIMIT 1", [], |_| Ok(())).is_ok()
}

/// The project as an expression: the damaged file may be of the format before there were projects.
fn project_of(old: &Connection) -> String {
    match old.prepare("SELECT project FROM records LIMIT 0") {
        Ok(_) => "project".to_owned(),
        Err(_) => format!("'{DEFAULT_PROJECT}'"),
    }
}

fn next_record(old: &Connection, project: &str, after: i64) -> rusqlite::Result<Option<Record>> {
    old.prepare_cached(&format!(
        "SELECT sequence, signal, key_id, {project}, received_unix_nanos, item_count, raw_bytes, checksum, payload
         FROM records WHERE sequence > ?1 ORDER BY sequence LIMIT 1"
    ))?
    .query_row([after], reader::record)
    .optional()
}

fn read_totals(old: &Connection) -> rusqlite::Result<Vec<(i64, i64, i64)>> {
    old.prepare("SELECT signal, items, records FROM counters")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

fn insert(new: &Connection, record: &Record) -> rusqlite::Result<()> {
    let signal = record.signal.map_or(0, crate::Signal::code);
    new.prepare_cached(
        "INSERT OR IGNORE INTO records
         (sequence, signal, key_id, project, received_unix_nanos, item_count, raw_bytes, checksum, payload)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(rusqlite::params![
        record.sequence.0,
        signal,
        record.key_id,
        record.project,
        record.received_unix_nano,
        record.item_count,
        record.raw_bytes,
        record.checksum,
        &record.payload[..]
    ])
    .map(drop)
}
