//! Entry points for the targets in `fuzz/`, which see nothing else that is private. Not for programs.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use junjo_span_model::Signal;

use crate::admission::Admission;
use crate::decompress::{Decompression, Encoding, Step};
use crate::json::{self, JsonLimits};
use crate::limits::IngestLimits;
use crate::upload::Upload;

/// Small, so that the limits are part of what is tried.
const BYTES_MAX: usize = 64 << 10;

/// The message in a gRPC body that arrives in pieces of `piece_bytes`.
pub fn read_grpc(body: &[u8], piece_bytes: usize) -> Option<Bytes> {
    let pieces: Vec<_> =
        body.chunks(piece_bytes.max(1)).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let limits = IngestLimits { message_bytes_max: BYTES_MAX, ..IngestLimits::default() };
    let admission = Admission::new(2 * BYTES_MAX, Duration::ZERO);
    let mut upload = Upload::new(Body::from_stream(stream::iter(pieces)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().ok()?;
    runtime.block_on(upload.read_grpc(&limits, &admission)).ok().map(|read| read.message.bytes)
}

/// The protobuf form of a JSON message.
pub fn transcode(signal: Signal, json: &[u8], depth_max: u32) -> Option<Vec<u8>> {
    json::transcode(signal, json, JsonLimits { bytes_max: json.len().saturating_mul(4), depth_max }).ok()
}

/// What a `content-encoding` makes of `body`, grown in steps of `step_bytes` up to a limit.
pub fn decompress(content_encoding: &str, body: &[u8], step_bytes: usize) -> Option<Vec<u8>> {
    let encoding = Encoding::parse(Some(content_encoding)).ok()?;
    let mut decompression = Decompression::new(encoding, Bytes::copy_from_slice(body)).ok()?;
    let mut room = step_bytes.max(1);
    loop {
        match decompression.run(room).ok()? {
            Step::Done(message) => return Some(message),
            Step::Full(_) if room >= BYTES_MAX => return None,
            Step::Full(next) => decompression = next,
        }
        room = room.saturating_mul(2);
    }
}
