//! Retention: whole archive files and old telemetry of single services go.

use std::collections::HashSet;

use super::handle::UpkeepWork;
use super::requests::DeletionSubject;
use super::retention::{Retention, first_day};
use crate::catalog::ages::ServiceAge;
use crate::catalog::deletions::DeletionRequest;
use crate::catalog::file::ArchiveFile;
use crate::dataset::Dataset;
use crate::day::day_of;
use crate::error::StoreError;
use crate::index::delete::Scope;

impl UpkeepWork {
    /// How long archive files are kept.
    pub(crate) fn retention(&self) -> Retention {
        self.retention
    }

    /// The ages of single services, by name.
    pub(crate) async fn service_ages(&self) -> Result<Vec<ServiceAge>, StoreError> {
        self.catalog().ages().all().await
    }

    /// Sets the ages of single services; those that are not named are kept like the rest.
    pub(crate) async fn set_service_ages(&self, ages: &[ServiceAge]) -> Result<(), StoreError> {
        self.catalog().ages().set(ages).await?;
        self.state().aged_on = None;
        Ok(())
    }

    /// Drops the files that are too old or too many, their rows in the index first. Without a time that may be `believed` none
    /// is too old.
    pub(super) async fn expire(&self, now_unix_nano: i64, believed: Option<i64>) -> Result<(), StoreError> {
        if self.retention == Retention::default() {
            return Ok(());
        }
        let expired = self.retention.expired(self.files_by_receipt(believed), believed);
        let expired: HashSet<String> = expired.into_iter().map(|file| file.path).collect();
        if expired.is_empty() {
            return Ok(());
        }
        let goes = |file: &ArchiveFile| expired.contains(&file.path);
        for dataset in Dataset::ALL {
            let files = self.manifest().files(dataset);
            for run in files.chunk_by(|a, b| goes(a) == goes(b)).filter(|run| run.first().is_some_and(goes)) {
                self.drop_files(run, now_unix_nano).await?;
            }
        }
        Ok(())
    }

    /// All files, with the days that their age is counted from.
    fn files_by_receipt(&self, believed: Option<i64>) -> Vec<ArchiveFile> {
        let known = self.catalog().clock().known();
        let time = believed.or(known.believed_unix_nano).unwrap_or(i64::MIN);
        let mut files = self.manifest().all_files();
        for file in &mut files {
            file.received_day = known.day_of_receipt(file, time);
        }
        files
    }

    /// Drops neighbouring files of one dataset.
    async fn drop_files(&self, files: &[ArchiveFile], now_unix_nano: i64) -> Result<(), StoreError> {
        let ([first, ..], [.., last]) = (files, files) else { return Ok(()) };
        let (dataset, from, to) = (first.dataset, first.first_sequence, last.last_sequence);
        let index = self.index.clone();
        let rows = self.long_work.run(move || index.delete_rows(Scope::Records(dataset, from, to))).await?;
        if rows.is_none() {
            // with the files gone, nothing would tell an index that opens later that its rows have to go
            return Err(StoreError::NotReady("retention waits for it"));
        }
        self.catalog().replace(files, None, now_unix_nano).await?;
        let bytes: u64 = files.iter().map(|file| file.file_bytes).sum();
        tracing::info!(
            dataset = dataset.as_str(),
            files = files.len(),
            bytes,
            through_day = last.received_day,
            "retention dropped archive files"
        );
        metrics::counter!("junjo_retention_dropped_files_total").increment(files.len() as u64);
        Ok(())
    }

    /// Asks for the deletion of what single services sent too long ago, once a day and when the ages change.
    pub(super) async fn expire_services(&self, now_unix_nano: i64) -> Result<(), StoreError> {
        let today = day_of(now_unix_nano);
        if self.state().aged_on.as_deref() == Some(today.as_str()) {
            return Ok(());
        }
        for age in self.service_ages().await? {
            let kept_from = first_day(now_unix_nano, age.days);
            let files = self.files_by_receipt(Some(now_unix_nano)).into_iter();
            let old = files.filter(|file| file.received_day < kept_from);
            let Some(through) = old.map(|file| file.last_sequence).max() else { continue };
            if self.index.has_rows_of(age.service.clone(), through).await? {
                let request = DeletionRequest { at_unix_nano: now_unix_nano, by: None };
                self.delete_through(DeletionSubject::Service(age.service), through, request).await?;
            }
        }
        self.state().aged_on = Some(today);
        Ok(())
    }
}
