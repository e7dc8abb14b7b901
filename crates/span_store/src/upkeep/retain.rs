//! Retention: whole archive files go by the day they were received on, then by their bytes, the oldest first.

use std::collections::HashSet;

use super::handle::UpkeepWork;
use super::requests::DeletionSubject;
use crate::catalog::ages::ServiceAge;
use crate::catalog::deletions::DeletionRequest;
use crate::catalog::file::ArchiveFile;
use crate::dataset::Dataset;
use crate::day::day_of;
use crate::error::StoreError;
use crate::index::delete::Scope;

const DAY_NANOS: i64 = 86_400_000_000_000;

/// How long archive files are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Whole UTC days after the day of receipt; `None` for ever.
    pub days: Option<u32>,
    /// Bytes of the archive; `None` for as many as there are.
    pub bytes: Option<u64>,
}

impl Retention {
    /// The files that have to go now, oldest first.
    fn expired(self, mut files: Vec<ArchiveFile>, now_unix_nanos: i64) -> Vec<ArchiveFile> {
        let kept_from = self.days.map(|days| first_day(now_unix_nanos, days));
        let mut bytes: u64 = files.iter().map(|file| file.file_bytes).sum();
        files.sort_by(|a, b| (&a.received_day, a.last_sequence).cmp(&(&b.received_day, b.last_sequence)));
        files.retain(|file| {
            let is_old = kept_from.as_ref().is_some_and(|day| file.received_day < *day);
            let goes = is_old || self.bytes.is_some_and(|max| bytes > max);
            bytes -= if goes { file.file_bytes } else { 0 };
            goes
        });
        files
    }
}

/// The first day that is kept.
fn first_day(now_unix_nanos: i64, days: u32) -> String {
    day_of(now_unix_nanos.saturating_sub(i64::from(days).saturating_mul(DAY_NANOS)))
}

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

    /// Drops the files that are too old or too many, their rows in the index first.
    pub(super) async fn expire(&self, now_unix_nanos: i64) -> Result<(), StoreError> {
        if self.retention == Retention::default() {
            return Ok(());
        }
        let expired = self.retention.expired(self.manifest().all_files(), now_unix_nanos);
        let expired: HashSet<String> = expired.into_iter().map(|file| file.path).collect();
        if expired.is_empty() {
            return Ok(());
        }
        let goes = |file: &ArchiveFile| expired.contains(&file.path);
        for dataset in Dataset::ALL {
            let files = self.manifest().files(dataset);
            for run in files.chunk_by(|a, b| goes(a) == goes(b)).filter(|run| run.first().is_some_and(goes)) {
                self.drop_files(run, now_unix_nanos).await?;
            }
        }
        Ok(())
    }

    /// Drops neighbouring files of one dataset.
    async fn drop_files(&self, files: &[ArchiveFile], now_unix_nanos: i64) -> Result<(), StoreError> {
        let ([first, ..], [.., last]) = (files, files) else { return Ok(()) };
        let (dataset, from, to) = (first.dataset, first.first_sequence, last.last_sequence);
        let index = self.index.clone();
        let rows = self.long_work.run(move || index.delete_rows(Scope::Records(dataset, from, to))).await?;
        if rows.is_none() {
            // with the files gone, nothing would tell an index that opens later that its rows have to go
            return Err(StoreError::NotReady("retention waits for it"));
        }
        self.catalog().replace(files, None, now_unix_nanos).await?;
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
    pub(super) async fn expire_services(&self, now_unix_nanos: i64) -> Result<(), StoreError> {
        let today = day_of(now_unix_nanos);
        if self.state().aged_on.as_deref() == Some(today.as_str()) {
            return Ok(());
        }
        for age in self.service_ages().await? {
            let kept_from = first_day(now_unix_nanos, age.days);
            let old = self.manifest().all_files().into_iter().filter(|file| file.received_day < kept_from);
            let Some(through) = old.map(|file| file.last_sequence).max() else { continue };
            if self.index.has_rows_of(age.service.clone(), through).await? {
                let request = DeletionRequest { at_unix_nanos: now_unix_nanos, by: None };
                self.delete_through(DeletionSubject::Service(age.service), through, request).await?;
            }
        }
        self.state().aged_on = Some(today);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use junjo_wal::Sequence;

    use super::*;

    fn file(sequence: i64, day: &str, bytes: u64) -> ArchiveFile {
        ArchiveFile {
            dataset: Dataset::Spans,
            path: sequence.to_string(),
            wal_id: String::new(),
            first_sequence: Sequence(sequence),
            last_sequence: Sequence(sequence),
            received_day: day.to_owned(),
            min_start_unix_nanos: 0,
            max_end_unix_nanos: 0,
            row_count: 1,
            item_count: 1,
            deleted_count: 0,
            file_bytes: bytes,
            checksum: 0,
            schema_version: 1,
            derive_version: 1,
        }
    }

    /// Scenario: files of three days under limits of age and bytes. Guarantee: what is older than the whole days kept goes;
    /// then the oldest go until the rest fits; without limits everything stays.
    #[test]
    fn expired_is_oldest_first() {
        let files = || vec![file(3, "2026-01-03", 10), file(1, "2026-01-01", 10), file(2, "2026-01-02", 10)];
        let now = 1_767_398_400_000_000_000; // 2026-01-03
        let gone = |days, bytes| {
            let expired = Retention { days, bytes }.expired(files(), now);
            expired.into_iter().map(|file| file.first_sequence.0).collect::<Vec<_>>()
        };
        assert_eq!(gone(None, None), [0; 0]);
        assert_eq!(gone(Some(2), None), [0; 0]);
        assert_eq!(gone(Some(1), None), [1]);
        assert_eq!(gone(None, Some(20)), [1]);
        assert_eq!(gone(None, Some(19)), [1, 2]);
        assert_eq!(gone(Some(1), Some(20)), [1]);
        assert_eq!(gone(Some(1), Some(5)), [1, 2, 3]);
    }
}
