//! A request body being read: first the key, then memory, then bytes. Memory is reserved as bytes arrive, not as a length is
//! declared, and a body that arrives more slowly than [`IngestLimits::body_rate_min`] ends.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf as _, Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::time::Instant;

use crate::admission::{Admission, Share};
use crate::limits::IngestLimits;
use crate::refusal::Refusal;

/// Compressed flag and length (gRPC over HTTP/2, "Length-Prefixed-Message").
const GRPC_HEADER_BYTES: usize = 5;
/// Memory reserved at first; doubled as the body grows.
const FIRST_STEP_BYTES: usize = 64 << 10;

/// A message with the memory that it holds.
pub(crate) struct Message {
    pub(crate) bytes: Bytes,
    pub(crate) share: Share,
}

/// A gRPC message as framed.
pub(crate) struct GrpcMessage {
    pub(crate) is_compressed: bool,
    pub(crate) message: Message,
}

/// The body of one request.
pub(crate) struct Upload {
    body: Body,
    /// Whether there is nothing more to read, or nobody to read from.
    is_over: bool,
}

impl Upload {
    pub(crate) fn new(body: Body) -> Self {
        Self { body, is_over: false }
    }

    /// Reads the one message of a unary gRPC call into `share`.
    pub(crate) async fn read_grpc(
        &mut self,
        limits: &IngestLimits,
        admission: &Admission,
        share: Share,
    ) -> Result<GrpcMessage, Refusal> {
        let buffer = Buffer::new(limits, admission, share);
        self.in_time(limits.body_time_max, async |upload| upload.read_frame(buffer).await).await
    }

    /// Reads the whole body of an HTTP request into `share`.
    pub(crate) async fn read_http(
        &mut self,
        limits: &IngestLimits,
        admission: &Admission,
        share: Share,
    ) -> Result<Message, Refusal> {
        let buffer = Buffer::new(limits, admission, share);
        self.in_time(limits.body_time_max, async |upload| upload.read_all(buffer).await).await
    }

    /// Reads on without keeping anything, so that a client that sends before it listens gets its answer instead of a
    /// broken connection. Ends after `bytes_max` or `time_max`, whatever the client does.
    pub(crate) async fn discard(&mut self, bytes_max: usize, time_max: Duration) {
        let read = async {
            let mut bytes = 0;
            while bytes <= bytes_max
                && let Ok(Some(chunk)) = self.chunk().await
            {
                bytes += chunk.len();
            }
        };
        let _ = tokio::time::timeout(time_max, read).await;
    }

    async fn in_time<T>(
        &mut self,
        limit: Duration,
        read: impl AsyncFnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let outcome = tokio::time::timeout(limit, read(&mut *self)).await;
        outcome.unwrap_or_else(|_| {
            self.is_over = true;
            Err(Refusal::Unavailable("the message took too long to arrive: try again".to_owned()))
        })
    }

    async fn read_frame(&mut self, mut buffer: Buffer<'_>) -> Result<GrpcMessage, Refusal> {
        let bytes_max = buffer.limits.message_bytes_max;
        buffer.bytes_max = GRPC_HEADER_BYTES + bytes_max;
        while buffer.bytes.len() < GRPC_HEADER_BYTES {
            if !self.read_into(&mut buffer).await? {
                let text = "the request body ends before the message: send one gRPC message";
                return Err(Refusal::Invalid(text.to_owned()));
            }
        }
        let is_compressed = match buffer.bytes.get_u8() {
            0 => false,
            1 => true,
            flag => {
                return Err(Refusal::Invalid(format!("the gRPC message has the unknown flag {flag}")));
            }
        };
        let length = buffer.bytes.get_u32() as usize;
        if length > bytes_max {
            return Err(Refusal::TooLarge { bytes_max });
        }
        buffer.bytes_max = length;
        while buffer.bytes.len() < length {
            if !self.read_into(&mut buffer).await? {
                let got = buffer.bytes.len();
                return Err(Refusal::Invalid(format!("the message ends after {got} of {length} bytes")));
            }
        }
        let has_more =
            buffer.bytes.len() > length || self.chunk().await?.is_some_and(|chunk| !chunk.is_empty());
        if has_more {
            return Err(Refusal::Invalid("a unary export call carries exactly one message".to_owned()));
        }
        Ok(GrpcMessage { is_compressed, message: buffer.into_message() })
    }

