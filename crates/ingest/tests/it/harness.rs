//! A receiver to test, by function call ([`TestReceiver::post`]) or over a socket ([`TestReceiver::serve`]).

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use junjo_ingest::{CorsPolicy, IngestLimits, KeyCheck, KeyOutcome, Receiver, Sender, http_router};
use junjo_memory::{Memory, Part, Shares};
use junjo_test_support::eventually;
use junjo_wal::{Record, Sequence, Signal, Wal, WalOptions};
use junjo_web::SystemClock;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tonic_types::Status as RpcStatus;
use tower::ServiceExt as _;

pub(crate) const PROTOBUF: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";
/// A key that opens the door.
pub(crate) const KEY: &str = "good";
/// Another one.
pub(crate) const OTHER_KEY: &str = "good too";
/// How long anything may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_mins(2);

/// Keys that say what they are.
struct NamedKeys;

impl KeyCheck for NamedKeys {
    fn check<'a>(&'a self, key: &'a str) -> Pin<Box<dyn Future<Output = KeyOutcome> + Send + 'a>> {
        let outcome = match key {
            KEY => KeyOutcome::Valid(Sender { key_id: "key-1".to_owned(), project: "checkout".to_owned() }),
            OTHER_KEY => {
                KeyOutcome::Valid(Sender { key_id: "key-2".to_owned(), project: "checkout".to_owned() })
            }
            "expired" => KeyOutcome::Expired,
            "read-only" => KeyOutcome::WrongScope,
            "outage" => KeyOutcome::Unavailable,
            _ => KeyOutcome::Invalid,
        };
        Box::pin(std::future::ready(outcome))
    }
}

/// An open receiver with a log of its own.
pub(crate) struct TestReceiver {
    pub(crate) receiver: Receiver,
    pub(crate) router: Router,
    wal: Wal,
    memory: Memory,
    _dir: tempfile::TempDir,
}

/// What a client got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl TestReceiver {
    /// With default limits.
    pub(crate) fn open() -> Self {
        Self::with(IngestLimits::default(), |_| {})
    }

    pub(crate) fn with(limits: IngestLimits, adjust: impl FnOnce(&mut WalOptions)) -> Self {
        Self::in_memory(limits, Memory::of_its_own(), adjust)
    }

    /// With `bytes` of memory for one key, and as much for the others.
    pub(crate) fn of_bytes(limits: IngestLimits, bytes: u64) -> Self {
        Self::in_memory(limits, Memory::new(&Shares::of(0).receiving(2 * bytes)), |_| {})
    }

    fn in_memory(limits: IngestLimits, memory: Memory, adjust: impl FnOnce(&mut WalOptions)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut options = WalOptions::in_dir(dir.path());
        (options.free_bytes_min, options.free_percent_min) = (0, 0);
        adjust(&mut options);
        let wal = Wal::open(&options, Sequence(0)).unwrap();
        let receiver = Receiver::new(SystemClock::shared(), limits, memory.clone());
        receiver.open(wal.clone(), Arc::new(NamedKeys));
        let router = http_router(receiver.clone(), CorsPolicy::default());
        Self { receiver, router, wal, memory, _dir: dir }
    }

    /// POST with a good key.
    pub(crate) async fn post(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        self.post_with(path, &[("x-junjo-api-key", KEY), ("content-type", content_type)], body).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        send(&self.router, Method::POST, path, headers, body).await
    }

    /// Serves the router on a port of the system's choice for the rest of the test.
    pub(crate) async fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        addr
    }

    /// Waits until messages being received hold `bytes`.
    pub(crate) async fn until_used(&self, bytes: u64) {
        let used = || self.memory.usage()[Part::Receive as usize].used_bytes;
        eventually("receiving", PATIENCE, async || (used() == bytes).then_some(())).await;
    }

    /// Everything in the log.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.wal.read_after(Sequence(0), u64::MAX >> 1).unwrap()
    }

    /// The trace requests in the log, decoded by prost.
    pub(crate) fn traces(&self) -> Vec<ExportTraceServiceRequest> {
        let records = self.records();
        let traces = records.iter().filter(|record| record.signal == Some(Signal::Traces));
        traces
            .map(|record| ExportTraceServiceRequest::decode(&record.message().unwrap()[..]).unwrap())
            .collect()
    }
}

/// One request to `router`, without a socket.
pub(crate) async fn send(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: head.status, headers: head.headers, body }
}

impl Answer {
    /// The parts of an HTTP/1.1 response that the server ended by closing the connection.
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a response head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            headers.append(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
        }
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `google.rpc.Status` in the body, in whichever encoding the content type says: code and message.
    pub(crate) fn rpc_status(&self) -> (i32, String) {
        match self.header("content-type") {
            Some(PROTOBUF) => {
                let status = RpcStatus::decode(&self.body[..]).unwrap();
                (status.code, status.message)
            }
            Some(JSON) => {
                let status: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
                let code = status["code"].as_i64().unwrap();
                (i32::try_from(code).unwrap(), status["message"].as_str().unwrap().to_owned())
            }
            other => panic!("{other:?} is no content type of an error"),
        }
    }

    /// Status and code, after a check that the message is a sentence.
    pub(crate) fn refused(&self) -> (u16, i32) {
        let (code, message) = self.rpc_status();
        assert!(message.len() > 10, "{message:?} is no explanation");
        (self.status.as_u16(), code)
    }
}

/// A raw connection.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        Self(TcpStream::connect(addr).await.unwrap())
    }

    /// Sends as much as the server takes; a server that has answered may have stopped to listen.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = tokio::time::timeout(PATIENCE, self.0.write_all(bytes.as_ref())).await.unwrap();
    }

    /// The head of a `POST /v1/traces` with a good key and these further header lines.
    pub(crate) async fn send_head(&mut self, lines: &str) {
        let head = format!("POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\n{lines}\r\n\r\n");
        self.send(head).await;
    }

    /// No more will be sent.
    pub(crate) async fn finish(&mut self) {
        self.0.shutdown().await.unwrap();
    }

    /// Reads until the server closes the connection.
    pub(crate) async fn answer(&mut self) -> Answer {
        let mut bytes = Vec::new();
        tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.unwrap().unwrap();
        Answer::parse(&bytes)
    }

    /// Reads until `text` has come.
    pub(crate) async fn expect(&mut self, text: &str) -> String {
        let mut bytes = Vec::new();
        let read = async {
            while !String::from_utf8_lossy(&bytes).contains(text) {
                let byte =
                    self.0.read_u8().await.unwrap_or_else(|_| {
                        panic!("{text:?} did not come: {}", String::from_utf8_lossy(&bytes))
                    });
                bytes.push(byte);
            }
        };
        tokio::time::timeout(PATIENCE, read).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }
}
