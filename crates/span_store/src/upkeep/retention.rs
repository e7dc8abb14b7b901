//! How long archive files are kept: they go by the day they were received on, then by their bytes, the oldest first. Pure.

use crate::catalog::file::ArchiveFile;
use crate::day::day_of;

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
    /// The files that have to go now, oldest first; without a time none goes for its age.
    pub(super) fn expired(self, mut files: Vec<ArchiveFile>, now_unix_nano: Option<i64>) -> Vec<ArchiveFile> {
        let kept_from = self.days.zip(now_unix_nano).map(|(days, now)| first_day(now, days));
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
pub(super) fn first_day(now_unix_nano: i64, days: u32) -> String {
    day_of(now_unix_nano.saturating_sub(i64::from(days).saturating_mul(DAY_NANOS)))
}

#[cfg(test)]
mod tests {
    use junjo_wal::Sequence;

    use super::*;
    use crate::dataset::Dataset;

    fn file(sequence: i64, day: &str, bytes: u64) -> ArchiveFile {
        ArchiveFile {
            dataset: Dataset::Spans,
            path: sequence.to_string(),
            wal_id: String::new(),
            first_sequence: Sequence(sequence),
            last_sequence: Sequence(sequence),
            received_day: day.to_owned(),
            min_start_unix_nano: 0,
            max_end_unix_nano: 0,
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
            let expired = Retention { days, bytes }.expired(files(), Some(now));
            expired.into_iter().map(|file| file.first_sequence.0).collect::<Vec<_>>()
        };
        assert_eq!(gone(None, None), [0; 0]);
        assert_eq!(gone(Some(2), None), [0; 0]);
        assert_eq!(gone(Some(1), None), [1]);
        assert_eq!(gone(None, Some(20)), [1]);
        assert_eq!(gone(None, Some(19)), [1, 2]);
        assert_eq!(gone(Some(1), Some(20)), [1]);
        assert_eq!(gone(Some(1), Some(5)), [1, 2, 3]);
        let timeless = Retention { days: Some(1), bytes: Some(20) }.expired(files(), None);
        assert_eq!(timeless.len(), 1, "by bytes alone");
    }
}
