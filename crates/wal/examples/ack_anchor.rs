//! An anchor for `bench/`: the least that an OTLP/gRPC receiver can do and still acknowledge after an fsync. It takes
//! the raw message, compresses it (zstd 1, on a blocking thread) and has one SQLite writer commit what waits, up to 64
//! requests at a time, on 16 KiB pages. No key, no check, no reader, no trim: what the real log and receiver cost more
//! than this is what they do more. It shares no code with junjo-wal; it lives here because rusqlite does.
//!
//! `ack_anchor DIR` keeps its file in DIR, prints its address on loopback as its first line, and runs until killed.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tower::Service;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const GROUP_MAX: usize = 64;
const QUEUE_MAX: usize = 256;
const MESSAGE_BYTES_MAX: usize = 64 << 20;
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 8 << 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("usage: ack_anchor DIR")?;
    let (log, waiting) = mpsc::channel(QUEUE_MAX);
    let mut writer = Writer::open(&Path::new(&dir).join("ack_anchor.db"))?;
    std::thread::spawn(move || writer.run(waiting));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    tonic::transport::Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .tcp_nodelay(true)
        .add_service(Receiver { log })
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await?;
    Ok(())
}

type Waiting = (Vec<u8>, oneshot::Sender<()>);

struct Writer {
    connection: rusqlite::Connection,
}

impl Writer {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = rusqlite::Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE records (sequence INTEGER PRIMARY KEY, payload BLOB);",
        )?;
        Ok(Self { connection })
    }

    fn run(&mut self, mut waiting: mpsc::Receiver<Waiting>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP_MAX
                && let Ok(next) = waiting.try_recv()
            {
                group.push(next);
            }
            self.commit(&group).expect("the anchor's disk works");
            for (_, ack) in group {
                let _ = ack.send(());
            }
        }
    }

    fn commit(&mut self, group: &[Waiting]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO records (payload) VALUES (?1)")?;
            for (payload, _) in group {
                insert.execute([payload])?;
            }
        }
        transaction.commit()
    }
}

#[derive(Clone)]
struct Receiver {
    log: mpsc::Sender<Waiting>,
}

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl UnaryService<Bytes> for Receiver {
    type Response = ();
    type Future = Answer<Result<Response<()>, Status>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let log = self.log.clone();
        Box::pin(async move {
            let message = request.into_inner();
            let compressing = tokio::task::spawn_blocking(move || zstd::bulk::compress(&message, 1));
            let payload = compressing
                .await
                .map_err(|error| Status::internal(error.to_string()))?
                .map_err(|error| Status::internal(error.to_string()))?;
            let (ack, acked) = oneshot::channel();
            log.send((payload, ack)).await.map_err(|_| Status::unavailable("the writer ended"))?;
            acked.await.map_err(|_| Status::unavailable("the writer ended"))?;
            Ok(Response::new(()))
        })
    }
}

impl Service<http::Request<Body>> for Receiver {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let receiver = self.clone();
        Box::pin(async move {
            let mut grpc =
                tonic::server::Grpc::new(Raw).apply_max_message_size_config(Some(MESSAGE_BYTES_MAX), None);
            Ok(grpc.unary(receiver, request).await)
        })
    }
}

impl NamedService for Receiver {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
}

/// Messages as bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = ();
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = ();
    type Error = Status;

    fn encode(&mut self, (): (), _: &mut EncodeBuf<'_>) -> Result<(), Status> {
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}
