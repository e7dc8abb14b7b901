//! One round of upkeep: what can be done now for retention, deletions and compaction. A timer calls it.

use std::collections::HashSet;
use std::sync::Arc;

use junjo_wal::Sequence;

use super::compact::plan;
use super::deletions::{Deletion, doomed_by};
use crate::archive::manifest::{ArchiveFile, Leased};
use crate::archive::merge::{MergeJob, has_doomed, merge};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::seal::day_of;
use crate::store::{IndexState, SpanStore, chain};

/// How upkeep went, for a status route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// When the last round ended, unix nanoseconds; `None` before the first.
    pub last_at_unix_nanos: Option<i64>,
    /// Why the last round did not get through, if so; it is tried again.
    pub last_error: Option<String>,
    /// Archive files that were written again since start: merged, or without what was deleted.
    pub rewritten_files: u64,
    /// Deletions that are not finished.
    pub pending_deletions: usize,
}

/// What upkeep knows from round to round. Losing it costs time, no more.
#[derive(Debug, Default)]
pub(crate) struct UpkeepState {
    /// The day for which the ages of services have been looked at.
    pub(super) aged_on: Option<String>,
    /// Files that cannot be read, so that they are not tried again and again.
    damaged: HashSet<String>,
    /// Deletions of which no listed file holds anything.
    out_of_archive: HashSet<i64>,
    shown: Upkeep,
}

impl SpanStore {
    /// Does one round; true when there may be more to do at once. One part that fails does not keep the others from
    /// being done. While the index is not in order nothing is done: a rebuild reads the files as they were.
    pub async fn upkeep(&self, now_unix_nanos: i64) -> Result<bool, StoreError> {
        if self.index_state() != IndexState::Ok {
            return Ok(false);
        }
        let now = chrono::DateTime::from_timestamp_nanos(now_unix_nanos).to_rfc3339();
        self.look_again().await?;
        let expired = self.expire(now_unix_nanos, &now).await;
        let aged = self.expire_services(now_unix_nanos).await;
        let deleted = self.advance_deletions(now_unix_nanos, &now).await;
        let compacted = self.compact_next(now_unix_nanos, &now).await;
        let swept = self.manifest().sweep(&self.options().archive_dir).await;
        let outcome = expired.and(aged).and(deleted).and(swept).and(compacted);
        let mut state = self.upkeep_state().lock();
        state.shown.last_at_unix_nanos = Some(now_unix_nanos);
        state.shown.last_error = outcome.as_ref().err().map(|error| chain(error));
        outcome
    }

    /// Archive files that are good again may be merged again.
    async fn look_again(&self) -> Result<(), StoreError> {
        let store = self.clone();
        let look = move || store.manifest().look_again(&store.options().archive_dir);
        for path in self.spawn_long(look).await.map_err(StoreError::Worker)? {
            self.upkeep_state().lock().damaged.remove(&path);
        }
        Ok(())
    }

    /// How upkeep went.
    pub fn upkeep_report(&self) -> Upkeep {
        let shown = self.upkeep_state().lock().shown.clone();
        Upkeep { pending_deletions: self.manifest().deletions().pending().len(), ..shown }
    }

    /// Merges the next files that are due; true when it did.
    async fn compact_next(&self, now_unix_nanos: i64, now: &str) -> Result<bool, StoreError> {
        let today = day_of(now_unix_nanos);
        for dataset in Dataset::ALL {
            let mut files = self.manifest().snapshot(dataset).files;
            let is_left_out = |path: &str| self.upkeep_state().lock().damaged.contains(path);
            let Some(range) = plan(&files, &today, self.options().compact, is_left_out) else { continue };
            let inputs: Vec<Leased> = files.drain(range).collect();
            drop(files);
            let bytes: u64 = inputs.iter().map(|file| file.file_bytes).sum();
            if self.wal().spare_bytes().is_some_and(|spare| spare < bytes) {
                tracing::debug!(bytes, "no room on the disk to merge archive files");
                continue;
            }
            let count = inputs.len();
            self.rewrite(inputs, now).await?;
            tracing::info!(dataset = dataset.as_str(), files = count, bytes, "merged archive files");
            return Ok(true);
        }
        Ok(false)
    }

