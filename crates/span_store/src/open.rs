//! Opens the write-ahead log and the store in a data folder, and holds what must be true of the two together. The index opens
//! later, by [`SpanStore::open_index`].

use junjo_memory::Memory;
use junjo_wal::{Sequence, Wal, WalOptions};
use sqlx::SqlitePool;
use tokio::runtime::Handle;

use crate::archive::reconcile::newest_archived;
use crate::catalog::handle::Catalog;
use crate::data_dir::DataDir;
use crate::error::StoreError;
use crate::index::options::IndexOptions;
use crate::index::probe::Prober;
use crate::scan::options::ScanOptions;
use crate::seal::plan::SealPolicy;
use crate::store::SpanStore;
use crate::store_options::StoreOptions;
use crate::upkeep::compact::CompactPolicy;
use crate::upkeep::retention::Retention;

/// Files that a full log makes at least, so that sealing begins long before it is full.
const SEALS_IN_LOG: u64 = 4;
/// What scans may put on disk when it does not fit into memory.
const SCAN_TEMP_BYTES_MAX: u64 = 1 << 30;

/// What may be set of the two stores.
#[derive(Clone)]
pub struct StorageOptions {
    /// Bytes of the wal at which it refuses; the wal's default when `None`.
    pub wal_bytes_max: Option<u64>,
    /// Bytes that stay free on the disk; the wal's default when `None`.
    pub free_bytes_min: Option<u64>,
    /// When records are sealed. In a small log earlier: see [`open`].
    pub seal: SealPolicy,
    /// When archive files are merged.
    pub compact: CompactPolicy,
    /// How long archive files are kept.
    pub retention: Retention,
    /// Memory and threads of the index.
    pub index: EngineLimits,
    /// Memory and threads of scans.
    pub scan: EngineLimits,
    /// Whose threads scans and exports run on, so that they can yield to others; the caller's when `None`.
    pub scan_runtime: Option<Handle>,
    /// How an index that exists is tried first.
    pub prober: Prober,
    /// The account of the process's memory.
    pub memory: Memory,
}

/// What one instance of the engine may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineLimits {
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Threads.
    pub threads: u32,
}

/// The open stores.
#[derive(Clone)]
pub struct Stores {
    /// The write-ahead log.
    pub wal: Wal,
    /// The store behind it, whose index is not open yet.
    pub store: SpanStore,
}

/// Opens both stores in `dir`, with `app_db` open and migrated.
///
/// - No sequence of a record is used twice: a log that has to be made anew starts above everything that catalog, archive
///   folder or index may have seen of its predecessor.
/// - A log that is small by setting is sealed in pieces of at most a quarter of it; one that fills up before its first seal
///   would refuse for a minute.
/// - What was salvaged of a damaged wal is reported, as an error in our log output.
pub async fn open(dir: &DataDir, app_db: SqlitePool, options: StorageOptions) -> Result<Stores, StoreError> {
    let catalog = Catalog::load(app_db).await?;
    let floor = sequence_floor(dir, &catalog)?;
    let wal_options = wal_options(dir, &options);
    let opening = tokio::task::spawn_blocking(move || Wal::open(&wal_options, floor));
    let wal = opening.await.map_err(StoreError::Worker)?.map_err(StoreError::Wal)?;
    report_salvage(&wal);
    let store = SpanStore::new(store_options(dir, options, wal.bytes_max()), wal.clone(), catalog);
    Ok(Stores { wal, store })
}

/// The sequence above which a new log starts.
fn sequence_floor(dir: &DataDir, catalog: &Catalog) -> Result<Sequence, StoreError> {
    let known = catalog.newest_sequence().max(newest_archived(&dir.archive())?);
    let index = dir.index();
    let had_index = index.try_exists().map_err(StoreError::io("look for", &index))?;
    // a log that has to be made anew must start above whatever an index may have seen of its predecessor
    Ok(if had_index { known.max(Sequence(1)) } else { known })
}

fn wal_options(dir: &DataDir, options: &StorageOptions) -> WalOptions {
    let mut wal = WalOptions::in_dir(dir.path());
    if let Some(bytes) = options.wal_bytes_max {
        wal.bytes_max = bytes;
    }
    if let Some(bytes) = options.free_bytes_min {
        wal.free_bytes_min = bytes;
        wal.free_percent_min = 0;
    }
    wal
}

fn report_salvage(wal: &Wal) {
    if let Some(report) = wal.salvaged() {
        tracing::error!(
            kept = %report.kept.display(),
            records = report.records,
            items = report.items,
            "wal.db was damaged: readable records were copied to a new log, the damaged file is kept"
        );
    }
}

fn store_options(dir: &DataDir, options: StorageOptions, wal_bytes_max: u64) -> StoreOptions {
    let StorageOptions { seal, compact, retention, index, scan, scan_runtime, prober, memory, .. } = options;
    StoreOptions {
        index: IndexOptions {
            path: dir.index(),
            quarantine_dir: dir.quarantine(),
            memory_bytes: index.memory_bytes,
            threads: index.threads,
            prober,
        },
        archive_dir: dir.archive(),
        quarantine_dir: dir.quarantine(),
        seal: SealPolicy { bytes: seal.bytes.min(wal_bytes_max / SEALS_IN_LOG), ..seal },
        compact,
        retention,
        scan: ScanOptions {
            memory_bytes: scan.memory_bytes,
            threads: scan.threads,
            temp_dir: dir.scan_temp(),
            temp_bytes_max: SCAN_TEMP_BYTES_MAX,
            runtime: scan_runtime,
        },
        memory,
    }
}
