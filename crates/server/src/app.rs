//! The composition: opens the stores, wires the features, and says which background tasks there are.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use junjo_api_keys::{ApiKeys, ApiKeysConfig};
use junjo_auth::{AuthState, ReadKeys, readable_by_keys};
use junjo_ingest::Receiver;
use junjo_otel::{Indexer, Keeper, OtelParts, OtelService, Puller, PullerConfig, Sealer, Sources};
use junjo_span_store::{
    CompactPolicy, IndexOptions, Manifest, Prober, Retention, ScanOptions, SealPolicy, SpanStore,
    StoreOptions, newest_archived,
};
use junjo_wal::{Sequence, Wal, WalOptions};
use junjo_web::{Lifecycle, SharedClock, db};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use crate::background::Background;
use crate::http::{Surface, otlp, router};
use crate::key_check::{IngestKeys, ReadingKeys};
use crate::openapi;
use crate::pages::{self, PagesState};
use crate::settings::{Settings, StorageSettings};

/// Between two runs of the small periodic jobs (key use, expired sessions).
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(30);
/// What scans may put on disk when it does not fit into memory.
const SCAN_TEMP_BYTES_MAX: u64 = 1 << 30;

/// Files that a full log makes at least, so that sealing begins long before it is full.
const SEALS_IN_LOG: u64 = 4;

/// Everything that is open. Cheap to clone.
#[derive(Clone)]
pub struct App {
    settings: Settings,
    clock: SharedClock,
    pool: sqlx::SqlitePool,
    wal: Wal,
    store: SpanStore,
    receiver: Receiver,
    auth: AuthState,
    keys: ApiKeys,
    sources: Sources,
    background: Background,
    /// Ends answers that have no end of their own.
    streams_stop: CancellationToken,
}

/// A receiver with the limits of `settings`, which answers "unavailable" until an [`App`] opens it.
pub fn receiver(settings: &Settings, clock: SharedClock) -> anyhow::Result<Receiver> {
    Ok(Receiver::new(clock, settings.ingest_limits()?))
}

impl App {
    /// Opens every store in the data folder, with a receiver of its own.
    pub async fn open(settings: &Settings, clock: SharedClock, prober: Prober) -> anyhow::Result<Self> {
        let receiver = receiver(settings, Arc::clone(&clock))?;
        Self::open_with(settings, clock, prober, receiver).await
    }

    /// Where features hand in telemetry of their own ([`Receiver::submit`]).
    pub fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// Opens every store in the data folder; from then on `receiver` acknowledges. The index opens later, in a task.
    pub async fn open_with(
        settings: &Settings,
        clock: SharedClock,
        prober: Prober,
        receiver: Receiver,
    ) -> anyhow::Result<Self> {
        let dir = &settings.storage.data_dir;
        std::fs::create_dir_all(dir)
            .with_context(|| format!("cannot create the data folder {} (JUNJO_DATA_DIR)", dir.display()))?;
        let pool = db::open_pool(&dir.join("app.db")).await?;
        db::migrate(&pool).await?;
        let manifest = Manifest::load(pool.clone()).await?;
        let archived = manifest.newest_sequence().max(newest_archived(&dir.join("archive"))?);
        let wal = open_wal(settings, archived).await?;
        let auth = AuthState::new(pool.clone(), Arc::clone(&clock), settings.auth_config())?;
        let keys_config = ApiKeysConfig {
            keys_per_user_max: settings.accounts.api_keys_per_user_max,
            ..ApiKeysConfig::default()
        };
        let keys = ApiKeys::new(pool.clone(), Arc::clone(&clock), auth.audit_log(), keys_config);
        let background = Background::start().context("no thread for background work can be started")?;
        let options = store_options(settings, prober, &background, wal.bytes_max());
        let store = SpanStore::new(options, wal.clone(), manifest);
        receiver.open(wal.clone(), Arc::new(IngestKeys(keys.clone())));
        Ok(Self {
            settings: settings.clone(),
            clock,
            pool,
            wal,
            store,
            receiver,
            auth,
            keys,
            sources: Sources::default(),
            background,
            streams_stop: CancellationToken::new(),
        })
    }

