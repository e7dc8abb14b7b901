//! Listed archive files that somebody found missing or damaged, so that a status route can tell. What is known ends with the
//! process; reading finds it again.

use std::collections::BTreeMap;
use std::error::Error;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::check::check;
use crate::catalog::file::ArchiveFile;
use crate::catalog::handle::Catalog;
use crate::error::StoreError;

/// Files that cannot be read, as far as anybody noticed.
#[derive(Clone)]
pub(crate) struct Unreadable {
    archive_dir: PathBuf,
    catalog: Catalog,
    known: Arc<Mutex<Known>>,
}

/// Paths, relative to the archive folder, with how the file looked when it was last found damaged; `None` where there was none.
type Known = BTreeMap<String, Option<Stamp>>;

/// Bytes, inode, and time of the last change of content or rights.
type Stamp = (u64, u64, i64, i64);

/// ENOMEM, ENFILE and EMFILE; the same on every Unix.
const WANTS: [i32; 3] = [12, 23, 24];

impl Unreadable {
    pub(super) fn new(archive_dir: PathBuf, catalog: Catalog) -> Self {
        Self { archive_dir, catalog, known: Arc::default() }
    }

    /// Takes note that reading a file failed, where that is the file's fault. Blocking.
    pub(crate) fn note(&self, file: &ArchiveFile, error: &StoreError) {
        let path = self.archive_dir.join(&file.path);
        if is_want(error) {
            return;
        }
        let is_at_fault = match error {
            StoreError::Parquet { .. } | StoreError::Columns(_) | StoreError::Damaged(_) => true,
            // too many open files, or no memory for a scan, say nothing about this one
            StoreError::Io { .. } | StoreError::Index { .. } | StoreError::OutOfMemory { .. } => {
                check(&path, file).is_err_and(|error| !is_want(&error))
            }
            _ => false,
        };
        if !is_at_fault {
            return;
        }
        let is_new = self.known.lock().insert(file.path.clone(), stamp(&path)).is_none();
        if is_new {
            tracing::error!(
                path = %path.display(),
                rows = file.row_count,
                error = error as &dyn std::error::Error,
                "archive file is missing or damaged; what it holds cannot be shown"
            );
        }
    }

    /// Compares the size of a listed file with the one that it was listed with; false where it is missing or another.
    /// Blocking.
    pub(super) fn is_whole(&self, file: &ArchiveFile) -> bool {
        let path = self.archive_dir.join(&file.path);
        let outcome = match std::fs::metadata(&path) {
            Err(error) => Err(StoreError::io("look for", &path)(error)),
            Ok(meta) if meta.len() != file.file_bytes => Err(StoreError::Damaged(path)),
            Ok(_) => Ok(()),
        };
        outcome.inspect_err(|error| self.note(file, error)).is_ok()
    }

    /// Listed files that are missing or damaged, as far as anybody noticed since the start.
    pub(crate) fn count(&self) -> u64 {
        let known = self.known.lock();
        if known.is_empty() {
            return 0;
        }
        self.catalog.manifest().all_files().iter().filter(|file| known.contains_key(&file.path)).count()
            as u64
    }

    /// Checks those again that have changed, as when somebody puts a copy back; returns those that are good now. Blocking.
    pub(crate) fn check_again(&self) -> Vec<String> {
        let known = self.known.lock().clone();
        let mut good = Vec::new();
        if known.is_empty() {
            return good;
        }
        let listed: BTreeMap<String, ArchiveFile> =
            self.catalog.manifest().all_files().into_iter().map(|file| (file.path.clone(), file)).collect();
        for (path, seen) in known {
            let Some(file) = listed.get(&path) else {
                self.known.lock().remove(&path);
                continue;
            };
            let full = self.archive_dir.join(&path);
            let now = stamp(&full);
            if now.is_none() || now == seen {
                continue;
            }
            match check(&full, file) {
                Ok(()) => {
                    tracing::info!(path = %full.display(), "archive file can be read again");
                    self.known.lock().remove(&path);
                    good.push(path);
                }
                Err(error) => self.note(file, &error),
            }
        }
        good
    }
}

/// Whether the process or the machine lacks files or memory, which says nothing about the file that was to be read.
fn is_want(error: &StoreError) -> bool {
    if matches!(error, StoreError::OutOfMemory { .. }) {
        return true;
    }
    let causes = std::iter::successors(Some(error as &dyn Error), |cause| (*cause).source());
    let mut codes = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>()?.raw_os_error());
    codes.any(|code| WANTS.contains(&code))
}

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.len(), meta.ino(), meta.ctime(), meta.ctime_nsec()))
}

#[cfg(test)]
mod tests {
    use parquet::errors::ParquetError;

    use super::*;

    /// Scenario: a file cannot be opened because the process has no file left, there is no memory, the file is gone, or the
    /// disk fails. Guarantee: the first two say nothing about the file, the others do.
    #[test]
    fn want_is_not_damage() {
        let failed = |code| {
            StoreError::io("open", Path::new("spans.parquet"))(std::io::Error::from_raw_os_error(code))
        };
        let found = [24, 23, 12, 2, 5].map(|code| is_want(&failed(code)));
        assert_eq!(found, [true, true, true, false, false]);
        // the library that reads the file opens it again for each column
        let inside = |code| ParquetError::from(std::io::Error::from_raw_os_error(code));
        let failed = |code| StoreError::parquet("read", Path::new("spans.parquet"))(inside(code));
        assert_eq!([24, 5].map(|code| is_want(&failed(code))), [true, false]);
        assert!(!is_want(&StoreError::Damaged("spans.parquet".into())));
    }
}
