//! A request body being read: first the key, then memory, then bytes.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf as _, Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use crate::admission::{Admission, Share};
use crate::limits::IngestLimits;
use crate::refusal::Refusal;

/// Compressed flag and length (gRPC over HTTP/2, "Length-Prefixed-Message").
const GRPC_HEADER_BYTES: usize = 5;
/// Memory reserved at first for a body of unknown length; doubled as it grows.
const FIRST_STEP_BYTES: usize = 64 << 10;

/// A message with the memory that it holds.
#[derive(Default)]
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

    /// Reads the one message of a unary gRPC call.
    pub(crate) async fn read_grpc(
        &mut self,
        limits: &IngestLimits,
        admission: &Admission,
    ) -> Result<GrpcMessage, Refusal> {
        self.in_time(limits.body_time_max, async |upload| upload.read_frame(limits, admission).await).await
    }

    /// Reads the whole body of an HTTP request.
    pub(crate) async fn read_http(
        &mut self,
        limits: &IngestLimits,
        admission: &Admission,
    ) -> Result<Message, Refusal> {
        self.in_time(limits.body_time_max, async |upload| upload.read_all(limits, admission).await).await
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

    async fn read_frame(
        &mut self,
        limits: &IngestLimits,
        admission: &Admission,
    ) -> Result<GrpcMessage, Refusal> {
        let mut buffer = BytesMut::new();
        while buffer.len() < GRPC_HEADER_BYTES {
            let Some(chunk) = self.chunk().await? else {
                let text = "the request body ends before the message: send one gRPC message";
                return Err(Refusal::Invalid(text.to_owned()));
            };
            buffer.extend_from_slice(&chunk);
        }
        let is_compressed = match buffer.get_u8() {
            0 => false,
            1 => true,
            flag => {
                return Err(Refusal::Invalid(format!("the gRPC message has the unknown flag {flag}")));
            }
        };
        let length = buffer.get_u32() as usize;
        if length > limits.message_bytes_max {
            return Err(Refusal::TooLarge { bytes_max: limits.message_bytes_max });
        }
        let mut share = Share::default();
        admission.reserve(&mut share, length).await?;
        buffer.reserve(length.saturating_sub(buffer.len()));
        while buffer.len() < length {
            let Some(chunk) = self.chunk().await? else {
                let got = buffer.len();
                return Err(Refusal::Invalid(format!("the message ends after {got} of {length} bytes")));
            };
            buffer.extend_from_slice(&chunk);
        }
        while buffer.len() == length
            && let Some(chunk) = self.chunk().await?
        {
            buffer.extend_from_slice(&chunk);
        }
        if buffer.len() > length {
            return Err(Refusal::Invalid("a unary export call carries exactly one message".to_owned()));
        }
        Ok(GrpcMessage { is_compressed, message: Message { bytes: buffer.freeze(), share } })
    }

    async fn read_all(&mut self, limits: &IngestLimits, admission: &Admission) -> Result<Message, Refusal> {
        let bytes_max = limits.message_bytes_max;
        let declared = usize::try_from(self.body.size_hint().lower()).unwrap_or(usize::MAX);
        if declared > bytes_max {
            return Err(Refusal::TooLarge { bytes_max });
        }
        let mut share = Share::default();
        let mut room = declared;
        admission.reserve(&mut share, room).await?;
        let mut buffer = BytesMut::with_capacity(room);
        while let Some(chunk) = self.chunk().await? {
            let needed = buffer.len() + chunk.len();
            if needed > bytes_max {
                return Err(Refusal::TooLarge { bytes_max });
            }
            if needed > room {
                let grown = needed.max(room * 2).max(FIRST_STEP_BYTES).min(bytes_max);
                admission.reserve(&mut share, grown - room).await?;
                buffer.reserve(grown - buffer.len());
                room = grown;
            }
            buffer.extend_from_slice(&chunk);
        }
        share.shrink_to(buffer.len());
        Ok(Message { bytes: buffer.freeze(), share })
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
