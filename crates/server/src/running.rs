//! A running server: lock, bind, serve at once, then open the stores and answer.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use axum::Router;
use junjo_ingest::Receiver;
use junjo_pipeline::SplitSettings;
use junjo_span_store::{DataDir, Prober};
use junjo_web::serve::{Bounds, serve};
use junjo_web::{Lifecycle, SharedClock};
use tokio::net::TcpListener;

use crate::app::App;
use crate::data_lock::DataLock;
use crate::http;
use crate::private_files;
use crate::settings::Settings;

/// A started server.
pub struct Running {
    /// What is open.
    pub app: App,
    /// Where the page and the REST API are.
    pub http_addr: SocketAddr,
    /// Where OTLP/gRPC is; nowhere in split mode.
    pub grpc_addrs: Vec<SocketAddr>,
    /// Where OTLP/HTTP has ports of its own; none in split mode.
    pub otlp_http_addrs: Vec<SocketAddr>,
    /// Where ingestion services have keys checked; only in split mode.
    pub internal_addr: Option<SocketAddr>,
    /// Held as long as this is.
    _lock: DataLock,
}

impl Running {
    /// Locks the data folder, binds every port, serves at once (answering "unavailable"), then opens the stores.
    pub async fn start(
        settings: Settings,
        clock: SharedClock,
        prober: Prober,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<Self> {
        Bound::bind(settings, clock, lifecycle).await?.open(prober, lifecycle).await
    }
}

/// A server whose ports answer, telling senders to try again, while its stores are still closed.
pub struct Bound {
    /// Where the page and the REST API will be.
    pub http_addr: SocketAddr,
    /// Where OTLP/gRPC is; nowhere in split mode.
    pub grpc_addrs: Vec<SocketAddr>,
    /// Where OTLP/HTTP has ports of its own; none in split mode.
    pub otlp_http_addrs: Vec<SocketAddr>,
    settings: Settings,
    clock: SharedClock,
    receiver: Receiver,
    /// The main port's complete router, once there is one.
    complete: Arc<OnceLock<Router>>,
    internal: Option<TcpListener>,
    lock: DataLock,
}

impl Bound {
    /// Locks the data folder, binds every port and serves.
    pub async fn bind(settings: Settings, clock: SharedClock, lifecycle: &Lifecycle) -> anyhow::Result<Self> {
        let lock = DataLock::take(&settings.storage.data_dir)?;
        private_files::tighten(&DataDir::new(&settings.storage.data_dir));
        let http = bind(settings.listen.http_addr, "JUNJO_HTTP_ADDR").await?;
        let is_split = settings.split.is_on();
        let internal = if is_split { Some(bind_internal(&settings.split).await?) } else { None };
        let receiver = Receiver::new(Arc::clone(&clock), settings.ingest_limits()?);
        let otlp = http::otlp(receiver.clone(), &settings.listen.otlp_allow_origins)?;
        let grpc = junjo_ingest::grpc_router(receiver.clone());
        let (mut grpc_addrs, mut otlp_http_addrs) = (Vec::new(), Vec::new());
        for addr in settings.listen.otlp_grpc_addr.iter().filter(|_| !is_split) {
            let listener = bind(*addr, "JUNJO_OTLP_GRPC_ADDR").await?;
            grpc_addrs.push(listen(listener, "otlp-grpc", grpc.clone(), lifecycle)?);
        }
        for addr in settings.listen.otlp_http_addr.iter().filter(|_| !is_split) {
            let listener = bind(*addr, "JUNJO_OTLP_HTTP_ADDR").await?;
            otlp_http_addrs.push(listen(listener, "otlp-http", otlp.clone(), lifecycle)?);
        }
        let complete = Arc::new(OnceLock::new());
        let starting = http::starting(otlp, settings.web.proxy_trust());
        let http_addr = listen(http, "http", http::gate(starting, Arc::clone(&complete)), lifecycle)?;
        Ok(Self {
            http_addr,
            grpc_addrs,
            otlp_http_addrs,
            settings,
            clock,
            receiver,
            complete,
            internal,
            lock,
        })
    }

    /// Opens the stores; from then on requests are acknowledged and answered.
    pub async fn open(self, prober: Prober, lifecycle: &Lifecycle) -> anyhow::Result<Running> {
        let app = App::open(&self.settings, self.clock, prober, self.receiver).await?;
        let _ = self.complete.set(app.http()?);
        app.spawn(lifecycle)?;
        let internal =
            self.internal.map(|listener| listen(listener, "internal-grpc", app.internal(), lifecycle));
        let internal_addr = internal.transpose()?;
        let Self { http_addr, grpc_addrs, otlp_http_addrs, lock, .. } = self;
        tracing::info!(%http_addr, ?grpc_addrs, ?otlp_http_addrs, "ready: open http://{http_addr} in a browser");
        Ok(Running { app, http_addr, grpc_addrs, otlp_http_addrs, internal_addr, _lock: lock })
    }
}

/// Serves `router` as a task of its own.
fn listen(
    listener: TcpListener,
    name: &str,
    router: Router,
    lifecycle: &Lifecycle,
) -> std::io::Result<SocketAddr> {
    let addr = listener.local_addr()?;
    lifecycle.spawn(format!("{name} {addr}"), serve(listener, router, Bounds::default(), lifecycle.soft()));
    Ok(addr)
}

async fn bind(addr: SocketAddr, variable: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.with_context(|| {
        format!("cannot listen on {addr}: is another program using it? set {variable} to another address")
    })
}

/// Binds the internal gRPC. Off loopback it would tell anybody which keys are good, so it needs the token.
async fn bind_internal(split: &SplitSettings) -> anyhow::Result<TcpListener> {
    let addr = split.internal_grpc_addr;
    if split.token().is_none() && !addr.ip().is_loopback() {
        if !split.internal_allow_unauthenticated {
            anyhow::bail!(
                "JUNJO_INTERNAL_GRPC_ADDR={addr} is not loopback: set JUNJO_INTERNAL_TOKEN on both sides, or \
                 JUNJO_INTERNAL_ALLOW_UNAUTHENTICATED=1 on a private network"
            );
        }
        tracing::warn!(%addr, "anybody who reaches this address can have API keys checked: set JUNJO_INTERNAL_TOKEN");
    }
    bind(addr, "JUNJO_INTERNAL_GRPC_ADDR").await
}
