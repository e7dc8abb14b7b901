//! The free-space floor: acknowledgements stop before the disk is so full that seal and retention cannot free any.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::AppendError;
use crate::options::WalOptions;

/// Between two looks at the file system; at the highest measured rate this is about 100 MB.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);

pub(crate) struct FreeSpace {
    dir: PathBuf,
    bytes_min: u64,
    percent_min: u64,
    checked: Option<Instant>,
    verdict: Result<(), AppendError>,
}

impl FreeSpace {
    pub(crate) fn new(options: &WalOptions) -> Self {
        let dir = options.path.parent().unwrap_or(Path::new(".")).to_owned();
        Self {
            dir,
            bytes_min: options.free_bytes_min,
            percent_min: options.free_percent_min,
            checked: None,
            verdict: Ok(()),
        }
    }

    /// Whether a group may be written now. A file system that cannot be asked does not stop acknowledgements:
    /// SQLite's own write will say what is wrong.
    pub(crate) fn check(&mut self) -> Result<(), AppendError> {
        if self.checked.is_none_or(|at| at.elapsed() >= CHECK_INTERVAL) {
            self.checked = Some(Instant::now());
            self.verdict = rustix::fs::statvfs(&self.dir).map_or(Ok(()), |stat| {
                let free_bytes = stat.f_bavail.saturating_mul(stat.f_frsize);
                let total = stat.f_blocks.saturating_mul(stat.f_frsize);
                let floor_bytes = self.bytes_min.max(total / 100 * self.percent_min);
                if free_bytes < floor_bytes {
                    Err(AppendError::DiskFull { free_bytes, floor_bytes })
                } else {
                    Ok(())
                }
            });
        }
        self.verdict.clone()
    }
}
