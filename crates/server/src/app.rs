//! The composition: stores, the tasks over them, and features.

use std::sync::Arc;

use anyhow::Context as _;
use axum::{Extension, Router};
use junjo_ingest::Receiver;
use junjo_memory::Memory;
use junjo_pipeline::{Background, Pipeline};
use junjo_span_store::{Prober, SpanStore};
use junjo_telemetry::Telemetry;
use junjo_wal::Wal;
use junjo_web::{Lifecycle, SharedClock};
use utoipa_axum::router::OpenApiRouter;

use crate::compression::Encoders;
use crate::document;
use crate::entrance::Entrance;
use crate::features::{Features, Ground};
use crate::http::{self, Surface};
use crate::routes::{self, OwnState};
use crate::settings::Settings;
use crate::stores::Stores;

/// Everything that is open.
pub struct App {
    settings: Settings,
    stores: Stores,
    receiver: Receiver,
    memory: Memory,
    pipeline: Pipeline,
    features: Features,
}

impl App {
    /// Opens every store in the data folder, and the features on them; from then on the receiver of `entrance`
    /// acknowledges. Everything takes its memory from the account that it stands with. Gives the router of the main port as well.
    pub(crate) async fn open(
        settings: &Settings,
        clock: SharedClock,
        prober: Prober,
        entrance: Entrance,
    ) -> anyhow::Result<(Self, Router)> {
        let Entrance { receiver, memory, listening } = entrance;
        let background = Background::start().context("no thread for background work can be started")?;
        let stores = Stores::open(settings, prober, &background, memory.clone()).await?;
        let (store, wal) = (stores.store.clone(), stores.wal.clone());
        let pipeline =
            Pipeline::new(store.clone(), wal.clone(), Arc::clone(&clock), background, memory.clone());
        let ground = Ground {
            web: settings.web.clone(),
            token: settings.split.token().cloned(),
            pool: stores.pool.clone(),
            telemetry: Telemetry::new(store, Arc::clone(&clock)),
            clock,
            receiver: receiver.clone(),
            memory: memory.clone(),
            pipeline: pipeline.clone(),
            listening,
        };
        let (features, of_features) = Features::open(&ground, &settings.features)?;
        receiver.open(wal, features.ingest_keys());
        let app = Self { settings: settings.clone(), stores, receiver, memory, pipeline, features };
        let router = app.http(of_features)?;
        Ok((app, router))
    }

    /// Every route, with the document that describes them.
    fn routes(&self, of_features: OpenApiRouter) -> OpenApiRouter {
        let own = OwnState {
            receiver: self.receiver.clone(),
            store: self.stores.store.clone(),
            wal: self.stores.wal.clone(),
            memory: self.memory.clone(),
            pool: self.stores.pool.clone(),
            metrics: routes::metrics_handle(),
            is_proxied: self.settings.web.is_proxied(),
        };
        document::head().merge(of_features).merge(routes::routes().with_state(own))
    }

    /// Where features hand in telemetry of their own ([`Receiver::submit`]).
    pub fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// The main port.
    fn http(&self, of_features: OpenApiRouter) -> anyhow::Result<Router> {
        let web = &self.settings.web;
        let otlp = http::otlp(self.receiver.clone(), &self.settings.listen.otlp_allow_origins)?;
        let api = http::api(self.routes(of_features), Encoders::new(self.memory.clone()));
        let mut api = junjo_auth::protect(self.features.around(api), &self.features.auth)?;
        if let Some(keys) = self.features.read_keys() {
            api = api.layer(Extension(keys.clone()));
        }
        let surface = Surface { trust: web.proxy_trust(), allow_origins: web.allowed_origins(), otlp };
        Ok(http::router(api, surface))
    }

    /// The internal gRPC of split mode.
    pub(crate) fn internal(&self) -> Router {
        self.features.internal()
    }

    /// Starts every task.
    pub fn spawn(&self, lifecycle: &Lifecycle) -> anyhow::Result<()> {
        self.pipeline.spawn(lifecycle);
        self.features.spawn(lifecycle);
        self.pipeline
            .spawn_pullers(&self.settings.split, lifecycle)
            .context("JUNJO_INGESTION_URL or JUNJO_INTERNAL_TOKEN cannot be used")
    }

    /// Starts the tasks between log, index and archive, and nothing that asks or is asked from outside.
    pub(crate) fn spawn_pipeline(&self, lifecycle: &Lifecycle) {
        self.pipeline.spawn(lifecycle);
    }

    /// The features, for commands that work on them without a server.
    pub(crate) fn features(&self) -> &Features {
        &self.features
    }

    /// The log, for commands that write to it without a server.
    pub(crate) fn wal(&self) -> &Wal {
        &self.stores.wal
    }

    /// The store, for commands that work on it without a server.
    pub(crate) fn store(&self) -> &SpanStore {
        &self.stores.store
    }

    /// Closes the stores; call it after every task has ended.
    pub async fn close(self) {
        self.stores.close().await;
    }
}
