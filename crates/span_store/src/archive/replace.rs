//! Files that others replace, or that go for good: manifest rows first, in one transaction; the file itself when the last
//! reader has given its lease back.
//!
//! A removed file is written down in `archive_removed` by the same transaction, so that after a crash nobody takes it for a
//! file whose manifest row was lost.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use sqlx::{Row as _, SqlitePool};

use super::manifest::{ArchiveFile, Leased, Manifest, insert_row, load_sealed};
use crate::dataset::Dataset;
use crate::error::StoreError;

/// Removed files that are still in the folder.
#[derive(Debug, Clone, Default)]
pub(super) struct Removed {
    files: Arc<Mutex<Vec<RemovedFile>>>,
    /// A transaction was reported as failed and may have happened: the copy in memory may be wrong.
    is_uncertain: Arc<AtomicBool>,
}

#[derive(Debug, Clone)]
struct RemovedFile {
    path: String,
    readers: Weak<()>,
}

impl Removed {
    pub(super) async fn load(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        let rows = sqlx::query("SELECT path FROM archive_removed").fetch_all(pool).await?;
        let files = rows.iter().map(|row| {
            // nobody reads a file that an earlier process removed
            Ok(RemovedFile { path: row.try_get(0)?, readers: Weak::new() })
        });
        let files = files.collect::<Result<Vec<_>, sqlx::Error>>()?;
        Ok(Self { files: Arc::new(Mutex::new(files)), is_uncertain: Arc::default() })
    }
}

impl Manifest {
    /// Takes `inputs`, all of one dataset, off the list and puts `output` in their place, if there is one.
    pub(crate) async fn replace(
        &self,
        inputs: &[ArchiveFile],
        output: Option<ArchiveFile>,
        now: &str,
    ) -> Result<(), StoreError> {
        let Some(dataset) = inputs.first().map(|file| file.dataset) else { return Ok(()) };
        self.settle().await?;
        if let Err(source) = self.swap(inputs, output.as_ref(), now).await {
            self.removed.is_uncertain.store(true, Ordering::Release);
            return Err(StoreError::manifest("write")(source));
        }
        let mut sealed = self.sealed(dataset).write();
        let mut gone = Vec::with_capacity(inputs.len());
        sealed.files.retain(|listed| {
            let stays = !inputs.iter().any(|input| input.path == listed.path);
            if !stays {
                gone.push(RemovedFile { path: listed.path.clone(), readers: listed.watch() });
            }
            stays
        });
        if let Some(output) = output {
            let at = sealed.files.partition_point(|other| other.first_sequence < output.first_sequence);
            sealed.files.insert(at, Leased::new(output));
        }
        drop(sealed);
        self.removed.files.lock().extend(gone);
        Ok(())
    }

    async fn swap(
        &self,
        inputs: &[ArchiveFile],
        output: Option<&ArchiveFile>,
        now: &str,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for input in inputs {
            sqlx::query("DELETE FROM archive_files WHERE path = ?1")
                .bind(&input.path)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("INSERT INTO archive_removed VALUES (?1) ON CONFLICT (path) DO NOTHING")
                .bind(&input.path)
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(output) = output {
            insert_row(output, now).execute(&mut *transaction).await?;
        }
        self.totals.store(&mut transaction).await?;
        transaction.commit().await
    }

    /// Reads the list again when it may differ from the one in memory.
    async fn settle(&self) -> Result<(), StoreError> {
        if !self.removed.is_uncertain.load(Ordering::Acquire) {
            return Ok(());
        }
        for dataset in Dataset::ALL {
            let loaded = load_sealed(&self.pool, dataset).await.map_err(StoreError::manifest("read"))?;
            let mut sealed = self.sealed(dataset).write();
            let known = std::mem::take(&mut sealed.files);
            let kept = |file: Leased| known.iter().find(|k| k.path == file.path).cloned().unwrap_or(file);
            sealed.files = loaded.files.into_iter().map(kept).collect();
            let gone = known.iter().filter(|k| !sealed.files.iter().any(|file| file.path == k.path));
            let gone = gone.map(|file| RemovedFile { path: file.path.clone(), readers: file.watch() });
            self.removed.files.lock().extend(gone.collect::<Vec<_>>());
        }
        self.removed.is_uncertain.store(false, Ordering::Release);
        Ok(())
    }

    /// Unlinks the removed files that nobody reads any more; returns how many are left.
    pub(crate) async fn sweep(&self, archive_dir: &Path) -> Result<usize, StoreError> {
        let is_free = |file: &RemovedFile| file.readers.strong_count() == 0;
        let free: Vec<String> = self
            .removed
            .files
            .lock()
            .iter()
            .filter(|file| is_free(file))
            .map(|file| file.path.clone())
            .collect();
        for path in &free {
            unlink(&archive_dir.join(path))?;
            sqlx::query("DELETE FROM archive_removed WHERE path = ?1")
                .bind(path)
                .execute(&self.pool)
                .await
                .map_err(StoreError::manifest("write"))?;
            self.removed.files.lock().retain(|file| file.path != *path);
        }
        Ok(self.removed.files.lock().len())
    }
}

/// Removes a file, and its folder if that was the last one in it.
fn unlink(path: &PathBuf) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(StoreError::io("remove", path)(error));
        }
        _ => {}
    }
    if let Some(folder) = path.parent() {
        // fails while there are others, which is the point
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}
