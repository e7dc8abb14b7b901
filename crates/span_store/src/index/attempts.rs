//! Counts starts that die while the index opens. It decides nothing about the file.

use std::path::PathBuf;

use super::aside::allow_missing;
use super::options::IndexOptions;
use crate::error::StoreError;

/// Counts starts that die while the index opens, in a file beside it: the probe cannot see a crash that needs more
/// than opening.
pub(super) struct Attempts {
    path: PathBuf,
    /// Starts in a row that died.
    pub(super) deaths: u32,
}

impl Attempts {
    /// What earlier starts left.
    pub(super) fn of(options: &IndexOptions) -> Self {
        let path = options.path.with_extension("opening");
        let deaths = std::fs::read_to_string(&path).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        Self { path, deaths }
    }

    /// From here on this start counts as one that died. Called behind the probe: what ends the server while the probe's own process
    /// replays DuckDB's write-ahead log says nothing about the file, and that takes seconds when the log is long.
    pub(super) fn begin(&self) -> Result<(), StoreError> {
        std::fs::write(&self.path, (self.deaths + 1).to_string()).map_err(StoreError::io("write", &self.path))
    }

    pub(super) fn succeeded(self) -> Result<(), StoreError> {
        allow_missing(std::fs::remove_file(&self.path)).map_err(StoreError::io("remove", &self.path))
    }

    /// The file could not be opened, but the process lives: a lock or a full disk says nothing about the file.
    pub(super) fn survived(self) {
        let counted = if self.deaths == 0 {
            allow_missing(std::fs::remove_file(&self.path))
        } else {
            std::fs::write(&self.path, self.deaths.to_string())
        };
        if let Err(error) = counted {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the count of failed starts stays too high"
            );
        }
    }
}
