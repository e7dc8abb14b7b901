//! Deletions, from where the wal has forgotten what they name: out of the archive, then out of the index's file.

use std::sync::Arc;

use junjo_wal::Sequence;

use super::handle::UpkeepWork;
use crate::archive::merge::has_rows_to_delete;
use crate::catalog::deletions::{Deletion, to_delete_of};
use crate::catalog::file::Leased;
use crate::catalog::to_delete::ToDelete;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::index::delete::Scope;

impl UpkeepWork {
    /// Takes deletions as far as they can go now.
    pub(super) async fn advance_deletions(&self, now_unix_nano: i64) -> Result<(), StoreError> {
        let mut ready = Vec::new();
        for deletion in self.catalog().deletions().pending() {
            if self.is_out_of_log(deletion.through)? {
                ready.push(deletion);
            }
        }
        if ready.is_empty() {
            return Ok(());
        }
        self.clear_archive(&ready, now_unix_nano).await?;
        if self.archive.sweep().await? > 0 || !self.overwrite(&ready).await? {
            // a file still has a reader, or the index is not open
            return Ok(());
        }
        for deletion in ready {
            self.catalog().deletions().finish(deletion.id, now_unix_nano).await?;
            self.state().out_of_archive.remove(&deletion.id);
            tracing::info!(deletion = deletion.id, "nothing is left of what was to be deleted");
        }
        Ok(())
    }

    /// Whether the wal has forgotten everything up to a record.
    fn is_out_of_log(&self, through: Sequence) -> Result<bool, StoreError> {
        let is_sealed =
            Dataset::ALL.into_iter().all(|dataset| self.sealer.sealed_through(dataset) >= through);
        let oldest = self.wal.sizes_after(Sequence(0), 1).map_err(StoreError::Wal)?;
        Ok(is_sealed && oldest.first().is_none_or(|oldest| oldest.sequence > through))
    }

    /// Writes every file that holds something of these deletions again without it.
    async fn clear_archive(&self, deletions: &[Arc<Deletion>], now_unix_nano: i64) -> Result<(), StoreError> {
        let is_out = |deletion: &Arc<Deletion>| self.state().out_of_archive.contains(&deletion.id);
        let left: Vec<Arc<Deletion>> =
            deletions.iter().filter(|deletion| !is_out(deletion)).cloned().collect();
        if left.is_empty() {
            return Ok(());
        }
        let to_delete = Arc::new(to_delete_of(&left));
        let files = Dataset::ALL.into_iter().flat_map(|dataset| self.manifest().snapshot(dataset).files);
        for file in files.collect::<Vec<_>>() {
            if self.has_rows_to_delete(&file, &to_delete).await? {
                self.rewrite(vec![file], now_unix_nano).await?;
            }
        }
        self.state().out_of_archive.extend(left.iter().map(|deletion| deletion.id));
        Ok(())
    }

    async fn has_rows_to_delete(&self, file: &Leased, to_delete: &Arc<ToDelete>) -> Result<bool, StoreError> {
        let (archive, to_delete, file) = (self.archive.clone(), Arc::clone(to_delete), file.clone());
        let search = move || {
            has_rows_to_delete(archive.dir(), &file, &to_delete)
                .inspect_err(|error| archive.unreadable().note(&file, error))
        };
        self.long_work.run(search).await
    }

    /// Leaves no byte of what was deleted in the files of log, catalog and index, and in the quarantine folder; false while the
    /// index is not open or a file has a reader. One time for all deletions that have come this far.
    async fn overwrite(&self, deletions: &[Arc<Deletion>]) -> Result<bool, StoreError> {
        if !self.wal.settle().await.map_err(StoreError::Append)? || !self.catalog().settle().await? {
            return Ok(false);
        }
        let (upkeep, deletions) = (self.clone(), deletions.to_vec());
        let work = move || {
            for deletion in &deletions {
                if upkeep.index.delete_rows(Scope::of(deletion))?.is_none() {
                    return Ok(false);
                }
            }
            upkeep.quarantine.forget(&to_delete_of(&deletions))?;
            let needed = upkeep.index.bytes();
            if upkeep.wal.spare_bytes().is_some_and(|spare| spare < needed) {
                return Err(StoreError::NoRoom {
                    action: "write the index again without what was deleted",
                    needed,
                });
            }
            upkeep.index.rewrite()
        };
        self.long_work.run(work).await
    }
}
