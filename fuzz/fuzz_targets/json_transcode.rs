//! Any bytes as JSON of each signal. What has to hold is in `junjo_ingest::fuzzing`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| junjo_ingest::fuzzing::json_transcode(input));
