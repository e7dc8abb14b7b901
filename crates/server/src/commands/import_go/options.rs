//! The arguments of `import go`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use junjo_auth::Role;

/// What to import from, and how.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The Go server's SQLite file: `app_data.db`.
    #[arg(long, value_name = "FILE")]
    pub(super) sqlite: PathBuf,
    /// The Go server's DuckDB file: `otel_data.db`. Its backend must be stopped, or the file a copy made while it was.
    #[arg(long, value_name = "FILE")]
    pub(super) duckdb: PathBuf,
    /// Internal gRPC of the Go server's ingestion service, written as JUNJO_INGESTION_URL will have it: this server then reads on
    /// there where the Go server's index stood. Left out, it reads all that the service still has.
    #[arg(long, value_name = "URL")]
    pub(super) badger: Option<String>,
    /// Role of the imported accounts. The Go server knows no roles: everybody may do everything.
    #[arg(long, value_enum, default_value_t = ImportRole::Admin)]
    pub(super) role: ImportRole,
    /// Read everything and say what there is, without writing anything.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// A role, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportRole {
    /// Also manages accounts, everybody's keys and the server.
    Admin,
    /// Also creates API keys.
    Member,
    /// Reads telemetry.
    Viewer,
}

impl From<ImportRole> for Role {
    fn from(role: ImportRole) -> Self {
        match role {
            ImportRole::Admin => Self::Admin,
            ImportRole::Member => Self::Member,
            ImportRole::Viewer => Self::Viewer,
        }
    }
}
