//! Any bytes as each compression. What has to hold is in `junjo_ingest::fuzzing`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| junjo_ingest::fuzzing::decompress(input));
