//! Serving HTTP with the limits that `axum::serve` does not set: a time to send headers in, connections at once, header
//! sizes. A client that says nothing, or one byte a minute, loses its connection.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// Limits of one listener.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServeLimits {
    /// Connections at once; the next ones wait in the system's queue. Below the usual limit of 1,024 open files.
    pub(crate) connections_max: usize,
    /// Time from the connection, or from the last answer on it, until the next request's headers are complete.
    pub(crate) header_time_max: Duration,
    /// Bytes of a request's headers.
    pub(crate) header_bytes_max: usize,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self { connections_max: 512, header_time_max: Duration::from_secs(30), header_bytes_max: 64 << 10 }
    }
}

/// How long to wait when the system refuses a connection (out of files): at once would spin.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);
/// How often an idle HTTP/2 connection is asked whether it still lives, and how long it has to answer.
const KEEPALIVE: Duration = Duration::from_mins(1);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Requests of one HTTP/2 connection that are worked on at once.
const CONCURRENT_STREAMS: u32 = 128;

/// Serves `router` until `stop`, then finishes what is in flight.
pub(crate) async fn serve_http(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let accepting = async {
        loop {
            let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
            let (stream, peer) = accept(&listener).await;
            let connection = Connection { router: router.clone(), limits, stop: stop.clone() };
            connections.spawn(async move {
                connection.run(stream, peer).await;
                drop(place);
            });
        }
    };
    stop.run_until_cancelled(accepting).await;
    drop(listener);
    connections.close();
    connections.wait().await;
    Ok(())
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

struct Connection {
    router: Router,
    limits: ServeLimits,
    stop: CancellationToken,
}

impl Connection {
    async fn run(self, stream: TcpStream, peer: SocketAddr) {
        // small answers must not wait for acknowledgements; without it they only come later
        let _ = stream.set_nodelay(true);
        let has_asked = Arc::new(AtomicBool::new(false));
        let (router, asked) = (self.router, Arc::clone(&has_asked));
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let builder = builder(self.limits);
        let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
        // the protocol is recognised by the first bytes, and that has no time limit of its own
        let mut first_request = pin!(tokio::time::sleep(self.limits.header_time_max));
        let (mut is_checked, mut is_stopping) = (false, false);
        loop {
            tokio::select! {
                result = serving.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(error, "a connection ended early");
                    }
                    return;
                }
                () = first_request.as_mut(), if !is_checked => {
                    is_checked = true;
                    if !has_asked.load(Ordering::Relaxed) {
                        return;
                    }
                }
                () = self.stop.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    serving.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

fn builder(limits: ServeLimits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time_max)
        .max_buf_size(limits.header_bytes_max);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .max_concurrent_streams(CONCURRENT_STREAMS)
        .max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX));
    builder
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn start(limits: ServeLimits) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let router = Router::new()
            .route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()));
        tokio::spawn(serve_http(listener, router, limits, stop.clone()));
        (addr, stop)
    }

    async fn rest_of(stream: &mut TcpStream) -> String {
        let mut bytes = Vec::new();
        // a reset is as good an end as any
        let _ = stream.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Scenario: clients that say nothing, the start of a protocol, or half a header. Guarantee: each loses its connection
    /// after the time limit, while a request that comes in time is answered.
    #[tokio::test]
    async fn slow_headers_lose_the_connection() {
        let limits = ServeLimits { header_time_max: Duration::from_millis(50), ..ServeLimits::default() };
        let (addr, _stop) = start(limits).await;
        for start in ["", "P", "PRI * HT", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            stream.write_all(start.as_bytes()).await.unwrap();
            let answer = rest_of(&mut stream).await;
            assert!(!answer.contains(" 200 "), "{start:?}: {answer}");
        }
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let local = stream.local_addr().unwrap().to_string();
        assert!(rest_of(&mut stream).await.ends_with(&local));
    }

    /// Scenario: headers larger than the limit. Guarantee: refused, not buffered.
    #[tokio::test]
    async fn huge_headers_are_refused() {
        let limits = ServeLimits { header_bytes_max: 8 << 10, ..ServeLimits::default() };
        let (addr, _stop) = start(limits).await;
        let mut stream = TcpStream::connect(addr).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx-huge: {}\r\n\r\n", "x".repeat(20_000));
        let _ = stream.write_all(request.as_bytes()).await;
        assert!(rest_of(&mut stream).await.contains(" 431 "));
    }

    /// Scenario: as many connections as allowed are held open, and one more. Guarantee: the one more is served when a place
    /// is free, not refused.
    #[tokio::test]
    async fn connections_over_the_limit_wait() {
        let (addr, _stop) = start(ServeLimits { connections_max: 1, ..ServeLimits::default() }).await;
        let holder = TcpStream::connect(addr).await.unwrap();
        let mut waiting = TcpStream::connect(addr).await.unwrap();
        waiting.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        drop(holder);
        assert!(rest_of(&mut waiting).await.contains(" 200 "));
    }
}
