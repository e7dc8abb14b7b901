//! What the fuzz targets of the receivers (`fuzz/`) check, one function each, and a test that runs their kept inputs. Not for programs.
#![expect(clippy::unwrap_used, reason = "a target that panics has found something, which is what it is for")]

use std::io::Write as _;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use futures::stream;
use junjo_span_model::{ScanLimits, Signal, decode_spans, scan, without_rejected};

use junjo_memory::{Memory, Shares};

use crate::admission::Admission;
use crate::decompress::{Decompression, Encoding, Step};
use crate::json::{self, JsonLimits};
use crate::limits::IngestLimits;
use crate::upload::Upload;

/// Small, so that the limits are part of what is tried.
const BYTES_MAX: usize = 64 << 10;
/// Step in which a message is decompressed when the input does not say.
const STEP: usize = 4 << 10;

/// A gRPC body in pieces of any size (the first byte): the pieces do not matter, and a message is never longer than its
/// header says.
pub fn grpc_frame(input: &[u8]) {
    let Some((piece, body)) = input.split_first() else { return };
    let message = read_grpc(body, usize::from(*piece));
    assert_eq!(message, read_grpc(body, usize::MAX));
    if let Some(message) = message {
        assert_eq!(&body[5..], &message[..]);
    }
}

/// Any bytes as each signal: what the scan accepts can be decoded and spliced, and counts are the same afterwards.
pub fn protobuf_scan(message: &[u8]) {
    for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
        let Ok(report) = scan(signal, message, &ScanLimits::default()) else { continue };
        if signal == Signal::Metrics {
            continue;
        }
        let kept = without_rejected(signal, message);
        let again = scan(signal, &kept, &ScanLimits::default()).expect("a spliced message is sound");
        assert_eq!((again.accepted, again.rejected), (report.accepted, 0));
        if signal == Signal::Traces {
            let mut spans = 0;
            decode_spans(&kept, &mut |_, _, _| spans += 1).expect("what the scan accepts can be decoded");
            assert_eq!(spans, report.accepted);
        }
    }
}

/// Any bytes as JSON of each signal: what is accepted becomes sound protobuf for the scan.
pub fn json_transcode(json: &[u8]) {
    let limits = ScanLimits::default();
    for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
        let transcoding = JsonLimits { bytes_max: json.len().saturating_mul(4), depth_max: limits.depth_max };
        if let Ok(protobuf) = json::transcode(signal, json, transcoding) {
            scan(signal, &protobuf, &limits).expect("the transcoder writes sound protobuf");
        }
    }
}

/// Any bytes as each compression, in steps of any size (the first two bytes): the steps do not matter, and what is
/// compressed comes back.
pub fn decompress(input: &[u8]) {
    let Some((step, bytes)) = input.split_first_chunk() else { return };
    let step = usize::from(u16::from_le_bytes(*step));
    for encoding in ["gzip", "deflate", "zstd"] {
        if let (Some(some), Some(other)) = (inflate(encoding, bytes, step), inflate(encoding, bytes, STEP)) {
            assert_eq!(some, other);
        }
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    assert_eq!(inflate("gzip", &gzip.finish().unwrap(), STEP).as_deref(), Some(bytes));
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(bytes).unwrap();
    assert_eq!(inflate("deflate", &zlib.finish().unwrap(), STEP).as_deref(), Some(bytes));
    let zstd = zstd::encode_all(bytes, 1).unwrap();
    assert_eq!(inflate("zstd", &zstd, STEP).as_deref(), Some(bytes));
}

/// The message in a gRPC body that arrives in pieces of `piece_bytes`.
fn read_grpc(body: &[u8], piece_bytes: usize) -> Option<Bytes> {
    let pieces: Vec<_> =
        body.chunks(piece_bytes.max(1)).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let limits = IngestLimits { message_bytes_max: BYTES_MAX, ..IngestLimits::default() };
    let memory = Memory::new(&Shares::of(0).receiving(4 * BYTES_MAX as u64));
    let admission = Admission::new(memory, Duration::ZERO);
    let share = admission.share("k");
    let mut upload = Upload::new(Body::from_stream(stream::iter(pieces)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().ok()?;
    runtime.block_on(upload.read_grpc(&limits, &admission, share)).ok().map(|read| read.message.bytes)
}

/// What a `content-encoding` makes of `body`, grown in steps of `step_bytes` up to a limit.
fn inflate(content_encoding: &str, body: &[u8], step_bytes: usize) -> Option<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Runs every kept input of a target.
    fn run(target: &str, check: fn(&[u8])) {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions").join(target);
        let mut inputs = 0;
        for entry in std::fs::read_dir(&dir).unwrap() {
            check(&std::fs::read(entry.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "there is nothing in {}", dir.display());
    }

    /// Scenario: inputs that once broke something, and a choice of those that reach the most code. Guarantee: what each
    /// fuzz target checks holds for them.
    #[test]
    fn kept_inputs_of_the_fuzz_targets_hold() {
        run("grpc_frame", super::grpc_frame);
        run("protobuf_scan", super::protobuf_scan);
        run("json_transcode", super::json_transcode);
        run("decompress", super::decompress);
    }
}
