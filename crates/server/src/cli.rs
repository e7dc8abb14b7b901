//! The command line.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::commands::{compare, import_go};
use crate::settings::Settings;

/// Observability for AI agents and workflows: OpenTelemetry spans in, the workflow's true graph out.
#[derive(Debug, Parser)]
#[command(name = "junjo-server", version)]
pub struct Cli {
    /// What to do; serves when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings of the server.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve (the default).
    Serve,
    /// Exit with 0 when the server at the configured address takes spans (GET /ready/ingest); for container health checks.
    Health,
    /// Print a link with which somebody who lost access sets a new password. Works while the server runs, and without an
    /// address lists the accounts. Settings come before it: `junjo-server --data-dir DIR reset-password EMAIL`.
    ResetPassword {
        /// The account's e-mail address.
        email: Option<String>,
        /// Make the account an administrator, when no other is left.
        #[arg(long, requires = "email")]
        admin: bool,
    },
    /// Derive costs, roles and the other promoted fields of archived spans again, with this version's rules and prices.
    /// The server must not run; the next start fills a new index. What was sent is not touched.
    Rederive {
        /// Also what this version has derived, for example after a change of prices.
        #[arg(long)]
        all: bool,
    },
    /// Take over what another server has stored.
    #[command(subcommand)]
    Import(Import),
    /// Ask Junjo's Go server and this one the same, and print what differs; ends with 1 when anything does that is not
    /// documented. Both must run, and nothing on them is changed.
    Compare(compare::Options),
    /// Print the OpenAPI document.
    Openapi {
        /// Print the table of its routes instead, as in docs/routes.md.
        #[arg(long)]
        routes: bool,
    },
    /// Open the index file once, in a process of its own; used by the server itself.
    #[command(hide = true)]
    ProbeIndex {
        /// The DuckDB file.
        path: PathBuf,
    },
}

/// Servers whose files can be taken over.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Take over users, API keys and spans of Junjo's Go server. This server must not run. What was imported once is not imported
    /// again, so an import that was interrupted is just run again.
    Go(import_go::Options),
}

impl Settings {
    /// Defaults with everything in `dir` and ports that the system picks, and more arguments of the command line; for tests
    /// and tools.
    pub fn in_dir_with(dir: &Path, more: &[&str]) -> Self {
        const PORTS: [&str; 3] =
            ["--http-addr=127.0.0.1:0", "--otlp-grpc-addr=127.0.0.1:0", "--otlp-http-addr=127.0.0.1:0"];
        let mut arguments: Vec<std::ffi::OsString> =
            vec!["junjo-server".into(), "--data-dir".into(), dir.into()];
        arguments.extend(PORTS.iter().chain(more).map(Into::into));
        Cli::parse_from(arguments).settings
    }
}
