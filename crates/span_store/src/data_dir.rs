//! Where everything on disk is, below one folder. One process at a time uses it.
//!
//! | path | what | truth for |
//! |---|---|---|
//! | `app.db` | SQLite: accounts, keys, the store's catalog | accounts; which archive files count; what must not come back |
//! | `wal.db` | SQLite: acknowledged requests as received | every span and log record until it is sealed |
//! | `archive/` | Parquet: whole spans and log records | each of them after it is sealed |
//! | `index.duckdb` | DuckDB: narrow rows, one row per trace, the cursors | nothing; it can be made again |
//! | `scan.tmp/` | what a scan cannot hold in memory | nothing |
//! | `quarantine/` | what could not be read: records, damaged files | what a person has to look at |
//! | `lock` | held by the process that uses the folder | – |

use std::path::{Path, PathBuf};

/// A data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The folder at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The SQLite database of accounts, keys and the catalog.
    pub fn app_db(&self) -> PathBuf {
        self.0.join("app.db")
    }

    /// The write-ahead log.
    pub fn wal(&self) -> PathBuf {
        self.0.join("wal.db")
    }

    /// The folder of the archive.
    pub fn archive(&self) -> PathBuf {
        self.0.join("archive")
    }

    /// The file of the index.
    pub fn index(&self) -> PathBuf {
        self.0.join("index.duckdb")
    }

    /// The folder of what could not be read.
    pub fn quarantine(&self) -> PathBuf {
        self.0.join("quarantine")
    }

    /// The folder of what scans cannot hold in memory.
    pub fn scan_temp(&self) -> PathBuf {
        self.0.join("scan.tmp")
    }

    /// The file that the process which uses the folder has locked.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }
}
