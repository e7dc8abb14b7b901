//! One connection from its first byte to its end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use futures::poll;
use http::{HeaderMap, StatusCode, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use junjo_memory::Memory;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::activity::{Activity, Verdict};
use super::bounds::{
    Bounds, CONNECTION_WINDOW, ERROR_RESETS_MAX, HEAD_BYTES_MAX, PENDING_RESETS_MAX, PING_INTERVAL,
    STREAM_WINDOW,
};
use super::budget::Budget;
use super::ended::ended;
use super::frames::Watched;
use super::places::Place;
use super::sending::{self, Open, Sending};
use super::transit::Transit;

/// What the connections of a listener share.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) router: Router,
    pub(super) bounds: Bounds,
    pub(super) memory: Memory,
    pub(super) stop: CancellationToken,
    /// Tasks of connections and of their streams.
    pub(super) tasks: TaskTracker,
}

impl Ground {
    /// Serves `stream`, which has `place`, until either side ends it.
    pub(super) async fn run(self, stream: TcpStream, peer: SocketAddr, place: Place) {
        // answers are small and waited for
        let _ = stream.set_nodelay(true);
        let activity = Arc::clone(&place.activity);
        let budget = Budget::new(self.memory, place.sending.clone());
        let service = {
            let (router, activity) = (self.router, Arc::clone(&activity));
            service_fn(move |request: hyper::Request<Incoming>| {
                let open = Open::begin(Arc::clone(&activity), request.version() == Version::HTTP_2);
                answer(router.clone(), peer, request, budget.clone(), open)
            })
        };
        let streams = Streams {
            activity: Arc::clone(&activity),
            progress_max: self.bounds.progress_max,
            tasks: self.tasks,
        };
        let builder = builder(&self.bounds, streams);
        let stream = TokioIo::new(Watched::new(stream, Arc::clone(&activity)));
        let mut connection = pin!(builder.serve_connection(stream, service));
        let mut look = pin!(sleep(Duration::ZERO));
        let mut is_stopping = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error, %peer, "a connection broke");
                    }
                    return;
                }
                () = look.as_mut() => match activity.verdict(&self.bounds) {
                    Verdict::Keep(until) => look.as_mut().reset(until),
                    Verdict::Close => {
                        ended("silence");
                        connection.as_mut().graceful_shutdown();
                        look.as_mut().reset(Instant::now());
                    }
                    Verdict::Drop => return ended("time"),
                },
                reason = is_unwanted(&activity) => {
                    ended(reason);
                    // GOAWAY leaves with this, for clients that are about to ask for something
                    connection.as_mut().graceful_shutdown();
                    let _ = poll!(connection.as_mut());
                    return;
                }
                () = self.stop.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// Waits until a connection has to go at once; returns the bound that it is ended for.
async fn is_unwanted(activity: &Activity) -> &'static str {
    tokio::select! {
        () = activity.evicted.cancelled() => "places",
        () = activity.flooding.cancelled() => "frames",
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
    budget: Budget,
    open: Open,
) -> Result<http::Response<Sending>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    if is_success(response.status(), response.headers()) {
        open.activity().request_succeeded();
    }
    Ok(sending::send(response, budget, open))
}

/// Whether somebody got what they asked for. gRPC says no with 200.
fn is_success(status: StatusCode, headers: &HeaderMap) -> bool {
    let refused = headers.get("grpc-status").is_some_and(|status| status != "0");
    !status.is_client_error() && !status.is_server_error() && !refused
}

/// Runs the streams of an HTTP/2 connection, and gives up those whose answer nobody takes: the client gets RST_STREAM.
#[derive(Clone)]
struct Streams {
    activity: Arc<Activity>,
    progress_max: Duration,
    tasks: TaskTracker,
}

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Streams {
    fn execute(&self, stream: F) {
        let (transit, progress_max) = (Transit::new(Arc::clone(&self.activity)), self.progress_max);
        self.tasks.spawn(async move {
            if !transit.carry(stream, progress_max).await {
                ended("progress");
                tracing::debug!("nobody takes an answer, so its stream ends");
            }
        });
    }
}

fn builder(bounds: &Bounds, streams: Streams) -> Builder<Streams> {
    let mut builder = Builder::new(streams);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.silence_max)
        .max_buf_size(HEAD_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL)
        .max_concurrent_streams(bounds.streams_max)
        .max_header_list_size(HEAD_BYTES_MAX)
        .max_send_buf_size(bounds.stream_buffer_bytes())
        .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
        .max_local_error_reset_streams(ERROR_RESETS_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    builder
}

/// Whether a connection ended before it was accepted.
pub(super) fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
