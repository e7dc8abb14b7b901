//! Serves a router over HTTP/1.1 and HTTP/2 without TLS, bounded against clients that hold connections and say nothing.
//!
//! | bound | value | against |
//! |---|---|---|
//! | first request after a connection | [`FIRST_REQUEST_MAX`] | connections, prefaces and heads that never end |
//! | next head on a connection (HTTP/1.1) | [`SILENCE_MAX`] | heads that never end, and idle connections |
//! | ping without an answer (HTTP/2) | [`PING_INTERVAL`] and as long again | peers that vanished |
//! | connections at once | [`Bounds::connections_max`] | running out of file descriptors |
//!
//! Bodies are bounded where they are read: they differ by route.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::logged;

/// Far more than any network needs for a head, and short enough that silent connections are few.
pub const FIRST_REQUEST_MAX: Duration = Duration::from_secs(30);
/// Above the 60 s between two exports of metrics, so that exporters keep their connection.
pub const SILENCE_MAX: Duration = Duration::from_secs(75);
/// How often an idle HTTP/2 connection is probed.
pub const PING_INTERVAL: Duration = Duration::from_mins(1);
/// Bytes of all headers of a request; cookies, traces and keys fit many times.
const HEAD_BYTES_MAX: u32 = 64 << 10;
/// Connections of one listener; half of the 4,096 files that a service may open on small systems.
const CONNECTIONS_MAX: usize = 2048;
/// Requests of one HTTP/2 connection that are worked on at once.
const STREAMS_MAX: u32 = 128;
/// HTTP/2 windows: a batch of several MB must not wait for window updates.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 8 << 20;
/// Pause when the system has no more files; connections that end give some back.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What one listener allows.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// From the connection until the head of its first request is complete.
    pub first_request_max: Duration,
    /// From an answer until the next head of HTTP/1.1 is complete.
    pub silence_max: Duration,
    /// Connections at once; more wait in the system's queue.
    pub connections_max: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            first_request_max: FIRST_REQUEST_MAX,
            silence_max: SILENCE_MAX,
            connections_max: CONNECTIONS_MAX,
        }
    }
}

/// Serves until `stop` is cancelled, then finishes what is in flight. Requests carry [`ConnectInfo`] of their peer.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stop: CancellationToken,
) -> io::Result<()> {
    let (connections, places) = (TaskTracker::new(), Arc::new(Semaphore::new(bounds.connections_max)));
    while let Some((place, stream, peer)) = stop.run_until_cancelled(next(&listener, &places)).await {
        let connection = Connection { router: router.clone(), peer, bounds, stop: stop.clone() };
        connections.spawn(async move {
            connection.run(stream).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
    Ok(())
}

/// The next connection, when there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream, SocketAddr) {
    // the semaphore is never closed
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (place, stream, peer),
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                tracing::error!(error = logged(&error), "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether a connection ended before it was accepted.
fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

struct Connection {
    router: Router,
    peer: SocketAddr,
    bounds: Bounds,
    stop: CancellationToken,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        // answers are small and waited for
        let _ = stream.set_nodelay(true);
        let spoke = Arc::new(AtomicBool::new(false));
        let service = {
            let (router, peer, spoke) = (self.router, self.peer, Arc::clone(&spoke));
            service_fn(move |request: hyper::Request<Incoming>| {
                spoke.store(true, Ordering::Relaxed);
                answer(router.clone(), peer, request)
            })
        };
        let builder = builder(self.bounds.silence_max);
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut first_request = pin!(tokio::time::sleep(self.bounds.first_request_max));
        let mut may_be_silent = true;
        let mut is_stopping = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error, peer = %self.peer, "a connection broke");
                    }
                    return;
                }
                () = first_request.as_mut(), if may_be_silent => {
                    if !spoke.load(Ordering::Relaxed) {
                        return;
                    }
                    may_be_silent = false;
                }
                () = self.stop.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> impl Future<Output = Result<http::Response<Body>, Infallible>> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request)
}

