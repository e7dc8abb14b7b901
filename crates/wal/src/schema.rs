//! Tables of `wal.db`, creation and what is read from them at start.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::WalError;
use crate::free_pages;
use crate::record::{Sequence, Signal, WalId};
use crate::shared::{Accepted, Shared};
use crate::taken;

/// `PRAGMA user_version` of the file this code writes.
///
/// | version | since then |
/// |---|---|
/// | 1 | the first |
/// | 2 | `records.project` |
/// | 3 | `taken_keys` |
pub const FORMAT_VERSION: i64 = 3;

/// From version 1 to 2. SQLite only notes the column and its default: no record is rewritten.
const ADD_PROJECT_SQL: &str = "ALTER TABLE records ADD COLUMN project TEXT NOT NULL DEFAULT 'default'";

/// 16 KiB pages: an export request is tens to hundreds of KiB, and larger pages shorten its overflow chain. The writer
/// checkpoints itself: SQLite's own does it before the commit returns, and hides when it fails. What is trimmed is overwritten: a
/// deletion leaves no byte.
const OPEN_SQL: &str = "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA busy_timeout = 10000; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON;";

/// What [`OPEN_SQL`] sets.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const CREATE_SQL: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE records (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        signal INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        project TEXT NOT NULL DEFAULT 'default',
        received_unix_nanos INTEGER NOT NULL,
        item_count INTEGER NOT NULL,
        raw_bytes INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        payload BLOB NOT NULL
    );
    CREATE TABLE cursors (source TEXT PRIMARY KEY, position BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE counters (signal INTEGER PRIMARY KEY, items INTEGER NOT NULL, records INTEGER NOT NULL);
    INSERT INTO counters VALUES (1, 0, 0), (2, 0, 0);";

pub(crate) fn sqlite(action: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> WalError {
    move |source| WalError::Sqlite { action, path: path.to_owned(), source }
}

/// How far above the highest known sequence a new file starts when a predecessor was lost: more records than a log
/// can hold, so that no sequence which an index may have seen of the lost file is given out again.
pub(crate) const LOST_GAP: i64 = 1 << 32;

/// Opens or creates the file, checks its version, reads every page that a later read depends on.
pub(crate) fn open(path: &Path, floor: Sequence) -> Result<Connection, WalError> {
    let mut connection = Connection::open(path).map_err(sqlite("open", path))?;
    connection.execute_batch(OPEN_SQL).map_err(sqlite("open", path))?;
    let found: i64 =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite("open", path))?;
    let floor = match found {
        0 => {
            create(&mut connection, path)?;
            if floor > Sequence(0) { Sequence(floor.0.saturating_add(LOST_GAP)) } else { floor }
        }
        1 | 2 => {
            upgrade(&mut connection, path, found)?;
            floor
        }
        FORMAT_VERSION => floor,
        _ => {
            return Err(WalError::NewerFormat { path: path.to_owned(), found, known: FORMAT_VERSION });
        }
    };
    free_pages::overwrite(&connection, path)?;
    raise_sequence(&connection, floor).map_err(sqlite("open", path))?;
    Ok(connection)
}

/// Brings a file of an earlier version up to this one, in one transaction.
fn upgrade(connection: &mut Connection, path: &Path, from: i64) -> Result<(), WalError> {
    let upgrade = |connection: &mut Connection| {
        let transaction = connection.transaction()?;
        if from < 2 {
            transaction.execute_batch(ADD_PROJECT_SQL)?;
        }
        transaction.execute_batch(taken::CREATE_SQL)?;
        transaction.pragma_update(None, "user_version", FORMAT_VERSION)?;
        transaction.commit()
    };
    upgrade(connection).map_err(sqlite("bring up to date", path))?;
    tracing::info!(from, to = FORMAT_VERSION, "the log has been brought up to the format of this version");
    Ok(())
}

/// SQLite's own log beside the file.
pub(crate) fn log_of(path: &Path) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push("-wal");
    name.into()
}

/// A connection that can only read; never holds a transaction longer than one batch.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA busy_timeout = 10000; PRAGMA query_only = 1;")?;
    Ok(connection)
}

fn create(connection: &mut Connection, path: &Path) -> Result<(), WalError> {
    let id = uuid::Uuid::new_v4();
    let create = |connection: &mut Connection| {
        let transaction = connection.transaction()?;
        transaction.execute_batch(CREATE_SQL)?;
        transaction.execute_batch(taken::CREATE_SQL)?;
        transaction.execute("INSERT INTO meta VALUES ('wal_id', ?1)", [id.as_bytes()])?;
        transaction.execute("INSERT INTO meta VALUES (?1, x'01')", [free_pages::DONE])?;
        transaction.pragma_update(None, "user_version", FORMAT_VERSION)?;
        transaction.commit()
    };
    create(connection).map_err(sqlite("create", path))
}

/// Makes the next sequence at least `floor` + 1.
pub(crate) fn raise_sequence(connection: &Connection, floor: Sequence) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'records', 0
         WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'records')",
        [],
    )?;
    connection
        .execute("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'records' AND seq < ?1", [floor.0])?;
    Ok(())
}

pub(crate) fn wal_id(connection: &Connection, path: &Path) -> Result<WalId, WalError> {
    let bytes: [u8; 16] = connection
        .query_row("SELECT value FROM meta WHERE key = 'wal_id'", [], |row| row.get(0))
        .map_err(sqlite("open", path))?;
    Ok(WalId(uuid::Uuid::from_bytes(bytes)))
}

/// Fills the shared numbers from the file; returns the newest sequence ever given out.
pub(crate) fn load_totals(
    connection: &Connection,
    path: &Path,
    shared: &Shared,
) -> Result<Sequence, WalError> {
    let load = || -> rusqlite::Result<i64> {
        let (records, bytes): (u64, u64) = connection.query_row(
            "SELECT count(*), coalesce(sum(length(payload)), 0) FROM records",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        shared.live_records.store(records, Ordering::Relaxed);
        shared.live_bytes.store(bytes, Ordering::Relaxed);
        let mut statement = connection.prepare("SELECT signal, items, records FROM counters")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(signal) = Signal::from_code(row.get(0)?) {
                shared.set(signal, Accepted { items: row.get(1)?, records: row.get(2)? });
            }
        }
        connection.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'records'", [], |row| row.get(0))
    };
    load().map(Sequence).map_err(sqlite("read", path))
}
