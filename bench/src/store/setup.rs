//! How the server of a store is started. It must not ask it anything.

use std::path::PathBuf;

use super::facts::Folder;
use crate::subject::{ServerProcess, program};

const BUILD_SERVER: &str = "cargo build --release -p junjo-server";

/// The server and how it is started.
pub(crate) struct Setup<'a> {
    pub(crate) server: PathBuf,
    pub(crate) more: &'a [String],
}

impl<'a> Setup<'a> {
    pub(crate) fn find(server: Option<&PathBuf>, more: &'a [String]) -> anyhow::Result<Self> {
        Ok(Self { server: program(server, "junjo-server", BUILD_SERVER)?, more })
    }

    /// Starts it on `folder`; `first` are arguments that those of the command line may overrule.
    pub(crate) fn start(&self, folder: &Folder, first: &[String]) -> anyhow::Result<ServerProcess> {
        let mut args = vec!["--otlp-http-addr=127.0.0.1:0".to_owned()];
        args.extend(first.iter().chain(self.more).cloned());
        ServerProcess::start(&self.server, &folder.data(), &args)
    }
}
