//! Where the store's files are, what may be set, and how large it is.

use std::path::PathBuf;

use junjo_memory::Memory;

use crate::index::options::IndexOptions;
use crate::scan::options::ScanOptions;
use crate::seal::plan::SealPolicy;
use crate::upkeep::compact::CompactPolicy;
use crate::upkeep::retention::Retention;

/// Where the store's files are and when it seals.
#[derive(Clone)]
pub struct StoreOptions {
    /// The index.
    pub index: IndexOptions,
    /// Folder of the Parquet files.
    pub archive_dir: PathBuf,
    /// Folder of records that cannot be decoded.
    pub quarantine_dir: PathBuf,
    /// When records are sealed.
    pub seal: SealPolicy,
    /// When archive files are merged.
    pub compact: CompactPolicy,
    /// How long archive files are kept.
    pub retention: Retention,
    /// What scans of whole spans may use.
    pub scan: ScanOptions,
    /// The account of the process's memory.
    pub memory: Memory,
}

/// Sizes for the status route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreSize {
    /// Spans in the index; unknown while it is not open.
    pub spans: Option<u64>,
    /// Log records in the index; unknown while it is not open.
    pub logs: Option<u64>,
    /// Bytes of the index on disk, with the write-ahead log that the engine keeps beside it.
    pub index_bytes: u64,
    /// Files of the archive.
    pub archive_files: u64,
    /// Their bytes.
    pub archive_bytes: u64,
    /// Files of the archive that somebody found missing or damaged since the start.
    pub unreadable_files: u64,
}
