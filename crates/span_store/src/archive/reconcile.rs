//! At start: folder and manifest are brought together. Leftovers of an interrupted seal or compaction go, lost entries
//! come back.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use junjo_wal::{Sequence, Wal};

use super::read::describe;
use super::sweep::sweep;
use crate::catalog::file::ArchiveFile;
use crate::catalog::handle::Catalog;
use crate::catalog::manifest::Manifest;
use crate::dataset::Dataset;
use crate::error::StoreError;

/// What had to be done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    /// Unfinished or unlisted files that were removed because their rows are in the wal or in listed files.
    pub removed: u64,
    /// Unlisted files that were listed again because their rows are nowhere else.
    pub adopted: u64,
    /// Listed files that are not in the folder, or not as long as they were.
    pub unreadable: u64,
}

/// Compares `archive_dir` with the manifest.
pub(super) async fn reconcile(
    archive_dir: &Path,
    catalog: &Catalog,
    wal: &Wal,
    now_unix_nano: i64,
) -> Result<Reconciled, StoreError> {
    std::fs::create_dir_all(archive_dir).map_err(StoreError::io("create", archive_dir))?;
    sweep(archive_dir, catalog).await?;
    let manifest = catalog.manifest();
    let oldest =
        wal.sizes_after(Sequence(0), 1).map_err(StoreError::Wal)?.first().map(|record| record.sequence);
    let mut done = Reconciled::default();
    // before any is adopted: the totals survive lost rows, and have what these files hold
    let counted = Dataset::ALL.map(|dataset| manifest.sealed_through(dataset));
    for file in unlisted(manifest, archive_dir, &mut done)? {
        let path = archive_dir.join(&file.path);
        if oldest.is_some_and(|oldest| oldest <= file.first_sequence) {
            remove(&path, &mut done)?;
            continue;
        }
        match standing_of(&file, manifest, archive_dir)? {
            Standing::Repeats => remove(&path, &mut done)?,
            Standing::Replaces(others) => {
                tracing::warn!(path = %path.display(), others = others.len(), "archive file was not in the manifest; adopted");
                let is_counted = file.last_sequence <= counted[file.dataset as usize];
                let new_items = if is_counted { 0 } else { items_beyond(&file, &others) };
                adopt(catalog, file, &others, new_items, now_unix_nano).await?;
                done.adopted += 1;
            }
            Standing::Unclear => {
                tracing::warn!(path = %path.display(), "unlisted archive file holds a part of others; left alone");
            }
        }
    }
    sweep(archive_dir, catalog).await?;
    Ok(done)
}

/// Lists a file again, in the place of `others` where it has their rows.
async fn adopt(
    catalog: &Catalog,
    file: ArchiveFile,
    others: &[ArchiveFile],
    new_items: u64,
    now_unix_nano: i64,
) -> Result<(), StoreError> {
    if others.is_empty() {
        return catalog.list(file, new_items, now_unix_nano).await;
    }
    catalog.manifest().skip_through(file.dataset, file.last_sequence, new_items).await?;
    catalog.replace(others, Some(file), now_unix_nano).await
}

/// The newest record that a file in the folder may hold, by the files' names, listed or not. A copy of a data folder can have
/// an archive that is newer than its wal and manifest; what its files hold must not get a second meaning. Blocking.
pub(crate) fn newest_archived(archive_dir: &Path) -> Result<Sequence, StoreError> {
    if !is_present(archive_dir)? {
        return Ok(Sequence(0));
    }
    let last = |path: &PathBuf| {
        let name = path.file_stem()?.to_str()?;
        name.split('-').nth(2)?.parse().ok().map(Sequence)
    };
    Ok(files_below(archive_dir)?.iter().filter_map(last).max().unwrap_or_default())
}

/// Items of a file that the files whose place it takes do not have.
fn items_beyond(file: &ArchiveFile, others: &[ArchiveFile]) -> u64 {
    file.item_count.saturating_sub(others.iter().map(|other| other.item_count).sum())
}

/// How the rows of an unlisted file compare with those of the listed ones.
enum Standing {
    /// Listed files have all of its rows.
    Repeats,
    /// It has all rows of these files. The list is empty where no listed file covers its range.
    Replaces(Vec<ArchiveFile>),
    /// Listed files have a part of its rows, and it has a part of theirs.
    Unclear,
}

/// A compaction that was cut off leaves either its output beside the listed inputs, or the inputs beside the listed
/// output. An incomplete copy of a data folder may have either of them without the other.
fn standing_of(file: &ArchiveFile, manifest: &Manifest, archive_dir: &Path) -> Result<Standing, StoreError> {
    let (mut present, mut missing) = (Vec::new(), Vec::new());
    for other in manifest.files(file.dataset).into_iter().filter(|other| other.overlaps(file)) {
        let group = if is_present(&archive_dir.join(&other.path))? { &mut present } else { &mut missing };
        group.push(other);
    }
    let first = present.iter().map(|other| other.first_sequence).min();
    let last = present.iter().map(|other| other.last_sequence).max();
    let is_covered = first.is_some_and(|first| first <= file.first_sequence)
        && last.is_some_and(|last| last >= file.last_sequence);
    let holds = |other: &ArchiveFile| {
        file.first_sequence <= other.first_sequence && other.last_sequence <= file.last_sequence
    };
    Ok(if missing.is_empty() && is_covered {
        Standing::Repeats
    } else if present.is_empty() || present.iter().chain(&missing).all(holds) {
        present.append(&mut missing);
        Standing::Replaces(present)
    } else {
        Standing::Unclear
    })
}

/// The files of ours that the manifest does not list, the most often rewritten first. Unfinished ones are removed.
fn unlisted(
    manifest: &Manifest,
    archive_dir: &Path,
    done: &mut Reconciled,
) -> Result<Vec<ArchiveFile>, StoreError> {
    let listed: HashSet<String> = manifest.all_files().into_iter().map(|file| file.path).collect();
    let mut unlisted = Vec::new();
    for path in files_below(archive_dir)? {
        let relative = relative_name(&path, archive_dir);
        if listed.contains(&relative) {
            continue;
        }
        if path.extension().is_some_and(|extension| extension == "tmp") {
            remove(&path, done)?;
            continue;
        }
        match describe(&path, &relative) {
            Ok(Some(file)) => unlisted.push(file),
            _ => {
                tracing::warn!(path = %path.display(), "unlisted file in the archive folder is not one of ours or is damaged; left alone");
            }
        }
    }
    unlisted.sort_by_key(|file| Reverse(file.generation()));
    Ok(unlisted)
}

fn remove(path: &Path, done: &mut Reconciled) -> Result<(), StoreError> {
    std::fs::remove_file(path).map_err(StoreError::io("remove", path))?;
    done.removed += 1;
    Ok(())
}

fn is_present(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(StoreError::io("look for", path))
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
