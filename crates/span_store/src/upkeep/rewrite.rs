//! Archive files written again: neighbours merged, or one without what was deleted.

use super::compact::plan;
use super::handle::UpkeepWork;
use crate::archive::merge::{MergeJob, merge};
use crate::catalog::file::{ArchiveFile, Leased};
use crate::dataset::Dataset;
use crate::day::day_of;
use crate::error::StoreError;

impl UpkeepWork {
    /// Merges the next files that are due; true when it did.
    pub(super) async fn compact_next(&self, now_unix_nano: i64) -> Result<bool, StoreError> {
        let today = day_of(now_unix_nano);
        for dataset in Dataset::ALL {
            let mut files = self.manifest().snapshot(dataset).files;
            let is_left_out = |path: &str| self.state().damaged.contains(path);
            let Some(range) = plan(&files, &today, self.compact, is_left_out) else { continue };
            let inputs: Vec<Leased> = files.drain(range).collect();
            drop(files);
            let bytes: u64 = inputs.iter().map(|file| file.file_bytes).sum();
            if self.wal.spare_bytes().is_some_and(|spare| spare < bytes) {
                tracing::debug!(bytes, "no room on the disk to merge archive files");
                continue;
            }
            let count = inputs.len();
            self.rewrite(inputs, now_unix_nano).await?;
            tracing::info!(dataset = dataset.as_str(), files = count, bytes, "merged archive files");
            return Ok(true);
        }
        Ok(false)
    }

    /// Puts one file in the place of `inputs`, or none when no row is left.
    pub(super) async fn rewrite(&self, inputs: Vec<Leased>, now_unix_nano: i64) -> Result<(), StoreError> {
        let entries: Vec<ArchiveFile> = inputs.iter().map(|input| ArchiveFile::clone(input)).collect();
        let (upkeep, listed) = (self.clone(), entries.clone());
        let work = move || {
            let to_delete = upkeep.catalog().deletions().to_delete();
            let archive_dir = upkeep.archive.dir();
            let turns = &upkeep.turns;
            merge(&MergeJob { inputs: &inputs, archive_dir, to_delete: &to_delete, prices: None, turns })
                .inspect_err(|error| upkeep.note_damage(error, &listed))
        };
        let output = self.patient_work.run(work).await?;
        self.catalog().replace(&entries, output, now_unix_nano).await?;
        self.state().shown.rewritten_files += 1;
        metrics::counter!("junjo_rewritten_files_total").increment(1);
        Ok(())
    }

    /// Remembers which of the files cannot be read; an error of the disk names another file. Blocking.
    fn note_damage(&self, error: &StoreError, files: &[ArchiveFile]) {
        let (StoreError::Damaged(path) | StoreError::Io { path, .. } | StoreError::Parquet { path, .. }) =
            error
        else {
            return;
        };
        if let Some(file) = files.iter().find(|file| self.archive.path_of(file) == *path) {
            self.archive.unreadable().note(file, error);
            self.state().damaged.insert(file.path.clone());
        }
    }
}
