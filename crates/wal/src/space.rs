//! The free-space floor: acknowledgements stop before the disk is so full that seal and retention cannot free any.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::AppendError;
use crate::options::WalOptions;

/// Between two looks at the file system; at the highest measured rate this is about 100 MB.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);

/// How much of the disk is left for others.
#[derive(Debug, Clone)]
pub(crate) struct Floor {
    dir: PathBuf,
    bytes_min: u64,
    percent_min: u64,
}

impl Floor {
    pub(crate) fn new(options: &WalOptions) -> Self {
        let dir = options.path.parent().unwrap_or(Path::new(".")).to_owned();
        Self { dir, bytes_min: options.free_bytes_min, percent_min: options.free_percent_min }
    }

    /// Free bytes, and how many of them have to stay free; `None` when the file system cannot be asked.
    pub(crate) fn measure(&self) -> Option<(u64, u64)> {
        let stat = rustix::fs::statvfs(&self.dir).ok()?;
        let free_bytes = stat.f_bavail.saturating_mul(stat.f_frsize);
        let total = stat.f_blocks.saturating_mul(stat.f_frsize);
        Some((free_bytes, self.bytes_min.max(total / 100 * self.percent_min)))
    }
}

pub(crate) struct FreeSpace {
    floor: Floor,
    checked: Option<Instant>,
    verdict: Result<(), AppendError>,
}

impl FreeSpace {
    pub(crate) fn new(options: &WalOptions) -> Self {
        Self { floor: Floor::new(options), checked: None, verdict: Ok(()) }
    }

    /// Whether a group may be written now. A file system that cannot be asked does not stop acknowledgements:
    /// SQLite's own write will say what is wrong.
    pub(crate) fn check(&mut self) -> Result<(), AppendError> {
        if self.checked.is_none_or(|at| at.elapsed() >= CHECK_INTERVAL) {
            self.checked = Some(Instant::now());
            self.verdict = match self.floor.measure() {
                Some((free_bytes, floor_bytes)) if free_bytes < floor_bytes => {
                    Err(AppendError::DiskFull { free_bytes, floor_bytes })
                }
                _ => Ok(()),
            };
        }
        self.verdict.clone()
    }
}
