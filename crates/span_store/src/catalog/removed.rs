//! Files that left the manifest and are still in the folder, because somebody reads them: rows of `archive_removed`, so that
//! after a crash nobody takes one of them for a file whose manifest row was lost.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use sqlx::{Row as _, SqliteConnection, SqlitePool};

use super::file::Leased;
use crate::error::StoreError;

/// Removed files that are still in the folder.
#[derive(Clone)]
pub(crate) struct Removed {
    pool: SqlitePool,
    files: Arc<Mutex<Vec<RemovedFile>>>,
}

struct RemovedFile {
    path: String,
    /// Alive while somebody reads the file.
    lease: Weak<()>,
}

impl Removed {
    pub(super) async fn load(pool: SqlitePool) -> Result<Self, sqlx::Error> {
        let rows = sqlx::query("SELECT path FROM archive_removed").fetch_all(&pool).await?;
        let files = rows.iter().map(|row| {
            // nobody reads a file that an earlier process removed
            Ok(RemovedFile { path: row.try_get(0)?, lease: Weak::new() })
        });
        let files = files.collect::<Result<Vec<_>, sqlx::Error>>()?;
        Ok(Self { pool, files: Arc::new(Mutex::new(files)) })
    }

    /// Adds files whose rows were written.
    pub(super) fn add(&self, files: impl IntoIterator<Item = Leased>) {
        let removed =
            files.into_iter().map(|file| RemovedFile { path: file.path.clone(), lease: file.watch() });
        self.files.lock().extend(removed);
    }

    /// Paths of those that nobody reads any more.
    pub(crate) fn unread(&self) -> Vec<String> {
        let files = self.files.lock();
        files.iter().filter(|file| file.lease.strong_count() == 0).map(|file| file.path.clone()).collect()
    }

    /// Forgets a file that is not in the folder any more.
    pub(crate) async fn forget(&self, path: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM archive_removed WHERE path = ?1")
            .bind(path)
            .execute(&self.pool)
            .await
            .map_err(StoreError::catalog("write"))?;
        self.files.lock().retain(|file| file.path != path);
        Ok(())
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.files.lock().len()
    }
}

/// Writes a file down as removed.
pub(super) async fn store_removed(connection: &mut SqliteConnection, path: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO archive_removed VALUES (?1) ON CONFLICT (path) DO NOTHING")
        .bind(path)
        .execute(connection)
        .await
        .map(drop)
}
