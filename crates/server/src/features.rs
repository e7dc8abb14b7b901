//! The features of this server. A feature is its crate, its folder of the page, and the lines here that name it: its
//! settings, what it is opened with, and its description. No other file of this crate names a feature that could be left
//! out (`tests/it/features.rs`).
//!
//! `auth` cannot be left out: it says who is asking.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use clap::Args;
use junjo_auth::{AuditLog, AuthError, KeyRing, ReadKeys};
use junjo_ingest::{KeyCheck, KeyImport, KeyOutcome, Receiver};
use junjo_memory::Memory;
use junjo_pipeline::Pipeline;
use junjo_telemetry::Telemetry;
use junjo_web::{Lifecycle, SharedClock};
use secrecy::SecretString;
use sqlx::SqlitePool;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::entrance::Listening;
use crate::web_settings::WebSettings;

/// The settings of features.
#[derive(Debug, Clone, Args)]
pub(crate) struct FeatureSettings {
    #[command(flatten)]
    pub(crate) auth: junjo_auth::Settings,
    #[command(flatten)]
    pub(crate) api_keys: junjo_api_keys::Settings,
    #[command(flatten)]
    pub(crate) legacy_api: junjo_legacy_api::Settings,
    #[command(flatten)]
    pub(crate) otel: junjo_otel::Settings,
}

/// What features stand on.
pub(crate) struct Ground {
    pub(crate) web: WebSettings,
    /// Asked for by the internal gRPC.
    pub(crate) token: Option<SecretString>,
    pub(crate) pool: SqlitePool,
    pub(crate) clock: SharedClock,
    pub(crate) receiver: Receiver,
    pub(crate) memory: Memory,
    pub(crate) telemetry: Telemetry,
    pub(crate) pipeline: Pipeline,
    pub(crate) listening: Listening,
}

/// Starts the tasks of a feature.
type Spawn = Box<dyn Fn(&Lifecycle) + Send + Sync>;

/// Puts a feature around every route.
type Around = Box<dyn Fn(Router) -> Router + Send + Sync>;

/// The features, open.
pub(crate) struct Features {
    pub(crate) auth: junjo_auth::State,
    tasks: Vec<Spawn>,
    ingest_keys: Option<Arc<dyn KeyCheck>>,
    read_keys: Option<ReadKeys>,
    key_import: Option<Arc<dyn KeyImport>>,
    key_ring: Option<Arc<dyn KeyRing>>,
    internal: Option<Router>,
    around: Vec<Around>,
}

impl Features {
    /// Opens every feature, and gives its routes with their state and their description. Those are handed on, not kept: the
    /// description is megabytes of small pieces.
    pub(crate) fn open(
        ground: &Ground,
        settings: &FeatureSettings,
    ) -> Result<(Self, OpenApiRouter), AuthError> {
        let auth = accounts(ground.pool.clone(), Arc::clone(&ground.clock), &settings.auth, &ground.web)?;
        let audit = AuditLog::new(ground.pool.clone(), Arc::clone(&ground.clock));
        let mut features = Self::with_accounts(auth.clone());
        let routes = features.add(junjo_auth::routes(), auth, junjo_auth::spawn);

        let api_keys = junjo_api_keys::State::open(&ground.pool, &ground.clock, &settings.api_keys);
        features.ingest_keys = Some(Arc::new(api_keys.clone()));
        features.read_keys = Some(ReadKeys::new(api_keys.clone()));
        features.key_import = Some(Arc::new(api_keys.clone()));
        features.key_ring = Some(Arc::new(api_keys.clone()));
        features.internal = Some(junjo_api_keys::internal_routes(&api_keys, ground.token.as_ref()));
        let routes = routes.merge(features.add(junjo_api_keys::routes(), api_keys, junjo_api_keys::spawn));

        let way_in = junjo_otel::WayIn::new(&ground.pipeline, &ground.receiver, &ground.memory);
        let Listening { grpc, otlp_http } = &ground.listening;
        let public_url = ground.web.public_url.clone();
        let addresses = junjo_otel::Addresses::new(grpc, otlp_http, public_url, &settings.otel);
        let otel = junjo_otel::State::new(&ground.telemetry, way_in, addresses, audit);
        let routes = routes.merge(features.add(junjo_otel::routes(), otel, junjo_otel::spawn));

        let legacy_api = (ground.telemetry.clone(), Arc::clone(&ground.clock), &settings.legacy_api);
        let legacy_api = junjo_legacy_api::State::new(&features.auth, features.key_ring.clone(), legacy_api);
        let inside_legacy_api = legacy_api.clone();
        features.around.push(Box::new(move |router| junjo_legacy_api::around(router, &inside_legacy_api)));
        features.tasks.push(Box::new(move |lifecycle| junjo_legacy_api::spawn(&legacy_api, lifecycle)));
        Ok((features, routes))
    }

