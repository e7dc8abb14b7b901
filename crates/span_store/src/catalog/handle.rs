//! The catalog as one object: what `app.db` knows of the archive and of the index. All SQL for SQLite in this crate is in
//! this folder.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use junjo_wal::Sequence;
use sqlx::SqlitePool;

use super::ages::ServiceAges;
use super::deletions::Deletions;
use super::manifest::Manifest;
use super::removed::Removed;
use super::totals::Totals;
use crate::dataset::Dataset;
use crate::error::StoreError;

/// The store's part of `app.db`; cheap to clone.
#[derive(Clone)]
pub struct Catalog {
    pub(super) pool: SqlitePool,
    manifest: Manifest,
    removed: Removed,
    totals: Totals,
    deletions: Deletions,
    ages: ServiceAges,
    /// A transaction was reported as failed and may have happened: the manifest's copy in memory may be wrong.
    pub(super) is_uncertain: Arc<AtomicBool>,
}

impl Catalog {
    /// Loads the catalog; the tables come from the migrations.
    pub async fn load(pool: SqlitePool) -> Result<Self, StoreError> {
        let failed = || StoreError::catalog("read");
        Ok(Self {
            manifest: Manifest::load(pool.clone()).await.map_err(failed())?,
            removed: Removed::load(pool.clone()).await.map_err(failed())?,
            totals: Totals::load(&pool).await.map_err(failed())?,
            deletions: Deletions::load(pool.clone()).await?,
            ages: ServiceAges::new(pool.clone()),
            pool,
            is_uncertain: Arc::default(),
        })
    }

    /// The newest record that any file holds, or that is counted: no record of the wal may get a sequence up to it again.
    pub fn newest_sequence(&self) -> Sequence {
        let counted = self.totals.known().map_or(Sequence(0), |known| known.span_cursor);
        let sealed = Dataset::ALL.map(|dataset| self.manifest.sealed_through(dataset));
        sealed.into_iter().fold(counted, Sequence::max)
    }

    /// The archive files.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Files that are off the list and not yet out of the folder.
    pub(crate) fn removed(&self) -> &Removed {
        &self.removed
    }

    /// What the index has counted since ever.
    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    /// What has to be forgotten.
    pub(crate) fn deletions(&self) -> &Deletions {
        &self.deletions
    }

    /// How long single services are kept.
    pub(crate) fn ages(&self) -> &ServiceAges {
        &self.ages
    }

    /// The database, for tests that break it.
    #[cfg(test)]
    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }
}
