//! What is measured: the server as a child process, and the anchors as child processes.

mod ack_anchor;
mod api;
mod bare_append;
mod bare_query;
mod log;
mod server;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

pub(crate) use ack_anchor::AckAnchor;
pub(crate) use api::{Api, Status};
pub(crate) use bare_append::{BareAppend, run_bare_append};
pub(crate) use bare_query::{BareAnswer, BareQuestion, run_bare_query};
pub(crate) use log::LogSummary;
pub(crate) use server::ServerProcess;

/// The program at `given`, or else at `beside` in the folder of this program.
pub(crate) fn program(given: Option<&PathBuf>, beside: &str, build: &str) -> anyhow::Result<PathBuf> {
    let path = if let Some(path) = given {
        path.clone()
    } else {
        let own = std::env::current_exe().context("where is this program?")?;
        own.parent().unwrap_or(Path::new(".")).join(beside)
    };
    let found = path.try_exists().unwrap_or(false);
    ensure!(found, "{} is not there: build it with `{build}`", path.display());
    Ok(path)
}
