//! One archive file as the manifest lists it, and the lease that keeps it in the folder while somebody reads it. It does not
//! know what is inside of the file.

use std::ops::{Deref, RangeInclusive};
use std::sync::{Arc, Weak};

use junjo_wal::Sequence;

use crate::dataset::Dataset;

/// One sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFile {
    /// What it holds.
    pub dataset: Dataset,
    /// Path relative to the archive folder.
    pub path: String,
    /// Identity of the wal that the records came from.
    pub wal_id: String,
    /// First record sealed into the file.
    pub first_sequence: Sequence,
    /// Last record sealed into the file.
    pub last_sequence: Sequence,
    /// UTC day of receipt, `YYYY-MM-DD`.
    pub received_day: String,
    /// Earliest start of a span, or time of a log record, unix nanoseconds.
    pub min_start_unix_nano: i64,
    /// Latest end of a span, or time of a log record, unix nanoseconds.
    pub max_end_unix_nano: i64,
    /// Spans or log records in the file.
    pub row_count: u64,
    /// Spans or log records in the sealed records, superseded and quarantined ones included.
    pub item_count: u64,
    /// Spans or log records of the sealed records that were left out because their deletion was requested.
    pub deleted_count: u64,
    /// Size of the file.
    pub file_bytes: u64,
    /// CRC-32 of the file.
    pub checksum: u32,
    /// Version of the columns.
    pub schema_version: i64,
    /// Version of the derived values.
    pub derive_version: i64,
}

impl ArchiveFile {
    /// The path of a file; `generation` counts how often its rows were rewritten.
    pub(crate) fn path_of(
        dataset: Dataset,
        day: &str,
        range: RangeInclusive<Sequence>,
        generation: u32,
    ) -> String {
        let stem = format!("day={day}/{}-{:020}-{:020}", dataset.as_str(), range.start().0, range.end().0);
        if generation == 0 { format!("{stem}.parquet") } else { format!("{stem}-g{generation}.parquet") }
    }

    /// How often its rows were rewritten.
    pub(crate) fn generation(&self) -> u32 {
        let stem = self.path.strip_suffix(".parquet").unwrap_or(&self.path);
        stem.rsplit_once("-g").and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
    }

    /// Whether a record of its range may be in the other's range too.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.dataset == other.dataset
            && self.first_sequence <= other.last_sequence
            && other.first_sequence <= self.last_sequence
    }
}

/// A listed file. It stays in the folder as long as anybody has one of these, also when others have replaced it.
#[derive(Debug, Clone)]
pub(crate) struct Leased {
    file: ArchiveFile,
    lease: Arc<()>,
}

impl Leased {
    pub(crate) fn new(file: ArchiveFile) -> Self {
        Self { file, lease: Arc::new(()) }
    }

    /// Tells whether anybody still reads the file.
    pub(super) fn watch(&self) -> Weak<()> {
        Arc::downgrade(&self.lease)
    }
}

impl Deref for Leased {
    type Target = ArchiveFile;

    fn deref(&self) -> &ArchiveFile {
        &self.file
    }
}
