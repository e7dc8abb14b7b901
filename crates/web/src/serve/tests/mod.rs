//! Serving over real connections of this machine, with small bounds.

mod answers;
mod floods;
mod http2;
mod places;
mod silence;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path};
use axum::routing::{get, post};
use futures::StreamExt as _;
use http::StatusCode;
use junjo_memory::{Memory, Part, Shares};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Bounds, serve};

/// How long anything may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(30);
/// A time that passes while a test waits for what follows from it.
const SOON: Duration = Duration::from_millis(300);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const LAST_REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// A file of the page.
static FILE: [u8; 1 << 20] = [7; 1 << 20];

/// A server with these routes: `/` says who asks, `/own/{bytes}` makes an answer, `/file` has one, `/tail` sends what the
/// test says, and `/no` refuses.
struct TestServer {
    addr: SocketAddr,
    stop: CancellationToken,
    memory: Memory,
    /// What `/tail` sends next.
    tail: mpsc::UnboundedSender<Bytes>,
}

/// Bounds that no test reaches by itself.
fn wide() -> Bounds {
    Bounds {
        first_request_max: PATIENCE * 2,
        silence_max: PATIENCE * 2,
        progress_max: PATIENCE * 2,
        ..Bounds::default()
    }
}

impl TestServer {
    fn start(bounds: Bounds) -> Self {
        let listener = super::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (addr, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let memory = Memory::new(&Shares::of(512 << 20));
        let (tail, said) = mpsc::unbounded_channel();
        tokio::spawn(serve(listener, routes(said), bounds, memory.clone(), stop.clone()));
        Self { addr, stop, memory, tail }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    /// A connection from another address of this machine.
    async fn connect_from(&self, ip: [u8; 4]) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((ip, 0))).unwrap();
        socket.connect(self.addr).await.unwrap()
    }

    /// A connection that has said something.
    async fn said(&self, what: &[u8]) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(what).await.unwrap();
        stream
    }

    /// Bytes of answers that wait for their reader.
    fn waiting_bytes(&self) -> u64 {
        self.memory.usage()[Part::Send as usize].used_bytes
    }
}

fn routes(said: mpsc::UnboundedReceiver<Bytes>) -> Router {
    let said = std::sync::Arc::new(Mutex::new(Some(said)));
    let tail = async move || {
        let said = said.lock().take().expect("one test, one tail");
        Body::from_stream(futures::stream::unfold(said, async |mut said| {
            Some((Ok::<_, io::Error>(said.recv().await?), said))
        }))
    };
    Router::new()
        .route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()))
        .route("/own/{bytes}", get(async |Path(bytes): Path<usize>| vec![7; bytes]))
        .route(
            "/parts/{count}",
            get(async |Path(count): Path<usize>| {
                let parts = futures::stream::iter(0..count)
                    .map(|_| Ok::<_, io::Error>(Bytes::from(vec![7; 100_000])));
                Body::from_stream(parts)
            }),
        )
        .route("/file", get(async || Bytes::from_static(&FILE)))
        .route("/tail", get(tail))
        .route("/no", get(async || StatusCode::UNAUTHORIZED))
        .route("/slow", post(async |body: Bytes| body.len().to_string()))
}

/// What comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    String::from_utf8_lossy(&rest_bytes(stream).await).into_owned()
}

async fn rest_bytes(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    read.expect("the server closes the connection").unwrap_or_default();
    bytes
}

/// The beginning of an answer that must be 200.
async fn ok(stream: &mut TcpStream) {
    let mut first = [0; 12];
    let read = tokio::time::timeout(PATIENCE, stream.read_exact(&mut first)).await;
    read.expect("an answer").unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
}

/// Waits until `condition` holds.
async fn until(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what} does not come"));
}