fn builder(silence_max: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(silence_max)
        .max_buf_size(HEAD_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_BYTES_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    builder
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    /// How long anything may take before it counts as hanging.
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn start(patience: Duration, connections_max: usize) -> (SocketAddr, CancellationToken) {
        serve_with(Bounds { first_request_max: patience, silence_max: patience, connections_max }).await
    }

    async fn serve_with(bounds: Bounds) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (addr, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let who = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
        let serving = serve(listener, Router::new().route("/", get(who)), bounds, stop.clone());
        tokio::spawn(serving);
        (addr, stop)
    }

    /// What comes until the server closes the connection.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
        read.expect("the server closes the connection").unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Scenario: clients that say nothing, begin a preface or a head and stop, or stop after a whole request. Guarantee:
    /// each is let go, and what was asked completely was answered, with the peer known.
    #[tokio::test]
    async fn silent_connections_are_let_go() {
        let (addr, _stop) = start(Duration::from_millis(250), 10).await;
        for (said, answered) in [
            (&b""[..], false),
            (b"P", false),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false),
            (b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ", false),
            (REQUEST, true),
            (b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HT", true),
        ] {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            stream.write_all(said).await.unwrap();
            let heard = rest(&mut stream).await;
            assert_eq!(heard.contains("127.0.0.1"), answered, "{said:?}: {heard}");
        }
    }

    /// Scenario: a connection that idles after an answer, longer than a first request may take. Guarantee: it is kept, and
    /// the next request on it is answered.
    #[tokio::test]
    async fn idle_connections_outlive_the_time_for_a_first_request() {
        let first_request_max = Duration::from_secs(2);
        let bounds = Bounds { first_request_max, silence_max: PATIENCE, connections_max: 10 };
        let (addr, _stop) = serve_with(bounds).await;
        let mut idle = TcpStream::connect(addr).await.unwrap();
        // made later, so it is let go after the idle one would have been
        let mut silent = TcpStream::connect(addr).await.unwrap();
        let mut first = [0; 12];
        idle.write_all(REQUEST).await.unwrap();
        idle.read_exact(&mut first).await.unwrap();
        assert_eq!(rest(&mut silent).await, "");
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        assert_eq!(rest(&mut idle).await.matches("HTTP/1.1 200").count(), 1);
    }

    /// Scenario: one connection more than there are places for. Guarantee: it is answered when a place is free.
    #[tokio::test]
    async fn connections_over_the_bound_wait() {
        let (addr, _stop) = start(PATIENCE, 1).await;
        let first = TcpStream::connect(addr).await.unwrap();
        let mut second = TcpStream::connect(addr).await.unwrap();
        second.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        // the second one is in the system's queue now: nobody can have read its request
        drop(first);
        assert!(rest(&mut second).await.starts_with("HTTP/1.1 200"));
    }

    /// Scenario: heads larger than any client's. Guarantee: 431, and the connection ends.
    #[tokio::test]
    async fn large_heads_are_refused() {
        let (addr, _stop) = start(PATIENCE, 10).await;
        let mut stream = TcpStream::connect(addr).await.unwrap();
        let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-a: {}\r\n\r\n", "a".repeat(100_000));
        let _ = stream.write_all(head.as_bytes()).await;
        let mut first = [0; 12];
        tokio::time::timeout(PATIENCE, stream.read_exact(&mut first)).await.unwrap().unwrap();
        assert_eq!(&first, b"HTTP/1.1 431");
    }

    /// Scenario: a stop while a connection is idle. Guarantee: it is closed, and serving ends.
    #[tokio::test]
    async fn stop_closes_idle_connections() {
        let (addr, stop) = start(PATIENCE, 10).await;
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        stop.cancel();
        rest(&mut stream).await;
        assert!(TcpStream::connect(addr).await.is_err(), "nothing listens any more");
    }
}
