//! The server's clock: libfaketime is loaded into it and reads from a file by how much it is wrong, also while it runs.

use std::path::{Path, PathBuf};

/// The file that it reads.
#[derive(Debug)]
pub(crate) struct Clock {
    file: PathBuf,
}

impl Clock {
    /// A clock that is right.
    pub(crate) fn new(dir: &Path) -> anyhow::Result<Self> {
        let clock = Self { file: dir.join("clock") };
        clock.set(0)?;
        Ok(clock)
    }

    /// Lets it jump, to so many days from the truth.
    pub(crate) fn set(&self, days: i64) -> anyhow::Result<()> {
        // renamed, so that nobody reads half of it
        let new = self.file.with_extension("new");
        std::fs::write(&new, offset(days))?;
        Ok(std::fs::rename(new, &self.file)?)
    }

    /// The settings of libfaketime: it asks the file each second, and leaves monotonic clocks and the times of files alone.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("FAKETIME_TIMESTAMP_FILE", self.file.clone()),
            ("FAKETIME_CACHE_DURATION", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("NO_FAKE_STAT", "1".into()),
        ]
    }
}

fn offset(days: i64) -> String {
    format!("{days:+}d\n")
}

/// libfaketime keeps its state in shared memory, which a killed process leaves behind.
pub(crate) fn clean_up_after(process: u32) {
    for kind in ["sem.faketime_sem", "faketime_shm"] {
        let _ = std::fs::remove_file(format!("/dev/shm/{kind}_{process}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a clock ahead, behind and right. Guarantee: the forms that libfaketime reads as relative.
    #[test]
    fn offsets_are_relative() {
        assert_eq!([offset(2), offset(-2), offset(0)], ["+2d\n", "-2d\n", "+0d\n"]);
    }
}
