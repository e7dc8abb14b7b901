//! `app.db`: the SQLite database of accounts, keys, settings, audit and the archive manifest. Opens the pool and runs the
//! migrations of all features; no feature's SQL lives here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::error::ErrorKind;

/// Every migration of the repository, in order. Applied ones are never edited.
static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How long a statement waits for another writer before it fails. Long enough for the seconds that an fsync takes on a
/// busy cloud disk or an SD card.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request waits for a connection; longer means overload, which is answered with 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Readers beside the one writer that SQLite allows; each costs up to its 2 MB page cache.
const CONNECTIONS_MAX: u32 = 8;

/// Why the database cannot be used. Each names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The file is not a healthy SQLite database.
    #[error(
        "{path} is damaged; restore it from a backup, or move it away to start with no accounts and keys"
    )]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite reported.
        #[source]
        source: Option<sqlx::Error>,
    },
    /// Another process holds it.
    #[error("{path} is locked by another process; stop that one first")]
    Locked {
        /// The database file.
        path: PathBuf,
        /// What SQLite reported.
        #[source]
        source: sqlx::Error,
    },
    /// A newer release wrote it.
    #[error("{path} was written by a newer version (it has migration {migration}); use that version")]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The migration that this version does not know.
        migration: i64,
    },
    /// A migration that was already applied is not the one in this build.
    #[error("{path} and this build disagree about migration {migration}; use a released version")]
    Diverged {
        /// The database file.
        path: PathBuf,
        /// The migration whose text differs.
        migration: i64,
    },
    /// It cannot be created, opened or read.
    #[error("{path} cannot be opened; check that the folder exists, is writable and has free space")]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite reported.
        #[source]
        source: sqlx::Error,
    },
    /// A migration failed; it was rolled back.
    #[error("a migration of {path} failed and was rolled back")]
    Migrate {
        /// The database file.
        path: PathBuf,
        /// What failed.
        #[source]
        source: MigrateError,
    },
}

/// Opens (or creates) the database. Rolls back what a crash left behind and checks that the file is sound.
///
/// Commits are fsynced (`synchronous = FULL`): writes here are rare, and with NORMAL a power cut could bring back a revoked
/// key or lose one that was shown only once.
pub async fn open_pool(path: &Path) -> Result<SqlitePool, DbError> {
    open_waiting(path, BUSY_TIMEOUT).await
}

async fn open_waiting(path: &Path, busy_timeout: Duration) -> Result<SqlitePool, DbError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // what is deleted is overwritten
        .pragma("secure_delete", "ON")
        .busy_timeout(busy_timeout);
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(|source| classify(path, source))?;
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&pool)
        .await
        .map_err(|source| classify(path, source))?;
    if verdict == "ok" {
        return Ok(pool);
    }
    tracing::error!(path = %path.display(), verdict, "database check failed");
    Err(DbError::Damaged { path: path.to_owned(), source: None })
}

/// Whether the database answers: reads its first page.
pub async fn answers(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(pool).await.map(drop)
}

/// Brings the schema up to this version, each migration in a transaction of its own.
pub async fn migrate(pool: &SqlitePool) -> Result<(), DbError> {
    let path = pool.connect_options().get_filename().to_owned();
    MIGRATIONS.run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(migration) => DbError::Newer { path, migration },
        MigrateError::VersionMismatch(migration) => DbError::Diverged { path, migration },
        MigrateError::Execute(source) => classify(&path, source),
        source => DbError::Migrate { path, source },
    })
}

/// Sorts SQLite's primary result codes (<https://sqlite.org/rescode.html>) by what the operator should do.
fn classify(path: &Path, source: sqlx::Error) -> DbError {
    let path = path.to_owned();
    match primary_code(&source) {
        Some(5 | 6) => DbError::Locked { path, source },
        Some(11 | 26) => DbError::Damaged { path, source: Some(source) },
        _ => DbError::Open { path, source },
    }
}

/// The kind of a failed statement: busy, full or unreachable storage may recover, anything else is a bug.
pub fn error_kind(error: &sqlx::Error) -> ErrorKind {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => ErrorKind::Unavailable,
        // busy, locked, IO error, full, cannot open
        other => match primary_code(other) {
            Some(5 | 6 | 10 | 13 | 14) => ErrorKind::Unavailable,
            _ => ErrorKind::Internal,
        },
    }
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn open(folder: &tempfile::TempDir) -> Result<SqlitePool, DbError> {
        let pool = open_pool(&folder.path().join("app.db")).await?;
        migrate(&pool).await?;
        Ok(pool)
    }

    /// Scenario: create, close, open again. Guarantee: migrations run once; WAL, FULL and foreign keys are on.
    #[tokio::test]
    async fn database_opens_twice_with_its_settings() {
        let folder = tempfile::tempdir().unwrap();
        open(&folder).await.unwrap().close().await;
        let pool = open(&folder).await.unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.unwrap();
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&pool).await.unwrap();
        let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&pool).await.unwrap();
        assert_eq!((journal.as_str(), synchronous, foreign_keys), ("wal", 2, 1));
    }

    /// Scenario: the file holds something else. Guarantee: it is called damaged, by name, and left as it is.
    #[tokio::test]
    async fn damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        let junk = vec![0x5a; 8192];
        std::fs::write(&path, &junk).unwrap();
        let error = open(&folder).await.unwrap_err();
        assert!(matches!(error, DbError::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains("app.db"));
        assert_eq!(std::fs::read(&path).unwrap(), junk);
    }

    /// Scenario: a page in the middle is overwritten. Guarantee: it is called damaged before anybody signs in.
    #[tokio::test]
    async fn damaged_page_is_found_at_open() {
        let folder = tempfile::tempdir().unwrap();
        let pool = open(&folder).await.unwrap();
        // moves everything from the -wal file, which would hide the damage, into the main one
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await.unwrap();
        pool.close().await;
        let path = folder.path().join("app.db");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4096..8192].fill(0xff);
        std::fs::write(&path, bytes).unwrap();
        let error = open(&folder).await.unwrap_err();
        assert!(matches!(error, DbError::Damaged { .. }), "{error:?}");
    }

    /// Scenario: the database has a migration that this build does not know. Guarantee: refused as newer.
    #[tokio::test]
    async fn newer_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pool = open(&folder).await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', 1, x'00', 0)",
        )
        .execute(&pool)
        .await
        .unwrap();
        let error = migrate(&pool).await.unwrap_err();
        assert!(matches!(error, DbError::Newer { migration: 9999, .. }), "{error:?}");
    }

    /// Scenario: another process holds the database exclusively. Guarantee: it is called locked, by name.
    #[tokio::test]
    async fn locked_database_is_named() {
        let folder = tempfile::tempdir().unwrap();
        open(&folder).await.unwrap().close().await;
        let path = folder.path().join("app.db");
        let options = SqliteConnectOptions::new().filename(&path).pragma("locking_mode", "EXCLUSIVE");
        let holder = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        sqlx::query("CREATE TABLE held (x)").execute(&holder).await.unwrap();
        let error = open_waiting(&path, Duration::from_millis(10)).await.unwrap_err();
        assert!(matches!(error, DbError::Locked { .. }), "{error:?}");
    }

    /// Scenario: the folder does not exist. Guarantee: an error that names the file and what to check.
    #[tokio::test]
    async fn missing_folder_is_named() {
        let error = open_pool(Path::new("/nonexistent/junjo/app.db")).await.unwrap_err();
        assert!(matches!(error, DbError::Open { .. }), "{error:?}");
        assert!(error.to_string().contains("/nonexistent/junjo/app.db"));
    }
}
