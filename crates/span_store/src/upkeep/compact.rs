//! Which archive files are merged next. Pure.
//!
//! On the day that is being received, eight neighbours of about the same size become one, so that each row is written
//! again three or four times at most. Once the day is over, its neighbours are brought together as far as the target size
//! allows. A larger file makes every detail read slower, because the footer grows with it.

use std::ops::Range;

use crate::catalog::file::Leased;

/// When files are merged.
#[derive(Debug, Clone, Copy)]
pub struct CompactPolicy {
    /// Size that no merged file exceeds; files of more than half of it are left as they are.
    pub target_bytes: u64,
    /// Rows that no merged file exceeds: their identities are held in memory while files are merged.
    pub rows_max: u64,
    /// Files of about the same size that are merged while their day is being received.
    pub files_min: usize,
}

impl Default for CompactPolicy {
    /// 128 MiB, a million rows (about 40 MB while merging), eight files.
    fn default() -> Self {
        Self { target_bytes: 128 << 20, rows_max: 1_000_000, files_min: 8 }
    }
}

/// Sizes below this are taken for the same.
const SMALLEST_BYTES: u64 = 64 << 10;

/// The next files to merge, as a range of `files`; those for which `is_left_out` says so stay as they are.
pub(crate) fn plan(
    files: &[Leased],
    today: &str,
    policy: CompactPolicy,
    is_left_out: impl Fn(&str) -> bool,
) -> Option<Range<usize>> {
    let mut start = 0;
    while start < files.len() {
        let end = run_end(files, start, today, policy, &is_left_out);
        let enough = if files[start].received_day.as_str() < today { 2 } else { policy.files_min.max(2) };
        if end - start >= enough {
            return Some(start..end);
        }
        start = end.max(start + 1);
    }
    None
}

/// Behind the last neighbour that fits to the file at `start`.
fn run_end(
    files: &[Leased],
    start: usize,
    today: &str,
    policy: CompactPolicy,
    is_left_out: &impl Fn(&str) -> bool,
) -> usize {
    let first = &files[start];
    let is_over = first.received_day.as_str() < today;
    let (mut bytes, mut rows, mut end) = (0, 0, start);
    for file in &files[start..] {
        let fits = file.received_day == first.received_day
            && file.wal_id == first.wal_id
            && (file.schema_version, file.derive_version) == (first.schema_version, first.derive_version)
            && file.file_bytes <= policy.target_bytes / 2
            && bytes + file.file_bytes <= policy.target_bytes
            && rows + file.row_count <= policy.rows_max
            && (is_over || tier(file.file_bytes) == tier(first.file_bytes))
            && !is_left_out(&file.path);
        if !fits {
            break;
        }
        bytes += file.file_bytes;
        rows += file.row_count;
        end += 1;
    }
    end
}

/// Sizes within a factor of eight.
fn tier(bytes: u64) -> u32 {
    (bytes / SMALLEST_BYTES).max(1).ilog2() / 3
}

#[cfg(test)]
mod tests {
    use junjo_wal::Sequence;

    use super::*;
    use crate::catalog::file::ArchiveFile;
    use crate::dataset::Dataset;

    const TODAY: &str = "2026-01-02";

    fn files(sizes: &[(&str, u64)]) -> Vec<Leased> {
        let file = |(number, (day, bytes)): (i64, &(&str, u64))| {
            Leased::new(ArchiveFile {
                dataset: Dataset::Spans,
                path: number.to_string(),
                wal_id: String::new(),
                first_sequence: Sequence(number),
                last_sequence: Sequence(number),
                received_day: (*day).to_owned(),
                min_start_unix_nano: 0,
                max_end_unix_nano: 0,
                row_count: 1_000,
                item_count: 1_000,
                deleted_count: 0,
                file_bytes: *bytes,
                checksum: 0,
                schema_version: 1,
                derive_version: 1,
            })
        };
        (1..).zip(sizes).map(file).collect()
    }

    fn next(sizes: &[(&str, u64)]) -> Option<Range<usize>> {
        plan(&files(sizes), TODAY, CompactPolicy::default(), |path| path == "damaged")
    }

    /// Scenario: small files of a day that is over and of today. Guarantee: the old day's neighbours are merged at once,
    /// today's only when there are eight of about the same size; a file that is large enough stays as it is.
    #[test]
    fn plan_merges_neighbours_of_one_day() {
        let (old, new) = (("2026-01-01", 1 << 20), (TODAY, 1 << 20));
        assert_eq!(next(&[]), None);
        assert_eq!(next(&[old]), None);
        assert_eq!(next(&[old, old, new]), Some(0..2));
        assert_eq!(next(&[old, new, new]), None);
        let mut many = vec![old];
        many.extend([new; 8]);
        assert_eq!(next(&many), Some(1..9));
        let mut mixed = vec![(TODAY, 9 << 20)];
        mixed.extend([new; 7]);
        assert_eq!(next(&mixed), None);
        let large = ("2026-01-01", 100 << 20);
        assert_eq!(next(&[old, large, old]), None);
        assert_eq!(next(&[("2025-12-31", 9), old, old]), Some(1..3));
    }

    /// Scenario: more than a merged file may hold. Guarantee: it ends before; what is left out is not passed over.
    #[test]
    fn plan_stays_within_its_limits() {
        let half = ("2026-01-01", 60 << 20);
        assert_eq!(next(&[half, half, half]), Some(0..2));
        let policy = CompactPolicy { rows_max: 2_500, ..CompactPolicy::default() };
        let small = files(&[("2026-01-01", 9); 3]);
        assert_eq!(plan(&small, TODAY, policy, |_| false), Some(0..2));
        assert_eq!(plan(&small, TODAY, CompactPolicy::default(), |path| path == "2"), None);
    }

    /// Scenario: a file a minute for a day. Guarantee: each row is written again four times at most.
    #[test]
    fn plan_rewrites_each_row_a_few_times() {
        let (mut sizes, mut written, mut arrived) = (Vec::new(), 0, 0);
        for _ in 0..1440 {
            sizes.push((TODAY, 50_000));
            arrived += 50_000;
            while let Some(range) = next(&sizes) {
                let bytes: u64 = sizes[range.clone()].iter().map(|(_, bytes)| bytes).sum();
                written += bytes;
                sizes.splice(range, [(TODAY, bytes)]);
            }
        }
        assert!(sizes.len() < 30, "{} files", sizes.len());
        assert!(written <= 4 * arrived, "{written} for {arrived}");
    }
}
