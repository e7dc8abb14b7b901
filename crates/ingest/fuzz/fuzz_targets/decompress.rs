//! Any bytes as each compression, in steps of any size: no panic, the steps do not matter, and what we compress comes
//! back.
#![no_main]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use junjo_ingest::fuzzing::decompress;
use libfuzzer_sys::fuzz_target;

const STEP: usize = 4 << 10;

fuzz_target!(|input: (u16, &[u8])| {
    let (step, bytes) = input;
    for encoding in ["gzip", "deflate", "zstd"] {
        if let (Some(some), Some(other)) =
            (decompress(encoding, bytes, usize::from(step)), decompress(encoding, bytes, STEP))
        {
            assert_eq!(some, other);
        }
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    assert_eq!(decompress("gzip", &gzip.finish().unwrap(), STEP).as_deref(), Some(bytes));
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(bytes).unwrap();
    assert_eq!(decompress("deflate", &zlib.finish().unwrap(), STEP).as_deref(), Some(bytes));
    let zstd = zstd::encode_all(bytes, 1).unwrap();
    assert_eq!(decompress("zstd", &zstd, STEP).as_deref(), Some(bytes));
});
