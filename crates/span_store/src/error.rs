//! What can go wrong in the store, told apart by what the caller should do.

use std::path::PathBuf;

/// The reason of whatever engine holds the index; its type is nobody's business.
pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

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
    /// The index failed.
    #[error("cannot {action}")]
    Index {
        /// What was tried, as a verb with its object.
        action: &'static str,
        /// The engine's reason.
        #[source]
        source: Source,
    },
    /// A question needs more memory than the engine may use; worth a retry when less runs, or a narrower question.
    #[error("not enough memory to {action}")]
    OutOfMemory {
        /// What was tried, as a verb with its object.
        action: &'static str,
        /// The engine's reason.
        #[source]
        source: Source,
    },
    /// The index was damaged again soon after it had been made anew, which is no fault of the file.
    #[error(
        "the index was damaged again soon after it was made anew; the disk or the memory may be failing: {0}"
    )]
    DamagedAgain(String),
    /// A query reached its time limit or the caller went away.
    #[error("the query was stopped after its time limit")]
    Interrupted,
    /// The store's tables in app.db failed.
    #[error("cannot {action} the store's tables in app.db")]
    Catalog {
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
    /// The disk has not enough room above what has to stay free.
    #[error("no room on the disk to {action} ({needed} bytes)")]
    NoRoom {
        /// What was to be done, as a verb with its object.
        action: &'static str,
        /// Bytes.
        needed: u64,
    },
    /// The write-ahead log's writer failed.
    #[error("cannot write the write-ahead log")]
    Append(#[source] junjo_wal::AppendError),
    /// The write-ahead log failed.
    #[error("cannot read the write-ahead log")]
    Wal(#[source] junjo_wal::WalError),
    /// A background thread died.
    #[error("a worker thread died")]
    Worker(#[source] tokio::task::JoinError),
}

impl StoreError {
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

    pub(crate) fn catalog(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Catalog { action, source }
    }
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