    async fn read_all(&mut self, mut buffer: Buffer<'_>) -> Result<Message, Refusal> {
        let bytes_max = buffer.limits.message_bytes_max;
        if self.body.size_hint().lower() > bytes_max as u64 {
            return Err(Refusal::TooLarge { bytes_max });
        }
        while self.read_into(&mut buffer).await? {
            if buffer.bytes.len() > bytes_max {
                return Err(Refusal::TooLarge { bytes_max });
            }
        }
        Ok(buffer.into_message())
    }

    /// Reads one chunk, if it comes in time; `false` at the end.
    async fn read_into(&mut self, buffer: &mut Buffer<'_>) -> Result<bool, Refusal> {
        let Ok(chunk) = tokio::time::timeout_at(buffer.due(), self.chunk()).await else {
            self.is_over = true;
            return Err(Refusal::Unavailable("the message arrives too slowly: try again".to_owned()));
        };
        match chunk? {
            Some(chunk) => buffer.push(&chunk).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// The next data chunk; trailers are skipped.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Refusal> {
        while !self.is_over {
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => {
                    self.is_over = true;
                    return Err(broken_off(&error));
                }
                None => self.is_over = true,
            }
        }
        Ok(None)
    }
}

/// A message as far as it has arrived.
struct Buffer<'l> {
    bytes: BytesMut,
    share: Share,
    /// Reserved for `bytes`.
    room: usize,
    /// Bytes that are worth room; one chunk may go beyond.
    bytes_max: usize,
    /// All that have come, with what was taken off the front.
    arrived: usize,
    began: Instant,
    limits: &'l IngestLimits,
    admission: &'l Admission,
}

impl<'l> Buffer<'l> {
    fn new(limits: &'l IngestLimits, admission: &'l Admission, share: Share) -> Self {
        Self {
            bytes: BytesMut::new(),
            share,
            room: 0,
            bytes_max: limits.message_bytes_max,
            arrived: 0,
            began: Instant::now(),
            limits,
            admission,
        }
    }

    /// When the next byte must be here.
    fn due(&self) -> Instant {
        let seconds = self.arrived as f64 / f64::from(self.limits.body_rate_min);
        self.began + self.limits.body_grace + Duration::from_secs_f64(seconds)
    }

    /// Appends a chunk, for which memory is reserved first.
    async fn push(&mut self, chunk: &Bytes) -> Result<(), Refusal> {
        let needed = self.bytes.len() + chunk.len();
        if needed > self.room {
            let grown = (self.room * 2).max(FIRST_STEP_BYTES).min(self.bytes_max).max(needed);
            self.admission.reserve(&mut self.share, grown - self.room).await?;
            self.bytes.reserve(grown - self.bytes.len());
            self.room = grown;
        }
        self.bytes.extend_from_slice(chunk);
        self.arrived += chunk.len();
        Ok(())
    }

    fn into_message(mut self) -> Message {
        self.share.shrink_to(self.bytes.len());
        Message { bytes: self.bytes.freeze(), share: self.share }
    }
}

/// A connection that breaks is the client's to retry; chunks that are framed wrongly will not get better.
fn broken_off(error: &axum::Error) -> Refusal {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>()
            && matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData)
        {
            return Refusal::Invalid(format!("the request body is broken: {error}"));
        }
        cause = error.source();
    }
    Refusal::Unavailable(format!("the request body broke off: {error}"))
}
