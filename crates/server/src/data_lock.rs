//! The exclusive lock on the data folder: two servers on one folder would damage it.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context as _;
use junjo_span_store::DataDir;

/// The lock, held until this is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DataLock(File);

impl DataLock {
    /// Takes the lock on `dir`, which is made if there is none.
    pub(crate) fn take(dir: &Path) -> anyhow::Result<Self> {
        let shown = dir.display();
        std::fs::create_dir_all(dir)
            .with_context(|| format!("cannot create the data folder {shown} (JUNJO_DATA_DIR)"))?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(DataDir::new(dir).lock())
            .with_context(|| format!("cannot write to the data folder {shown} (JUNJO_DATA_DIR)"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                anyhow::bail!("another server uses the data folder {shown} (JUNJO_DATA_DIR)")
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock the data folder {shown} (JUNJO_DATA_DIR)"))
            }
        }
    }
}

impl Drop for DataLock {
    /// Closing the file would not be enough: a child process that is just being started has it open until it runs its own
    /// program, and the lock lasts as long as any of them.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "could not unlock the data folder");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a second server on the folder, and another folder. Guarantee: the second is refused with the folder's name.
    #[test]
    fn second_lock_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let _held = DataLock::take(dir.path()).unwrap();
        let refused = DataLock::take(dir.path()).unwrap_err().to_string();
        assert!(refused.starts_with("another server uses the data folder"), "{refused}");
        assert!(refused.contains(&dir.path().display().to_string()), "{refused}");
        DataLock::take(&dir.path().join("other")).unwrap();
    }

    /// Scenario: a server stops while the open file still has a second owner, as a child process has between fork and exec.
    /// Guarantee: the folder can be locked again at once.
    #[test]
    fn lock_ends_with_its_holder() {
        let dir = tempfile::tempdir().unwrap();
        let lock = DataLock::take(dir.path()).unwrap();
        let _inherited = lock.0.try_clone().unwrap();
        drop(lock);
        DataLock::take(dir.path()).unwrap();
    }
}
