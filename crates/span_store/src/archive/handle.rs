//! The archive as one object: its folder, the catalog that lists its files, and those that cannot be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use junjo_wal::Wal;
use tokio::sync::watch;

use super::reconcile::{Reconciled, reconcile};
use super::sweep::sweep;
use super::unreadable::Unreadable;
use crate::catalog::file::ArchiveFile;
use crate::catalog::handle::Catalog;
use crate::catalog::manifest::Manifest;
use crate::error::StoreError;

/// A handle on the archive; cheap to clone.
#[derive(Clone)]
pub(crate) struct Archive {
    dir: Arc<PathBuf>,
    catalog: Catalog,
    unreadable: Unreadable,
    reconciled: watch::Sender<bool>,
}

impl Archive {
    pub(crate) fn new(dir: PathBuf, catalog: Catalog) -> Self {
        let unreadable = Unreadable::new(dir.clone(), catalog.clone());
        Self { dir: Arc::new(dir), catalog, unreadable, reconciled: watch::Sender::default() }
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a file is.
    pub(crate) fn path_of(&self, file: &ArchiveFile) -> PathBuf {
        self.dir.join(&file.path)
    }

    /// The folder as DuckDB wants it.
    pub(crate) fn absolute_dir(&self) -> PathBuf {
        std::path::absolute(&*self.dir).unwrap_or_else(|_| self.dir.to_path_buf())
    }

    /// What `app.db` knows of the archive.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The listed files.
    pub(crate) fn manifest(&self) -> &Manifest {
        self.catalog.manifest()
    }

    /// The files that cannot be read.
    pub(crate) fn unreadable(&self) -> &Unreadable {
        &self.unreadable
    }

    /// Unlinks the removed files that nobody reads any more; returns how many are left.
    pub(crate) async fn sweep(&self) -> Result<usize, StoreError> {
        sweep(&self.dir, &self.catalog).await
    }

    /// Brings folder and manifest together; to be called once before anything is sealed.
    pub(crate) async fn reconcile(&self, wal: &Wal, now_unix_nano: i64) -> Result<Reconciled, StoreError> {
        let mut done = reconcile(&self.dir, &self.catalog, wal, now_unix_nano).await?;
        for file in self.manifest().all_files() {
            done.unreadable += u64::from(!self.unreadable.is_whole(&file));
        }
        self.reconciled.send_replace(true);
        Ok(done)
    }

    /// Waits until [`Self::reconcile`] has been done.
    pub(crate) async fn reconciled(&self) {
        let mut reconciled = self.reconciled.subscribe();
        // the sender is ours, so waiting cannot fail
        let _ = reconciled.wait_for(|is_done| *is_done).await;
    }
}
