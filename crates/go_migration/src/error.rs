//! What can be wrong with the old files. Each says what was expected.

use std::path::PathBuf;

/// Why an old file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// There is no such file.
    #[error("there is no file {path}: name the {expected} of the Go server")]
    Missing {
        /// As given.
        path: PathBuf,
        /// What was expected there.
        expected: &'static str,
    },
    /// Another process has the file open.
    #[error(
        "{path} is in use, and DuckDB lets nobody else read it meanwhile: stop the Go server's backend, or give a copy that was \
         made while it was stopped"
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is not a file of the Go server.
    #[error("{path} is not the {expected} of Junjo's Go server: {reason}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was expected there.
        expected: &'static str,
        /// What is different.
        reason: String,
    },
    /// The SQLite file cannot be opened or read.
    #[error("{path} cannot be read as a SQLite database")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite reported.
        #[source]
        source: sqlx::Error,
    },
    /// The DuckDB file cannot be opened or read.
    #[error("{path} cannot be read as a DuckDB database")]
    DuckDb {
        /// The file.
        path: PathBuf,
        /// What DuckDB reported.
        #[source]
        source: duckdb::Error,
    },
    /// What was read became something that is not OTLP, which is a fault of this program.
    #[error("spans were read that cannot be written as OTLP")]
    Message {
        /// What is wrong with it.
        #[source]
        source: junjo_span_model::ScanError,
    },
    /// The stored position of an earlier import has no meaning.
    #[error("the position of an earlier import is damaged")]
    Position {
        /// Why it cannot be read.
        #[source]
        source: serde_json::Error,
    },
}
