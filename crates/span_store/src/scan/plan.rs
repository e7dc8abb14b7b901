//! What a scan has to read, newest first.

use std::path::Path;

use junjo_wal::Sequence;

use crate::archive::manifest::{Leased, Manifest};
use crate::dataset::Dataset;
use crate::query::expr::literal;
use crate::query::filter::TimeRange;

/// One moment's view of archive and log.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Records behind it are only in the log.
    pub(crate) sealed_through: Sequence,
    /// Files that may hold spans of the range, by the latest time they reach, latest first.
    pub(crate) files: Vec<PlannedFile>,
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedFile {
    /// `FROM` this.
    pub(crate) relation: String,
    pub(crate) path: String,
    /// No span in it starts later.
    pub(crate) max_start_unix_nanos: i64,
    /// Keeps it in the folder.
    pub(crate) lease: Leased,
}

impl Plan {
    pub(crate) fn new(manifest: &Manifest, archive_dir: &Path, time: TimeRange) -> Self {
        let sealed = manifest.snapshot(Dataset::Spans);
        let overlaps = |file: &Leased| {
            time.from_unix_nanos.is_none_or(|from| file.max_end_unix_nanos >= from)
                && time.to_unix_nanos.is_none_or(|to| file.min_start_unix_nanos < to)
        };
        let mut files: Vec<PlannedFile> = sealed
            .files
            .into_iter()
            .filter(overlaps)
            .map(|file| PlannedFile {
                relation: relation(&archive_dir.join(&file.path)),
                max_start_unix_nanos: file.max_end_unix_nanos,
                path: file.path.clone(),
                lease: file,
            })
            .collect();
        files.sort_by_key(|file| std::cmp::Reverse(file.max_start_unix_nanos));
        Self { sealed_through: sealed.through, files }
    }

    /// After the log and `files_done` files: everything that started at or after this has been seen.
    pub(crate) fn searched_from(&self, files_done: usize) -> i64 {
        self.files.get(files_done).map_or(0, |next| next.max_start_unix_nanos.saturating_add(1))
    }
}

/// The file as a relation: exactly this path, which is no pattern and names no partitions.
pub(super) fn relation(path: &Path) -> String {
    let mut pattern = String::new();
    for c in path.to_string_lossy().chars() {
        match c {
            '[' | '*' | '?' => pattern.extend(['[', c, ']']),
            c => pattern.push(c),
        }
    }
    format!("read_parquet({}, hive_partitioning = false)", literal(&pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a data folder with characters of patterns and of SQL. Guarantee: they stand for themselves.
    #[test]
    fn relation_escapes_the_path() {
        assert_eq!(
            relation(Path::new("/it's/a[1]*?/x.parquet")),
            "read_parquet('/it''s/a[[]1][*][?]/x.parquet', hive_partitioning = false)"
        );
    }
}
