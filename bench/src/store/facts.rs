//! What a filled data folder holds, kept beside it, so that it can be measured again.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::corpus::Sample;
use crate::report::Filled;

const FILE: &str = "bench-store.json";

/// A filled store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) spans: u64,
    pub(crate) traces: u64,
    /// The window over which traces are spread.
    pub(crate) from_unix_nano: u64,
    pub(crate) to_unix_nano: u64,
    /// Traces to ask for.
    pub(crate) samples: Vec<Sample>,
    pub(crate) filled: Filled,
}

/// The data folder of one store, and the file beside it.
pub(crate) struct Folder {
    path: PathBuf,
    /// Removed at the end unless it is to be kept.
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// A folder for `spans` below `kept`, or a temporary one below `temp`.
    pub(crate) fn new(kept: Option<&Path>, temp: Option<&Path>, spans: u64) -> anyhow::Result<Self> {
        let (path, temporary) = if let Some(kept) = kept {
            (kept.join(spans.to_string()), None)
        } else {
            let parent = temp.map_or_else(std::env::temp_dir, Path::to_owned);
            let dir = tempfile::Builder::new().prefix("junjo-bench-").tempdir_in(parent);
            let dir = dir.context("cannot make a temporary folder (--temp)")?;
            (dir.path().to_owned(), Some(dir))
        };
        std::fs::create_dir_all(path.join("data"))
            .with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { path, _temporary: temporary })
    }

    /// The server's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.data().join("index.duckdb")
    }

    /// What an earlier run filled in.
    pub(crate) fn facts(&self) -> anyhow::Result<Option<Facts>> {
        let path = self.path.join(FILE);
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(|| format!("cannot read {}", path.display()))?,
        };
        serde_json::from_slice(&text).with_context(|| format!("{} is not of this version", path.display()))
    }

    pub(crate) fn keep_facts(&self, facts: &Facts) -> anyhow::Result<()> {
        let path = self.path.join(FILE);
        std::fs::write(&path, serde_json::to_vec(facts)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
