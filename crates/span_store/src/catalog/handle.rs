//! The catalog as one object: what `app.db` knows of the archive and of the index. All SQL for SQLite in this crate is in
//! this folder.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use junjo_wal::Sequence;
use sqlx::SqlitePool;

use super::ages::ServiceAges;
use super::clock::ClockRows;
use super::deletions::Deletions;
use super::failure_states::FailureStates;
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
    failure_states: FailureStates,
    clock: ClockRows,
    /// A transaction was reported as failed and may have happened: the manifest's copy in memory may be wrong.
    pub(super) is_uncertain: Arc<AtomicBool>,
}

impl Catalog {
    /// Loads the catalog; the tables come from the migrations.
    pub async fn load(pool: SqlitePool) -> Result<Self, StoreError> {
        let failed = || StoreError::catalog("read");
        let manifest = Manifest::load(pool.clone()).await.map_err(failed())?;
        let totals = Totals::load(&pool).await.map_err(failed())?;
        let newest = newest_sequence(&manifest, &totals);
        let clock = ClockRows::load_or_create(pool.clone(), newest).await.map_err(failed())?;
        Ok(Self {
            manifest,
            removed: Removed::load(pool.clone()).await.map_err(failed())?,
            totals,
            clock,
            deletions: Deletions::load(pool.clone()).await?,
            ages: ServiceAges::new(pool.clone()),
            failure_states: FailureStates::new(pool.clone()),
            pool,
            is_uncertain: Arc::default(),
        })
    }

    /// The newest record that any file holds, or that is counted: no record of the wal may get a sequence up to it again.
    pub fn newest_sequence(&self) -> Sequence {
        newest_sequence(&self.manifest, &self.totals)
    }

    /// Empties SQLite's own log into `app.db`, so that nothing of what was deleted is left in it; false when a reader is in the way.
    /// It is not waited for, because writers would wait too.
    pub(crate) async fn settle(&self) -> Result<bool, StoreError> {
        let settle = async {
            let mut connection = self.pool.acquire().await?;
            let waits: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&mut *connection).await?;
            sqlx::query("PRAGMA busy_timeout = 0").execute(&mut *connection).await?;
            let busy = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)")
                .fetch_one(&mut *connection)
                .await;
            sqlx::query(&format!("PRAGMA busy_timeout = {waits}")).execute(&mut *connection).await?;
            busy
        };
        let busy = settle.await.map_err(StoreError::catalog("checkpoint"))?;
        Ok(busy == 0)
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

    /// What is known of the time.
    pub(crate) fn clock(&self) -> &ClockRows {
        &self.clock
    }

    /// How long single services are kept.
    pub(crate) fn ages(&self) -> &ServiceAges {
        &self.ages
    }

    /// What was decided about kinds of failures.
    pub(crate) fn failure_states(&self) -> &FailureStates {
        &self.failure_states
    }

    /// The database, for tests that break it.
    #[cfg(test)]
    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }
}

fn newest_sequence(manifest: &Manifest, totals: &Totals) -> Sequence {
    let counted = totals.known().map_or(Sequence(0), |known| known.span_cursor);
    let sealed = Dataset::ALL.map(|dataset| manifest.sealed_through(dataset));
    sealed.into_iter().fold(counted, Sequence::max)
}
