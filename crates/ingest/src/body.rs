//! Reading one gRPC message from a request body: header first, then memory, then bytes.

use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::BodyExt as _;

use crate::admission::{Admission, Share};
use crate::limits::IngestLimits;
use crate::refusal::Refusal;

/// Compressed flag and length (gRPC over HTTP/2, "Length-Prefixed-Message").
const HEADER_BYTES: usize = 5;

/// One message as sent.
pub(crate) struct Frame {
    pub(crate) compressed: bool,
    pub(crate) message: Bytes,
}

/// Reads the one message of a unary call. Memory for it is reserved in `share` before it is buffered.
pub(crate) async fn read_grpc_message(
    body: &mut axum::body::Body,
    limits: &IngestLimits,
    admission: &Admission,
    share: &mut Share,
) -> Result<Frame, Refusal> {
    let mut buffer = BytesMut::new();
    while buffer.len() < HEADER_BYTES {
        match next_chunk(body).await? {
            Some(chunk) => buffer.extend_from_slice(&chunk),
            None => {
                return Err(Refusal::Invalid(
                    "the request body ends before the message: send one gRPC message".to_owned(),
                ));
            }
        }
    }
    let compressed = match buffer.get_u8() {
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
    admission.reserve(share, length).await?;
    buffer.reserve(length.saturating_sub(buffer.len()));
    while buffer.len() < length {
        let Some(chunk) = next_chunk(body).await? else {
            let got = buffer.len();
            return Err(Refusal::Invalid(format!("the message ends after {got} of {length} bytes")));
        };
        buffer.extend_from_slice(&chunk);
    }
    if buffer.len() > length {
        return Err(Refusal::Invalid("a unary export call carries exactly one message".to_owned()));
    }
    Ok(Frame { compressed, message: buffer.freeze() })
}

/// The next data chunk; trailers are skipped. A connection that breaks is the client's to retry.
async fn next_chunk(body: &mut axum::body::Body) -> Result<Option<Bytes>, Refusal> {
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Refusal::Unavailable(format!("the request body broke off: {error}")))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
