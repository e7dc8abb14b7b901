//! Opens the stores of a data folder as the settings say: `app.db`, and the write-ahead log with index and archive over it.

use anyhow::Context as _;
use junjo_memory::Memory;
use junjo_pipeline::Background;
use junjo_span_store::{
    CompactPolicy, DataDir, EngineLimits, Prober, Retention, SealPolicy, SpanStore, StorageOptions,
};
use junjo_wal::Wal;
use junjo_web::{db, logged};
use sqlx::SqlitePool;

use crate::settings::Settings;

/// Most threads that the index uses: its questions are short.
const INDEX_THREADS_MAX: u32 = 8;
/// Most threads of a scan; half of the machine goes on receiving.
const SCAN_THREADS_MAX: u32 = 4;

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
        memory: Memory,
    ) -> anyhow::Result<Self> {
        let dir = DataDir::new(&settings.storage.data_dir);
        std::fs::create_dir_all(dir.path()).with_context(|| {
            format!("cannot create the data folder {} (JUNJO_DATA_DIR)", dir.path().display())
        })?;
        let pool = db::open_pool(&dir.app_db()).await?;
        db::migrate(&pool).await?;
        let options = storage_options(settings, prober, background, memory);
        let junjo_span_store::Stores { wal, store } =
            junjo_span_store::open(&dir, pool.clone(), options).await?;
        Ok(Self { pool, wal, store })
    }

    /// Closes them; call it after every task has ended.
    pub(crate) async fn close(self) {
        self.wal.close().await;
        if let Err(error) = tokio::task::spawn_blocking(move || self.store.close()).await {
            tracing::error!(error = logged(&error), "closing the index died");
        }
        self.pool.close().await;
    }
}

fn storage_options(
    settings: &Settings,
    prober: Prober,
    background: &Background,
    memory: Memory,
) -> StorageOptions {
    let (storage, shares) = (&settings.storage, settings.memory_shares());
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let cores = u32::try_from(cores).unwrap_or(u32::MAX);
    let seal = SealPolicy::default();
    StorageOptions {
        wal_bytes_max: storage.wal_max_bytes,
        free_bytes_min: storage.free_space_min,
        seal: SealPolicy {
            bytes: storage.seal_bytes.unwrap_or(seal.bytes),
            age_nanos: storage
                .seal_seconds
                .map_or(seal.age_nanos, |seconds| i64::from(seconds) * 1_000_000_000),
        },
        compact: CompactPolicy::default(),
        retention: Retention { days: storage.retention_days, bytes: storage.retention_bytes },
        index: EngineLimits {
            memory_bytes: shares.index_engine_bytes(),
            threads: cores.min(INDEX_THREADS_MAX),
        },
        scan: EngineLimits {
            memory_bytes: shares.scan_engine_bytes(),
            threads: (cores / 2).clamp(1, SCAN_THREADS_MAX),
        },
        scan_runtime: Some(background.handle()),
        prober,
        memory,
    }
}
