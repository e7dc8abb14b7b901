//! Retention, deletions, compaction and what else keeps the store in order; `upkeep` does the work.

use super::SpanStore;
use crate::catalog::ages::ServiceAge;
use crate::catalog::deletions::{Deletion, DeletionRequest};
use crate::catalog::failure_states::{Decision, FailureState};
use crate::catalog::file::ArchiveFile;
use crate::error::StoreError;
use crate::upkeep::checksum::StoreChecksums;
use crate::upkeep::rederive::{Rederivation, Rederived};
use crate::upkeep::requests::DeletionSubject;
use crate::upkeep::retention::Retention;
use crate::upkeep::state::Upkeep;
use crate::upkeep::trust::Moment;

impl SpanStore {
    /// Does one round; true when there may be more to do at once. One part that fails does not keep the others from
    /// being done. While the index is not in order nothing is done: a rebuild reads the files as they were.
    pub async fn upkeep(&self, now: Moment) -> Result<bool, StoreError> {
        self.upkeep.round(now).await
    }

    /// How upkeep went.
    pub fn upkeep_report(&self) -> Upkeep {
        self.upkeep.report()
    }

    /// How long archive files are kept.
    pub fn retention(&self) -> Retention {
        self.upkeep.retention()
    }

    /// The ages of single services, by name.
    pub async fn service_ages(&self) -> Result<Vec<ServiceAge>, StoreError> {
        self.upkeep.service_ages().await
    }

    /// Sets the ages of single services; those that are not named are kept like the rest.
    pub async fn set_service_ages(&self, ages: &[ServiceAge]) -> Result<(), StoreError> {
        self.upkeep.set_service_ages(ages).await
    }

    /// What was decided about kinds of failures.
    pub async fn failure_states(&self) -> Result<Vec<FailureState>, StoreError> {
        self.archive.catalog().failure_states().all().await
    }

    /// Writes down what is decided about a kind of failure; `None` opens it again.
    pub async fn decide_failure(
        &self,
        fingerprint: &str,
        decision: Option<Decision>,
        now_unix_nano: i64,
    ) -> Result<(), StoreError> {
        self.archive.catalog().failure_states().set(fingerprint, decision, now_unix_nano).await
    }

    /// Deletes everything of `subject` that has been acknowledged so far. When this returns, it is written down and no
    /// query shows any of it; `None` when no trace belongs to the conversation or user.
    pub async fn delete(
        &self,
        subject: DeletionSubject,
        request: DeletionRequest,
    ) -> Result<Option<Deletion>, StoreError> {
        self.upkeep.delete(subject, request).await
    }

    /// At most `limit` deletions with numbers below `before`, newest first.
    pub async fn deletions(&self, before: Option<i64>, limit: usize) -> Result<Vec<Deletion>, StoreError> {
        self.upkeep.deletions(before, limit).await
    }

    /// One deletion; `None` for an unknown number.
    pub async fn deletion(&self, id: i64) -> Result<Option<Deletion>, StoreError> {
        self.upkeep.deletion(id).await
    }

    /// Reads every row of the index.
    pub async fn checksums(&self) -> Result<StoreChecksums, StoreError> {
        self.upkeep.checksums().await
    }

    /// Derives the promoted fields of archived spans again, file by file; `on_file` is told of each before its turn, with its
    /// number from 1 and how many there are. The index has to be closed: it is removed first, so that the next start fills a
    /// new one, also when this is interrupted. What was sent stays as it is, and so do log records.
    pub async fn rederive(
        &self,
        what: Rederivation,
        now_unix_nano: i64,
        on_file: impl FnMut(&ArchiveFile, usize, usize),
    ) -> Result<Rederived, StoreError> {
        self.upkeep.rederive(what, now_unix_nano, on_file).await
    }
}
