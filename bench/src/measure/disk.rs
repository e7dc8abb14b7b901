//! Bytes in a data folder, and the file system under it.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Bytes of a data folder by part.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct DiskUse {
    /// `index.duckdb` and its log.
    pub(crate) index_bytes: u64,
    /// `wal.db` and its journal.
    pub(crate) wal_bytes: u64,
    /// Everything under `archive/`.
    pub(crate) archive_bytes: u64,
}

impl DiskUse {
    pub(crate) fn of(data_dir: &Path) -> Self {
        let mut found = Self::default();
        for (name, bytes) in entries(data_dir) {
            match name.as_str() {
                name if name.starts_with("index.duckdb") => found.index_bytes += bytes,
                name if name.starts_with("wal.db") => found.wal_bytes += bytes,
                "archive" => found.archive_bytes += bytes,
                _ => {}
            }
        }
        found
    }
}

/// Names in a folder and their bytes, those of folders summed up; empty when it cannot be read.
fn entries(dir: &Path) -> Vec<(String, u64)> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let sized = entries.flatten().map(|entry| {
        let bytes = match entry.metadata() {
            Ok(meta) if meta.is_dir() => entries_bytes(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        };
        (entry.file_name().to_string_lossy().into_owned(), bytes)
    });
    sized.collect()
}

fn entries_bytes(dir: &Path) -> u64 {
    entries(dir).iter().map(|(_, bytes)| bytes).sum()
}

/// The type of the file system that holds `dir`, such as `ext4`. On `tmpfs` an fsync costs nothing.
pub(crate) fn file_system(dir: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let holding = mounts.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (point, kind) = (fields.next()?, fields.next()?);
        dir.starts_with(point).then_some((point.len(), kind))
    });
    holding
        .max_by_key(|(length, _)| *length)
        .map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a data folder with all parts and something else. Guarantee: each byte counts for its part only.
    #[test]
    fn disk_use_sums_the_parts() {
        let dir = tempfile::tempdir().unwrap();
        let day = dir.path().join("archive/day=2026-11-21");
        fs::create_dir_all(&day).unwrap();
        for (name, bytes) in [("index.duckdb", 10), ("index.duckdb.wal", 1), ("wal.db", 5), ("app.db", 99)] {
            fs::write(dir.path().join(name), vec![0; bytes]).unwrap();
        }
        fs::write(day.join("spans.parquet"), [0; 7]).unwrap();
        let found = DiskUse::of(dir.path());
        assert_eq!((found.index_bytes, found.wal_bytes, found.archive_bytes), (11, 5, 7));
    }
}
