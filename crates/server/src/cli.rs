//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

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
    /// Exit with 0 when the server at the configured address is ready; for container health checks.
    Health,
    /// Print the OpenAPI document.
    Openapi,
    /// Open the index file once, in a process of its own; used by the server itself.
    #[command(hide = true)]
    ProbeIndex {
        /// The DuckDB file.
        path: PathBuf,
    },
}
