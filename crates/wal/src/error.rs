//! What can go wrong with the log, told apart by what the caller should do.

use std::path::PathBuf;

/// The log cannot be opened, read or maintained.
#[derive(Debug, thiserror::Error)]
pub enum WalError {
    /// SQLite refused an operation on the file.
    #[error("cannot {action} the write-ahead log {path}")]
    Sqlite {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        #[source]
        source: rusqlite::Error,
    },
    /// The file system refused an operation.
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
    /// A reader was in the way for too long.
    #[error("{path} is being read and cannot be checkpointed now")]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer server.
    #[error(
        "{path} has log format {found}, this server knows up to {known}: start the newer server again, or move the file away"
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its `user_version`.
        found: i64,
        /// Ours.
        known: i64,
    },
}

impl WalError {
    /// The file's structure is damaged (as opposed to locked, full or unreadable).
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Sqlite { source, .. } if is_damage(source))
    }
}

/// SQLite says that the file is not a database, or that its pages contradict each other.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// Why a record was not acknowledged. All but [`AppendError::Closed`] are worth a retry by the client later.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum AppendError {
    /// Live bytes have reached the configured limit; indexing or sealing is behind.
    #[error("the write-ahead log holds {live_bytes} bytes of at most {bytes_max}")]
    Full {
        /// Payload bytes in the log.
        live_bytes: u64,
        /// [`crate::WalOptions::bytes_max`].
        bytes_max: u64,
    },
    /// The disk has less free space than the floor that seal and retention need.
    #[error("the disk has {free_bytes} bytes free, less than the floor of {floor_bytes}")]
    DiskFull {
        /// Bytes free now.
        free_bytes: u64,
        /// Bytes kept for seal, trim and retention.
        floor_bytes: u64,
    },
    /// SQLite could not commit (disk full or an IO error), or the file could not be opened again after that.
    #[error("the write-ahead log could not be written: {reason}")]
    Write {
        /// SQLite's reason.
        reason: String,
    },
    /// The server is shutting down.
    #[error("the write-ahead log is closed")]
    Closed,
}