    /// No feature but accounts.
    fn with_accounts(auth: junjo_auth::State) -> Self {
        let (tasks, around) = (Vec::new(), Vec::new());
        let (ingest_keys, read_keys, key_import, key_ring, internal) = (None, None, None, None, None);
        Self { auth, tasks, ingest_keys, read_keys, key_import, key_ring, internal, around }
    }

    /// Adds the tasks of a feature, and gives its routes their state.
    fn add<S>(&mut self, routes: OpenApiRouter<S>, state: S, spawn: fn(&S, &Lifecycle)) -> OpenApiRouter
    where
        S: Clone + Send + Sync + 'static,
    {
        let routes = routes.with_state(state.clone());
        self.tasks.push(Box::new(move |lifecycle| spawn(&state, lifecycle)));
        routes
    }

    /// `router`, which has every route, with the features around it that answer more than routes of their own.
    pub(crate) fn around(&self, router: Router) -> Router {
        self.around.iter().fold(router, |router, around| around(router))
    }

    /// Starts the tasks of all.
    pub(crate) fn spawn(&self, lifecycle: &Lifecycle) {
        self.tasks.iter().for_each(|spawn| spawn(lifecycle));
    }

    /// Who checks the keys of senders. Without a feature that does, no key is good.
    pub(crate) fn ingest_keys(&self) -> Arc<dyn KeyCheck> {
        self.ingest_keys.clone().unwrap_or_else(|| Arc::new(NoKeys))
    }

    /// Who checks the keys of readers.
    pub(crate) fn read_keys(&self) -> Option<&ReadKeys> {
        self.read_keys.as_ref()
    }

    /// Who takes over keys of another server; nobody without a feature that has keys.
    pub(crate) fn key_import(&self) -> Option<&dyn KeyImport> {
        self.key_import.as_deref()
    }

    /// The gRPC routes for ingestion services.
    pub(crate) fn internal(&self) -> Router {
        self.internal.clone().unwrap_or_default()
    }
}

/// The descriptions of all features, without opening any.
pub(crate) fn described() -> Vec<OpenApi> {
    vec![
        junjo_auth::routes().into_openapi(),
        junjo_api_keys::routes().into_openapi(),
        junjo_otel::routes().into_openapi(),
    ]
}

/// Accounts in `pool`; also for commands that work beside a running server.
pub(crate) fn accounts(
    pool: SqlitePool,
    clock: SharedClock,
    settings: &junjo_auth::Settings,
    web: &WebSettings,
) -> Result<junjo_auth::State, AuthError> {
    junjo_auth::State::new(pool, clock, settings.config(web.public_url.clone(), web.allowed_origins()))
}

/// No key is good.
struct NoKeys;

impl KeyCheck for NoKeys {
    fn check<'a>(&'a self, _: &'a str) -> Pin<Box<dyn Future<Output = KeyOutcome> + Send + 'a>> {
        Box::pin(async { KeyOutcome::Invalid })
    }
}
