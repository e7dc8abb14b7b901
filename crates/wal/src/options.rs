//! Limits of the log, each with its reason.

use std::path::PathBuf;

/// Live bytes at which appends are refused: 4 GiB holds about ten minutes of the highest measured rate, so that a
/// restart or a rebuild of the index does not stop acknowledgements.
pub(crate) const BYTES_MAX_DEFAULT: u64 = 4 << 30;
/// Requests waiting for the writer; beyond this [`crate::Wal::append`] waits, which slows clients before it refuses.
const QUEUE_MAX_DEFAULT: usize = 256;
/// Requests that share one fsync; more would only lengthen the wait of the first.
const GROUP_RECORDS_MAX_DEFAULT: usize = 64;
/// Payload bytes that share one fsync, for the same reason.
const GROUP_BYTES_MAX_DEFAULT: u64 = 32 << 20;
/// Smallest free space left for seal, trim and retention.
const FREE_BYTES_MIN_DEFAULT: u64 = 512 << 20;
/// Free share of the disk left for the same, in percent; the larger of the two counts.
const FREE_PERCENT_MIN_DEFAULT: u64 = 5;

/// Where the log is and how large it may get.
#[derive(Debug, Clone)]
pub struct WalOptions {
    /// The SQLite file.
    pub path: PathBuf,
    /// Where a damaged predecessor is kept.
    pub quarantine_dir: PathBuf,
    /// Live payload bytes at which appends are refused.
    pub bytes_max: u64,
    /// Requests waiting for the writer.
    pub queue_max: usize,
    /// Requests in one commit.
    pub group_records_max: usize,
    /// Payload bytes in one commit.
    pub group_bytes_max: u64,
    /// Free bytes below which appends are refused.
    pub free_bytes_min: u64,
    /// Free percent of the disk below which appends are refused.
    pub free_percent_min: u64,
}

impl WalOptions {
    /// `wal.db` in a data folder, with default limits.
    pub fn in_dir(data_dir: &std::path::Path) -> Self {
        Self {
            path: data_dir.join("wal.db"),
            quarantine_dir: data_dir.join("quarantine"),
            bytes_max: BYTES_MAX_DEFAULT,
            queue_max: QUEUE_MAX_DEFAULT,
            group_records_max: GROUP_RECORDS_MAX_DEFAULT,
            group_bytes_max: GROUP_BYTES_MAX_DEFAULT,
            free_bytes_min: FREE_BYTES_MIN_DEFAULT,
            free_percent_min: FREE_PERCENT_MIN_DEFAULT,
        }
    }
}
