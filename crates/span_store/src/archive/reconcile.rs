//! At start: folder and manifest are brought together. Leftovers of an interrupted seal go, lost entries come back.

use std::path::{Path, PathBuf};

use junjo_wal::{Sequence, Wal};

use super::manifest::Manifest;
use super::read::describe;
use crate::error::StoreError;

/// What had to be done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    /// Unfinished or unlisted files that were removed because their records are still in the log.
    pub removed: u64,
    /// Unlisted files that were listed again because their records are nowhere else.
    pub adopted: u64,
    /// Listed files that are not in the folder.
    pub missing: u64,
}

/// Compares `archive_dir` with the manifest.
pub(crate) async fn reconcile(
    manifest: &Manifest,
    archive_dir: &Path,
    wal: &Wal,
    now: &str,
) -> Result<Reconciled, StoreError> {
    std::fs::create_dir_all(archive_dir).map_err(StoreError::io("create", archive_dir))?;
    let oldest = wal.sizes_after(Sequence(0), 1).map_err(StoreError::Wal)?.first().map(|record| record.0);
    let listed: std::collections::HashSet<String> =
        manifest.all_files().into_iter().map(|file| file.path).collect();
    let mut done = Reconciled::default();
    for path in files_below(archive_dir)? {
        let relative = relative_name(&path, archive_dir);
        if listed.contains(&relative) {
            continue;
        }
        if path.extension().is_some_and(|extension| extension == "tmp") {
            std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            done.removed += 1;
            continue;
        }
        let Ok(Some(file)) = describe(&path, &relative) else {
            tracing::warn!(path = %path.display(), "unlisted file in the archive folder is not one of ours or is damaged; left alone");
            continue;
        };
        if oldest.is_some_and(|oldest| oldest <= file.first_sequence) {
            std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            done.removed += 1;
        } else if manifest.file_with(file.dataset, file.first_sequence).is_none() {
            tracing::warn!(path = %path.display(), "archive file was not in the manifest; adopted");
            manifest.insert(file, now).await?;
            done.adopted += 1;
        }
    }
    for file in manifest.all_files() {
        let path = archive_dir.join(&file.path);
        if !path.try_exists().map_err(StoreError::io("look for", &path))? {
            tracing::error!(path = %path.display(), rows = file.row_count, "archive file is missing; its payloads cannot be shown");
            done.missing += 1;
        }
    }
    Ok(done)
}

fn relative_name(path: &Path, archive_dir: &Path) -> String {
    path.strip_prefix(archive_dir).unwrap_or(path).to_string_lossy().into_owned()
}

fn files_below(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(StoreError::io("list", &folder))? {
            let entry = entry.map_err(StoreError::io("list", &folder))?;
            let kind = entry.file_type().map_err(StoreError::io("list", &folder))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