    /// Every feature's routes with the OpenAPI document that describes them.
    pub fn features(&self) -> OpenApiRouter {
        let otel = OtelService::new(OtelParts {
            store: self.store.clone(),
            wal: self.wal.clone(),
            receiver: self.receiver.clone(),
            sources: self.sources.clone(),
            clock: Arc::clone(&self.clock),
            audit: self.auth.audit_log(),
        })
        .ending_with(self.streams_stop.clone());
        let pages = PagesState {
            receiver: self.receiver.clone(),
            store: self.store.clone(),
            wal: self.wal.clone(),
            keys: self.keys.clone(),
            metrics: metrics_handle(),
        };
        openapi::head()
            .merge(junjo_auth::router(self.auth.clone()))
            .merge(junjo_api_keys::router(self.keys.clone()))
            .merge(readable_by_keys(junjo_otel::router(otel)))
            .merge(pages::router(pages))
    }

    /// The main port.
    pub fn http(&self) -> anyhow::Result<Router> {
        let web = &self.settings.web;
        router(Surface {
            features: self.features(),
            auth: self.auth.clone(),
            read_keys: ReadKeys::new(ReadingKeys(self.keys.clone())),
            trust: web.proxy_trust(),
            allow_origins: web.allow_origins.clone(),
            otlp: self.otlp_http()?,
        })
    }

    /// OTLP/HTTP, for the main port and for its own.
    pub fn otlp_http(&self) -> anyhow::Result<Router> {
        otlp(self.receiver.clone(), &self.settings.listen.otlp_allow_origins)
    }

    /// Starts the background tasks.
    pub fn spawn_tasks(&self, lifecycle: &Lifecycle) {
        let indexer = Indexer::new(self.store.clone(), self.wal.clone());
        lifecycle.spawn("indexer", self.background.clone().run(indexer.run(lifecycle.soft())));
        let sealer = Sealer::new(self.store.clone(), Arc::clone(&self.clock));
        lifecycle.spawn("sealer", self.background.clone().run(sealer.run(lifecycle.soft())));
        let keeper = Keeper::new(self.store.clone(), Arc::clone(&self.clock));
        lifecycle.spawn("keeper", self.background.clone().run(keeper.run(lifecycle.soft())));
        let (streams_stop, stop) = (self.streams_stop.clone(), lifecycle.soft());
        lifecycle.spawn("streams", async move {
            stop.cancelled().await;
            streams_stop.cancel();
        });
        let (app, stop) = (self.clone(), lifecycle.soft());
        lifecycle.spawn("housekeeping", async move {
            while stop.run_until_cancelled(tokio::time::sleep(HOUSEKEEPING_INTERVAL)).await.is_some() {
                app.keep_house().await;
            }
            app.keep_house().await;
        });
    }

    /// Starts reading from every ingestion service (split mode).
    pub fn spawn_pullers(&self, lifecycle: &Lifecycle) -> anyhow::Result<()> {
        let split = &self.settings.split;
        for url in split.urls() {
            let config = PullerConfig {
                url: url.to_owned(),
                token: split.token().map(|token| token.expose_secret().to_owned()),
                consumer_id: split.consumer_id.clone(),
            };
            let (wal, clock) = (self.wal.clone(), Arc::clone(&self.clock));
            let puller = Puller::new(config, wal, clock, self.sources.clone())
                .context("JUNJO_INGESTION_URL or JUNJO_INTERNAL_TOKEN cannot be used")?;
            lifecycle.spawn(format!("puller {url}"), puller.run(lifecycle.soft()));
        }
        Ok(())
    }

    /// The store, for commands that work on it without a server.
    pub(crate) fn store(&self) -> &SpanStore {
        &self.store
    }

    /// The keys, for the internal gRPC.
    pub(crate) fn keys(&self) -> &ApiKeys {
        &self.keys
    }

    /// Writes down when keys were used, and removes sessions that are over.
    async fn keep_house(&self) {
        if let Err(error) = self.keys.flush_last_used().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "use of api keys could not be written, will be tried again"
            );
        }
        if let Err(error) = self.auth.purge().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "old sessions could not be removed, will be tried again"
            );
        }
    }

    /// Closes the stores; call it after every task has ended.
    pub async fn close(self) {
        self.wal.close().await;
        let store = self.store.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || store.close()).await {
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
    let shares = settings.storage.memory_shares();
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

/// The process-wide recorder; a second server in the same process (tests) shares it.
fn metrics_handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed; /metrics stays empty");
            }
            handle
        })
        .clone()
}