    /// Puts one file in the place of `inputs`, or none when no row is left.
    async fn rewrite(&self, inputs: Vec<Leased>, now: &str) -> Result<(), StoreError> {
        let entries: Vec<ArchiveFile> = inputs.iter().map(|input| ArchiveFile::clone(input)).collect();
        let store = self.clone();
        let listed = entries.clone();
        let work = move || {
            let doomed = store.manifest().deletions().doomed();
            let archive_dir = &store.options().archive_dir;
            merge(&MergeJob { inputs: &inputs, archive_dir, doomed: &doomed, prices: None })
                .inspect_err(|error| store.note_damage(error, &listed))
        };
        let output = self.spawn_long(work).await.map_err(StoreError::Worker)??;
        self.manifest().replace(&entries, output, now).await?;
        self.upkeep_state().lock().shown.rewritten_files += 1;
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
        let dir = &self.options().archive_dir;
        if let Some(file) = files.iter().find(|file| dir.join(&file.path) == *path) {
            self.manifest().suspect(dir, file, error);
            self.upkeep_state().lock().damaged.insert(file.path.clone());
        }
    }

    /// Takes deletions as far as they can go now.
    async fn advance_deletions(&self, now_unix_nanos: i64, now: &str) -> Result<(), StoreError> {
        let mut ready = Vec::new();
        for deletion in self.manifest().deletions().pending() {
            if self.is_out_of_log(deletion.through)? {
                ready.push(deletion);
            }
        }
        if ready.is_empty() {
            return Ok(());
        }
        self.clear_archive(&ready, now).await?;
        if self.manifest().sweep(&self.options().archive_dir).await? > 0 || !self.clear_index(&ready).await? {
            // somebody still reads one of the files, or the index is not open
            return Ok(());
        }
        for deletion in ready {
            self.manifest().deletions().finish(deletion.id, now_unix_nanos).await?;
            self.upkeep_state().lock().out_of_archive.remove(&deletion.id);
            tracing::info!(deletion = deletion.id, "nothing is left of what was to be deleted");
        }
        Ok(())
    }

    /// Whether the log has forgotten everything up to a record.
    fn is_out_of_log(&self, through: Sequence) -> Result<bool, StoreError> {
        let is_sealed = Dataset::ALL.into_iter().all(|dataset| self.sealed_through(dataset) >= through);
        let oldest = self.wal().sizes_after(Sequence(0), 1).map_err(StoreError::Wal)?;
        Ok(is_sealed && oldest.first().is_none_or(|oldest| oldest.sequence > through))
    }

    /// Writes every file that holds something of these deletions again without it.
    async fn clear_archive(&self, deletions: &[Arc<Deletion>], now: &str) -> Result<(), StoreError> {
        let is_out =
            |deletion: &Arc<Deletion>| self.upkeep_state().lock().out_of_archive.contains(&deletion.id);
        let left: Vec<Arc<Deletion>> =
            deletions.iter().filter(|deletion| !is_out(deletion)).cloned().collect();
        if left.is_empty() {
            return Ok(());
        }
        let doomed = Arc::new(doomed_by(&left));
        let files = Dataset::ALL.into_iter().flat_map(|dataset| self.manifest().snapshot(dataset).files);
        for file in files.collect::<Vec<_>>() {
            let (store, doomed, looked_at) = (self.clone(), Arc::clone(&doomed), file.clone());
            let look = move || {
                let dir = &store.options().archive_dir;
                has_doomed(dir, &looked_at, &doomed)
                    .inspect_err(|error| store.manifest().suspect(dir, &looked_at, error))
            };
            if self.spawn_long(look).await.map_err(StoreError::Worker)?? {
                self.rewrite(vec![file], now).await?;
            }
        }
        self.upkeep_state().lock().out_of_archive.extend(left.iter().map(|deletion| deletion.id));
        Ok(())
    }

    /// Looks for rows once more and writes the index's file; false while the index is not open.
    async fn clear_index(&self, deletions: &[Arc<Deletion>]) -> Result<bool, StoreError> {
        let (store, deletions) = (self.clone(), deletions.to_vec());
        let work = move || {
            for deletion in &deletions {
                if store.delete_rows(deletion.scope())?.is_none() {
                    return Ok(false);
                }
            }
            store.quarantine().forget_indexes()?;
            store.checkpoint()
        };
        self.spawn_long(work).await.map_err(StoreError::Worker)?
    }
}
