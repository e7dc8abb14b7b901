//! Where the index is, what it may use, and what it is doing.

use std::path::{Path, PathBuf};

use junjo_wal::Sequence;

use super::probe::Prober;
use crate::error::StoreError;

/// Where the index is and what it may use.
#[derive(Clone)]
pub struct IndexOptions {
    /// The DuckDB file.
    pub path: PathBuf,
    /// Where a damaged file is kept.
    pub quarantine_dir: PathBuf,
    /// Memory of the DuckDB instance.
    pub memory_bytes: u64,
    /// Threads of the DuckDB instance.
    pub threads: u32,
    /// How a file that exists is tried first.
    pub prober: Prober,
}

impl IndexOptions {
    /// Bytes on disk, DuckDB's own write-ahead log included.
    pub(super) fn bytes(&self) -> u64 {
        let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        bytes(&self.path) + bytes(&self.path.with_extension("duckdb.wal"))
    }

    /// The new file that may take the place of the old one.
    pub(super) fn copy_path(&self) -> PathBuf {
        self.path.with_extension("duckdb.new")
    }

    /// Removes the index's files.
    pub(super) fn remove_files(&self) -> Result<(), StoreError> {
        for path in [&self.path.with_extension("duckdb.wal"), &self.path] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::io("remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// What the index is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexState {
    /// Being opened; queries have to wait.
    Opening,
    /// Being filled from the archive; queries see what is there.
    Rebuilding {
        /// Rows put back so far.
        rows: u64,
        /// Rows in the archive.
        rows_total: u64,
    },
    /// Being filled from what the log held when it was opened; queries see what is there.
    ReadingLog {
        /// Every record up to this one is there.
        cursor: Sequence,
        /// The newest record of the log when the index was opened.
        through: Sequence,
    },
    /// In order: everything that was acknowledged before it was opened is there.
    Ok,
    /// Cannot be used until the reason is removed; nothing acknowledged is lost meanwhile.
    Degraded(String),
}
