//! Opens the stores of a data folder: `app.db`, the write-ahead log, and the store of index and archive over it.

use std::path::Path;

use anyhow::Context as _;
use junjo_pipeline::Background;
use junjo_span_store::{
    CompactPolicy, IndexOptions, Manifest, Prober, Retention, ScanOptions, SealPolicy, SpanStore,
    StoreOptions, newest_archived,
};
use junjo_wal::{Sequence, Wal, WalOptions};
use junjo_web::db;
use sqlx::SqlitePool;

use crate::memory::MemoryShares;
use crate::settings::{Settings, StorageSettings};

/// What scans may put on disk when it does not fit into memory.
const SCAN_TEMP_BYTES_MAX: u64 = 1 << 30;

/// Files that a full log makes at least, so that sealing begins long before it is full.
const SEALS_IN_LOG: u64 = 4;

/// The open stores. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) pool: SqlitePool,
    pub(crate) wal: Wal,
    pub(crate) store: SpanStore,
}

impl Stores {
    /// Opens them; the index opens later, in a task.
    pub(crate) async fn open(
        settings: &Settings,
        prober: Prober,
        background: &Background,
    ) -> anyhow::Result<Self> {
        let dir = &settings.storage.data_dir;
        std::fs::create_dir_all(dir)
            .with_context(|| format!("cannot create the data folder {} (JUNJO_DATA_DIR)", dir.display()))?;
        let pool = db::open_pool(&dir.join("app.db")).await?;
        db::migrate(&pool).await?;
        let manifest = Manifest::load(pool.clone()).await?;
        let archived = manifest.newest_sequence().max(newest_archived(&dir.join("archive"))?);
        let wal = open_wal(settings, archived).await?;
        let options = store_options(settings, prober, background, wal.bytes_max());
        let store = SpanStore::new(options, wal.clone(), manifest);
        Ok(Self { pool, wal, store })
    }

    /// Closes them; call it after every task has ended.
    pub(crate) async fn close(self) {
        self.wal.close().await;
        if let Err(error) = tokio::task::spawn_blocking(move || self.store.close()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "closing the index died");
        }
        self.pool.close().await;
    }
}

async fn open_wal(settings: &Settings, sealed_through: Sequence) -> anyhow::Result<Wal> {
    let storage = &settings.storage;
    let mut options = WalOptions::in_dir(&storage.data_dir);
    if let Some(bytes) = storage.wal_max_bytes {
        options.bytes_max = bytes;
    }
    if let Some(bytes) = storage.free_space_min {
        options.free_bytes_min = bytes;
        options.free_percent_min = 0;
    }
    let had_index = index_path(&storage.data_dir).try_exists()?;
    // a log that has to be made anew must start above whatever an index may have seen of its predecessor
    let floor = if had_index { sealed_through.max(Sequence(1)) } else { sealed_through };
    let wal = tokio::task::spawn_blocking(move || Wal::open(&options, floor)).await??;
    if let Some(report) = wal.salvaged() {
        tracing::error!(
            kept = %report.kept.display(),
            records = report.records,
            items = report.items,
            "wal.db was damaged: readable records were copied to a new log, the damaged file is kept"
        );
    }
    Ok(wal)
}

/// A log that is small by setting is sealed in pieces that leave it room; one that fills up first would refuse for a
/// minute.
fn seal_policy(storage: &StorageSettings, wal_bytes_max: u64) -> SealPolicy {
    let default = SealPolicy::default();
    SealPolicy {
        bytes: storage.seal_bytes.unwrap_or(default.bytes).min(wal_bytes_max / SEALS_IN_LOG),
        age_nanos: storage
            .seal_seconds
            .map_or(default.age_nanos, |seconds| i64::from(seconds) * 1_000_000_000),
    }
}

fn index_path(data_dir: &Path) -> std::path::PathBuf {
    data_dir.join("index.duckdb")
}

fn store_options(
    settings: &Settings,
    prober: Prober,
    background: &Background,
    wal_bytes_max: u64,
) -> StoreOptions {
    let dir = &settings.storage.data_dir;
    let shares = MemoryShares::of(settings.storage.memory_limit);
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    StoreOptions {
        index: IndexOptions {
            path: index_path(dir),
            quarantine_dir: dir.join("quarantine"),
            memory_bytes: shares.index_bytes,
            threads: u32::try_from(cores).unwrap_or(u32::MAX).min(8),
            prober,
        },
        archive_dir: dir.join("archive"),
        quarantine_dir: dir.join("quarantine"),
        seal: seal_policy(&settings.storage, wal_bytes_max),
        compact: CompactPolicy::default(),
        retention: Retention {
            days: settings.storage.retention_days,
            bytes: settings.storage.retention_bytes,
        },
        scan: ScanOptions {
            memory_bytes: shares.scan_bytes,
            // the rest of the machine goes on receiving
            threads: u32::try_from(cores / 2).unwrap_or(1).clamp(1, 4),
            temp_dir: dir.join("scan.tmp"),
            temp_bytes_max: SCAN_TEMP_BYTES_MAX,
            runtime: Some(background.handle()),
        },
    }
}
