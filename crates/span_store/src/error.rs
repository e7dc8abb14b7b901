//! What can go wrong in the store, told apart by what the caller should do.

use std::path::PathBuf;

/// An operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The index is being opened or rebuilt; worth a retry in a moment.
    #[error("the index is not ready: {0}")]
    NotReady(&'static str),
    /// Too many queries run and wait; worth a retry in a moment.
    #[error("too many queries are waiting")]
    Busy,
    /// Too much waits to be deleted; worth a retry later.
    #[error("too many traces are waiting to be deleted")]
    TooManyDeletions,
    /// DuckDB failed.
    #[error("cannot {action}")]
    Index {
        /// What was tried, as a verb with its object.
        action: &'static str,
        /// DuckDB's reason.
        #[source]
        source: duckdb::Error,
    },
    /// The index was damaged again soon after it had been made anew, which is no fault of the file.
    #[error(
        "the index was damaged again soon after it was made anew; the disk or the memory may be failing: {0}"
    )]
    DamagedAgain(String),
    /// A query reached its time limit or the caller went away.
    #[error("the query was stopped after its time limit")]
    Interrupted,
    /// The manifest in app.db, or what is kept beside it, failed.
    #[error("cannot {action} the archive manifest")]
    Manifest {
        /// What was tried, as a verb.
        action: &'static str,
        /// SQLite's reason.
        #[source]
        source: sqlx::Error,
    },
    /// A Parquet file failed.
    #[error("cannot {action} {path}")]
    Parquet {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The library's reason.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// An archive file is not what was sealed.
    #[error("{} does not have its checksum any more", .0.display())]
    Damaged(PathBuf),
    /// Columns are not what this version writes.
    #[error("unexpected columns")]
    Columns(#[source] arrow::error::ArrowError),
    /// The file system failed.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The write-ahead log failed.
    #[error("cannot read the write-ahead log")]
    Wal(#[source] junjo_wal::WalError),
    /// A background thread died.
    #[error("a worker thread died")]
    Worker(#[source] tokio::task::JoinError),
}

impl StoreError {
    pub(crate) fn index(action: &'static str) -> impl FnOnce(duckdb::Error) -> Self {
        move |source| {
            if is_interrupt(&source) { Self::Interrupted } else { Self::Index { action, source } }
        }
    }

    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn parquet(
        action: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { action, path, source }
    }

    pub(crate) fn manifest(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Manifest { action, source }
    }
}

fn is_interrupt(error: &duckdb::Error) -> bool {
    matches!(error, duckdb::Error::DuckDBFailure(_, Some(text)) if text.starts_with("INTERRUPT"))
}
