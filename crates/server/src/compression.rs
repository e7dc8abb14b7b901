//! Compresses answers for whoever asks for it, as far as there is memory for encoders; beyond that, and for what is small,
//! compressed already or live, answers are sent as they are.
//!
//! | answer | how | held meanwhile |
//! |---|---|---|
//! | made as a whole | at once, on a blocking thread; the compressed form has to be at most half of it | an encoder and that half |
//! | streamed (exports) | as it is read | an encoder |
//!
//! The page's files come compressed ([`crate::page`]).

use std::convert::Infallible;
use std::future::ready;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use http_body::{Frame, SizeHint};
use junjo_memory::{Loan, Memory, Part};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;
use tower_http::CompressionLevel;
use tower_http::compression::Compression;

/// What the larger of the two encoders takes at its fastest: zstd's window of 512 KiB with its tables and buffers.
const ENCODER_BYTES: u64 = 2 << 20;
/// Encoders at once, however much memory there is: each takes time of a core, which acknowledgements need.
const ENCODERS_MAX: usize = 8;
/// Below this, compressing takes longer than sending.
const BYTES_MIN: u64 = 1 << 10;
/// Types that do not shrink.
const DENSE: [&str; 6] = [
    "image/",
    "font/",
    "application/grpc",
    "application/zip",
    "application/vnd.apache.parquet",
    "text/event-stream",
];

/// Encoders, and the memory for them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Encoders {
    memory: Memory,
    free: Arc<Semaphore>,
}

/// Held while an encoder works.
struct Held {
    _loan: Loan,
    _permit: OwnedSemaphorePermit,
}

/// What callers may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Zstd,
    Gzip,
}

impl Encoders {
    pub(crate) fn new(memory: Memory) -> Self {
        Self { memory, free: Arc::new(Semaphore::new(ENCODERS_MAX)) }
    }

    /// An encoder with `bytes` for what it makes, if there is one at the moment.
    fn take(&self, bytes: u64) -> Option<Held> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        let loan = self.memory.try_reserve(Part::Compress, ENCODER_BYTES.saturating_add(bytes)).ok()?;
        Some(Held { _loan: loan, _permit: permit })
    }
}

/// Middleware: compresses the answer if the caller asks for it and there is an encoder.
pub(crate) async fn compress(State(encoders): State<Encoders>, request: Request, next: Next) -> Response {
    let encoding = Encoding::asked_for(request.headers());
    let mut response = next.run(request).await;
    if !is_compressible(&response) {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let Some(encoding) = encoding else {
        return response;
    };
    match response.body().size_hint().exact() {
        Some(bytes) if bytes < BYTES_MIN => response,
        Some(bytes) => match encoders.take(bytes / 2) {
            Some(held) => whole(response, encoding, held).await,
            None => response,
        },
        None => match encoders.take(0) {
            Some(held) => streamed(response, encoding, held).await,
            None => response,
        },
    }
}

fn is_compressible(response: &Response) -> bool {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::CONTENT_RANGE)
        && !response.body().is_end_stream()
        && !DENSE.iter().any(|dense| kind.starts_with(dense))
}

/// Compresses what is there as a whole.
async fn whole(response: Response, encoding: Encoding, taken: Held) -> Response {
    let (mut head, body) = response.into_parts();
    // it is in memory already
    let bytes = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return Response::from_parts(head, failing(error)),
    };
    let plain = bytes.clone();
    let compressed = tokio::task::spawn_blocking(move || {
        let compressed = encoding.encode(&bytes);
        drop(taken);
        compressed
    });
    // what does not shrink by half is sent as it is
    let Ok(Ok(compressed)) = compressed.await else {
        return Response::from_parts(head, Body::from(plain));
    };
    encoding.write_down(&mut head.headers);
    Response::from_parts(head, Body::from(compressed))
}

/// A body that breaks off with `error`, as the one it was read from did.
fn failing(error: axum::Error) -> Body {
    Body::from_stream(futures::stream::iter([Err::<Bytes, _>(error)]))
}

/// Compresses a stream as it is read.
async fn streamed(response: Response, encoding: Encoding, taken: Held) -> Response {
    let mut asking = http::Request::new(());
    asking.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding.as_str()));
    let mut response = Some(response);
    let answer = tower::service_fn(move |_: http::Request<()>| {
        ready(Ok::<_, Infallible>(response.take().expect("a service that is called once")))
    });
    let compression = Compression::new(answer)
        .no_br()
        .no_deflate()
        .quality(CompressionLevel::Fastest)
        .compress_when(|_: http::StatusCode, _: http::Version, _: &HeaderMap, _: &http::Extensions| true);
    match compression.oneshot(asking).await {
        Ok(response) => response.map(|body| Body::new(Encoded { body: Body::new(body), _held: taken })),
        Err(never) => match never {},
    }
}

impl Encoding {
    /// The better of those that the caller names and does not refuse.
    fn asked_for(headers: &HeaderMap) -> Option<Self> {
        [Self::Zstd, Self::Gzip]
            .into_iter()
            .find(|encoding| crate::page::accepts_encoding(headers, encoding.as_str()))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// `bytes` compressed, if that is at most half of them.
    fn encode(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let half = Half { bytes: Vec::new(), bytes_max: bytes.len() / 2 };
        let half = match self {
            Self::Zstd => {
                let mut encoder = zstd::Encoder::new(half, 1)?;
                encoder.write_all(bytes)?;
                encoder.finish()?
            }
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(half, flate2::Compression::fast());
                encoder.write_all(bytes)?;
                encoder.finish()?
            }
        };
        Ok(half.bytes)
    }

    fn write_down(self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(self.as_str()));
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::ACCEPT_RANGES);
    }
}

/// Takes bytes until there are more than reserved.
struct Half {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Write for Half {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.bytes_max {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body with the encoder that makes it.
struct Encoded {
    body: Body,
    _held: Held,
}

impl HttpBody for Encoded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
