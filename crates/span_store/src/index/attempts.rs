//! Counts starts that die while the index opens. It decides nothing about the file.

use std::path::PathBuf;

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
    pub(super) fn begin(options: &IndexOptions) -> Result<Self, StoreError> {
        let path = options.path.with_extension("opening");
        let deaths = std::fs::read_to_string(&path).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        std::fs::write(&path, (deaths + 1).to_string()).map_err(StoreError::io("write", &path))?;
        Ok(Self { path, deaths })
    }

    pub(super) fn succeeded(self) -> Result<(), StoreError> {
        std::fs::remove_file(&self.path).map_err(StoreError::io("remove", &self.path))
    }

    /// The file could not be opened, but the process lives: a lock or a full disk says nothing about the file.
    pub(super) fn survived(self) {
        let counted = if self.deaths == 0 {
            std::fs::remove_file(&self.path)
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
