//! A running server: lock, bind, serve at once, then open the stores and answer.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use axum::Router;
use junjo_ingest::Receiver;
use junjo_memory::Memory;
use junjo_pipeline::SplitSettings;
use junjo_span_store::{DataDir, Prober};
use junjo_web::serve::{self, Bounds};
use junjo_web::{Lifecycle, SharedClock};
use tokio::net::TcpListener;

use crate::app::App;
use crate::data_lock::DataLock;
use crate::entrance::{Entrance, Listening};
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
        Bound::bind(settings, clock, lifecycle)?.open(prober, lifecycle).await
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
    memory: Memory,
    listeners: Listeners,
    /// The main port's complete router, once there is one.
    complete: Arc<OnceLock<Router>>,
    internal: Option<TcpListener>,
    lock: DataLock,
}

impl Bound {
    /// Locks the data folder, binds every port and serves, on the runtime that this is called in.
    pub fn bind(settings: Settings, clock: SharedClock, lifecycle: &Lifecycle) -> anyhow::Result<Self> {
        let lock = DataLock::take(&settings.storage.data_dir)?;
        private_files::tighten(&DataDir::new(&settings.storage.data_dir));
        let http = bind(settings.listen.http_addr, "JUNJO_HTTP_ADDR")?;
        let is_split = settings.split.is_on();
        let internal = if is_split { Some(bind_internal(&settings.split)?) } else { None };
        let memory = Memory::new(&settings.memory_shares());
        let receiver = Receiver::new(Arc::clone(&clock), settings.ingest_limits()?, memory.clone());
        let otlp = http::otlp(receiver.clone(), &settings.listen.otlp_allow_origins)?;
        let grpc = junjo_ingest::grpc_router(receiver.clone());
        let listeners = Listeners::new(&settings, memory.clone());
        let (mut grpc_addrs, mut otlp_http_addrs) = (Vec::new(), Vec::new());
        for addr in settings.listen.otlp_grpc_addr.iter().filter(|_| !is_split) {
            let listener = bind(*addr, "JUNJO_OTLP_GRPC_ADDR")?;
            grpc_addrs.push(listeners.serve(listener, "otlp-grpc", grpc.clone(), lifecycle)?);
        }
        for addr in settings.listen.otlp_http_addr.iter().filter(|_| !is_split) {
            let listener = bind(*addr, "JUNJO_OTLP_HTTP_ADDR")?;
            otlp_http_addrs.push(listeners.serve(listener, "otlp-http", otlp.clone(), lifecycle)?);
        }
        let complete = Arc::new(OnceLock::new());
        let starting = http::starting(otlp, settings.web.proxy_trust());
        let gate = http::gate(starting, Arc::clone(&complete));
        let http_addr = listeners.of_the_page().serve(http, "http", gate, lifecycle)?;
        Ok(Self {
            http_addr,
            grpc_addrs,
            otlp_http_addrs,
            settings,
            clock,
            receiver,
            memory,
            listeners,
            complete,
            internal,
            lock,
        })
    }

    /// Opens the stores; from then on requests are acknowledged and answered.
    pub async fn open(self, prober: Prober, lifecycle: &Lifecycle) -> anyhow::Result<Running> {
        let listening = Listening { grpc: self.grpc_addrs.clone(), otlp_http: self.otlp_http_addrs.clone() };
        let entrance = Entrance { receiver: self.receiver, memory: self.memory, listening };
        let (app, router) = App::open(&self.settings, self.clock, prober, entrance).await?;
        let _ = self.complete.set(router);
        app.spawn(lifecycle)?;
        let serve = |listener| self.listeners.serve(listener, "internal-grpc", app.internal(), lifecycle);
        let internal = self.internal.map(serve);
        let internal_addr = internal.transpose()?;
        let Self { http_addr, grpc_addrs, otlp_http_addrs, lock, .. } = self;
        tracing::info!(%http_addr, ?grpc_addrs, ?otlp_http_addrs, "ready: open http://{http_addr} in a browser");
        Ok(Running { app, http_addr, grpc_addrs, otlp_http_addrs, internal_addr, _lock: lock })
    }
}

/// What every port is served with.
struct Listeners {
    bounds: Bounds,
    memory: Memory,
}

impl Listeners {
    /// Divides among the ports the connections that files and memory allow.
    fn new(settings: &Settings, memory: Memory) -> Self {
        let listen = &settings.listen;
        let of_senders = listen.otlp_grpc_addr.len() + listen.otlp_http_addr.len();
        // the page's, and the internal one instead of those for senders
        let count = 1 + if settings.split.is_on() { 1 } else { of_senders };
        let files = serve::raise_file_limit();
        let connections_max = files.connections_max(count, settings.memory_bytes());
        let mut bounds = Bounds { connections_max, ..Bounds::default() };
        bounds.shared_peers.extend(&settings.web.trusted_proxies);
        tracing::info!(?files, connections_max, "places of each port");
        Self { bounds, memory }
    }

    fn of_the_page(&self) -> Self {
        Self { bounds: self.bounds.clone().of_the_page(), memory: self.memory.clone() }
    }

    /// Serves `router` as a task of its own.
    fn serve(
        &self,
        listener: TcpListener,
        name: &str,
        router: Router,
        lifecycle: &Lifecycle,
    ) -> std::io::Result<SocketAddr> {
        let addr = listener.local_addr()?;
        let (bounds, memory) = (self.bounds.clone(), self.memory.clone());
        lifecycle.spawn(
            format!("{name} {addr}"),
            serve::serve(listener, router, bounds, memory, lifecycle.soft()),
        );
        Ok(addr)
    }
}

fn bind(addr: SocketAddr, variable: &str) -> anyhow::Result<TcpListener> {
    serve::bind(addr).with_context(|| {
        format!("cannot listen on {addr}: is another program using it? set {variable} to another address")
    })
}

/// Binds the internal gRPC. Off loopback it would tell anybody which keys are good, so it needs the token.
fn bind_internal(split: &SplitSettings) -> anyhow::Result<TcpListener> {
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
    bind(addr, "JUNJO_INTERNAL_GRPC_ADDR")
}
