//! Sets index files that cannot be used aside, in the quarantine folder. The index can be made again, so this loses nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::options::IndexOptions;
use crate::error::StoreError;

/// Suffix of DuckDB's own write-ahead log.
pub(super) const WAL: &str = ".wal";
/// Suffixes of all files of an index; its write-ahead log first, which is of no use without the other.
const WHOLE: [&str; 2] = [WAL, ""];
/// Index files kept in the quarantine folder: they can be rebuilt, so they are kept for a look, not for ever.
const KEPT_MAX: u32 = 2;

/// Between two indexes of one process that are made anew. Filling one takes less than a minute.
const RENEWAL_INTERVAL_MIN: Duration = Duration::from_mins(10);

/// Whole indexes that this process set aside. One that is unusable again so soon stays where it is: on a disk or in a memory
/// that fails, making it anew would go on for ever.
#[derive(Debug, Default)]
pub(crate) struct Renewals {
    last: Option<Instant>,
}

impl Renewals {
    /// Sets the files of a closed index aside, so that the next opening makes it anew.
    pub(crate) fn set_aside(&mut self, options: &IndexOptions, reason: &str) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| last.elapsed() < RENEWAL_INTERVAL_MIN) {
            return Err(StoreError::DamagedAgain(reason.to_owned()));
        }
        put_aside(options, reason, &WHOLE)?;
        self.last = Some(Instant::now());
        Ok(())
    }
}

/// Moves files of the index into the quarantine folder; `parts` are suffixes of its path.
pub(super) fn put_aside(options: &IndexOptions, reason: &str, parts: &[&str]) -> Result<(), StoreError> {
    std::fs::create_dir_all(&options.quarantine_dir)
        .map_err(StoreError::io("create", &options.quarantine_dir))?;
    let name = |number: u32| options.quarantine_dir.join(format!("index-{number}.duckdb"));
    // the newest is number 1
    for number in (1..=KEPT_MAX).rev() {
        for suffix in WHOLE {
            let (from, to) = (suffixed(&name(number), suffix), suffixed(&name(number + 1), suffix));
            let moved =
                if number == KEPT_MAX { std::fs::remove_file(&from) } else { std::fs::rename(&from, &to) };
            allow_missing(moved).map_err(StoreError::io("make room at", &from))?;
        }
    }
    let kept = name(1);
    tracing::error!(reason, ?parts, kept = %kept.display(), "the index cannot be used as it is; parts are set aside");
    for suffix in parts {
        let (from, to) = (suffixed(&options.path, suffix), suffixed(&kept, suffix));
        allow_missing(std::fs::rename(&from, &to)).map_err(StoreError::io("set aside", &from))?;
    }
    Ok(())
}

pub(super) fn allow_missing(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    name.into()
}
