//! The compression of payloads: one zstd frame each. Contexts and output buffers are used again, because a new one for
//! each record costs more page faults than the compression of a small record takes.

use std::io;

use parking_lot::Mutex;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::compress_bound;

const ZSTD_LEVEL: i32 = 1;
/// Contexts kept for the next record, about 1 MiB each; more threads than this at once make their own.
const IDLE_MAX: usize = 4;
/// An output buffer above this is not kept: large messages are rare.
const KEPT_BUFFER_BYTES_MAX: usize = 4 << 20;
/// Longest message that is read back; receivers accept less.
const RAW_BYTES_MAX: u64 = 1 << 30;

static COMPRESSORS: Mutex<Vec<(Compressor<'static>, Vec<u8>)>> = Mutex::new(Vec::new());
static DECOMPRESSORS: Mutex<Vec<Decompressor<'static>>> = Mutex::new(Vec::new());

/// One frame with the content of `message`.
pub(crate) fn compress(message: &[u8]) -> io::Result<Vec<u8>> {
    let idle = COMPRESSORS.lock().pop();
    let (mut compressor, mut buffer) = match idle {
        Some(idle) => idle,
        None => (Compressor::new(ZSTD_LEVEL)?, Vec::new()),
    };
    buffer.clear();
    buffer.reserve(compress_bound(message.len()));
    compressor.compress_to_buffer(message, &mut buffer)?;
    // its own length exactly: it waits in memory until it is on disk
    let frame = buffer.as_slice().to_vec();
    if buffer.capacity() > KEPT_BUFFER_BYTES_MAX {
        buffer = Vec::new();
    }
    let mut kept = COMPRESSORS.lock();
    if kept.len() < IDLE_MAX {
        kept.push((compressor, buffer));
    }
    Ok(frame)
}

/// The content of `frame`; fails when that is longer than `raw_bytes`.
pub(crate) fn decompress(frame: &[u8], raw_bytes: u64) -> io::Result<Vec<u8>> {
    if raw_bytes > RAW_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the stated length is above every limit"));
    }
    let idle = DECOMPRESSORS.lock().pop();
    let mut decompressor = match idle {
        Some(idle) => idle,
        None => Decompressor::new()?,
    };
    let mut message = Vec::with_capacity(usize::try_from(raw_bytes).unwrap_or(usize::MAX));
    let decompressed = decompressor.decompress_to_buffer(frame, &mut message);
    let mut kept = DECOMPRESSORS.lock();
    if kept.len() < IDLE_MAX {
        kept.push(decompressor);
    }
    drop(kept);
    decompressed.map(|_| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: messages of several lengths, one after the other. Guarantee: each comes back as it was, and the frame
    /// holds no spare memory.
    #[test]
    fn compress_reused_context_gives_each_message_back() {
        for length in [0, 1, 100, 5_000_000, 70_000] {
            let message: Vec<u8> = (0..length).map(|at: u32| (at % 251) as u8).collect();
            let frame = compress(&message).unwrap();
            assert_eq!(frame.capacity(), frame.len());
            assert_eq!(decompress(&frame, u64::from(length)).unwrap(), message);
        }
    }

    /// Scenario: a frame that holds more than was stated, one cut short, and a length beyond reason; then a good one.
    /// Guarantee: errors, no panic, and the context works on.
    #[test]
    fn decompress_wrong_frames_is_an_error() {
        let frame = compress(&[7; 1000]).unwrap();
        assert!(decompress(&frame, 999).is_err());
        assert!(decompress(&frame[..frame.len() - 1], 1000).is_err());
        assert!(decompress(&frame, u64::MAX).is_err());
        assert_eq!(decompress(&frame, 1000).unwrap(), [7; 1000]);
    }
}
