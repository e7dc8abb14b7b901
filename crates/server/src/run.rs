//! Start and stop: lock, bind, serve, open, wait, finish, close.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use junjo_ingest::Receiver;
use junjo_span_store::Prober;
use junjo_web::{Lifecycle, SharedClock, SystemClock, lifecycle::os_signals};
use rustix::fs::{FlockOperation, flock};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;

use crate::app::{self, App};
use crate::serve::{ServeLimits, serve_http};
use crate::settings::{Settings, SplitSettings};
use crate::{probe, telemetry};

/// Time to finish what is in flight after a stop signal; compose kills after 10 s by default.
const STOP_LIMIT: Duration = Duration::from_secs(8);
/// HTTP/2 windows: a batch of several MB must not wait for window updates.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 8 << 20;
/// Requests of one client that are worked on at once.
const CONCURRENT_STREAMS: u32 = 128;
/// How often an idle gRPC connection is checked, so that vanished clients do not stay open.
const KEEPALIVE: Duration = Duration::from_mins(1);

/// Runs the server until it is told to stop.
pub fn serve(settings: Settings) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let telemetry = telemetry::start(&settings.watch, &settings.listen)?;
        tracing::info!(settings = ?settings, "starting");
        for name in settings.retired.present() {
            tracing::info!(name, "this setting of the Go server is not needed any more");
        }
        let lifecycle = Lifecycle::new();
        let binary = std::env::current_exe()?;
        let prober: Prober = Arc::new(move |path: &Path| probe::in_child(&binary, path));
        let running = Running::start(settings, SystemClock::shared(), prober, &lifecycle).await?;
        let outcome = lifecycle.supervise(os_signals()?, STOP_LIMIT).await;
        running.app.close().await;
        telemetry.stop();
        Ok(outcome.into())
    })
}

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
    /// Where ingestion services have keys checked; split mode only.
    pub internal_addr: Option<SocketAddr>,
    /// Held until the process ends: two servers on one data folder would damage it.
    _lock: File,
}

impl Running {
    /// Locks the data folder, binds every port, serves at once (answering "unavailable"), then opens the stores.
    pub async fn start(
        settings: Settings,
        clock: SharedClock,
        prober: Prober,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<Self> {
        let lock = lock_data_dir(&settings.storage.data_dir)?;
        let http = bind(settings.listen.http_addr, "JUNJO_HTTP_ADDR").await?;
        let is_split = settings.split.is_on();
        let internal = if is_split { Some(bind_internal(&settings.split).await?) } else { None };
        let receiver = app::receiver(&settings, Arc::clone(&clock));
        let (mut grpc_addrs, mut otlp_http_addrs, mut otlp_http) = (Vec::new(), Vec::new(), Vec::new());
        for addr in settings.listen.otlp_grpc_addr.iter().filter(|_| !is_split) {
            let listener = bind(*addr, "JUNJO_OTLP_GRPC_ADDR").await?;
            let addr = listener.local_addr()?;
            grpc_addrs.push(addr);
            let serving = serve_grpc(listener, otlp_routes(&receiver), lifecycle.soft());
            lifecycle.spawn(format!("otlp-grpc {addr}"), serving);
        }
        for addr in settings.listen.otlp_http_addr.iter().filter(|_| !is_split) {
            let listener = bind(*addr, "JUNJO_OTLP_HTTP_ADDR").await?;
            otlp_http_addrs.push(listener.local_addr()?);
            otlp_http.push(listener);
        }
        let app = App::open_with(&settings, clock, prober, receiver).await?;
        let http_addr = http.local_addr()?;
        let limits = ServeLimits::default();
        lifecycle.spawn("http", serve_http(http, app.http()?, limits, lifecycle.soft()));
        for listener in otlp_http {
            let name = format!("otlp-http {}", listener.local_addr()?);
            lifecycle.spawn(name, serve_http(listener, app.otlp_http()?, limits, lifecycle.soft()));
        }
        app.spawn_tasks(lifecycle);
        app.spawn_pullers(lifecycle)?;
        let internal_addr = internal.as_ref().map(TcpListener::local_addr).transpose()?;
        if let Some(listener) = internal {
            let token = settings.split.token().cloned();
            let service = junjo_api_keys::internal_auth_service(app.keys().clone(), token);
            let serving = serve_grpc(listener, tonic::service::Routes::new(service), lifecycle.soft());
            lifecycle.spawn("internal grpc", serving);
        }
        if let Some(addr) = internal_addr {
            tracing::info!(%addr, "checking keys for ingestion services");
        }
        tracing::info!(%http_addr, ?grpc_addrs, ?otlp_http_addrs, "ready: open http://{http_addr} in a browser");
        Ok(Self { app, http_addr, grpc_addrs, otlp_http_addrs, internal_addr, _lock: lock })
    }
}

/// Takes the exclusive lock on the data folder, which the system releases however the process ends.
fn lock_data_dir(dir: &Path) -> anyhow::Result<File> {
    let shown = dir.display();
    std::fs::create_dir_all(dir)
        .with_context(|| format!("cannot create the data folder {shown} (JUNJO_DATA_DIR)"))?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("lock"))
        .with_context(|| format!("cannot write to the data folder {shown} (JUNJO_DATA_DIR)"))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .with_context(|| format!("another server uses the data folder {shown} (JUNJO_DATA_DIR)"))?;
    Ok(file)
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

fn otlp_routes(receiver: &Receiver) -> tonic::service::Routes {
    tonic::service::Routes::from(junjo_ingest::grpc_router(receiver.clone()))
}

async fn serve_grpc(
    listener: TcpListener,
    routes: tonic::service::Routes,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    tonic::transport::Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(CONCURRENT_STREAMS)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .tcp_nodelay(true)
        .add_routes(routes)
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop.cancelled_owned())
        .await
}
