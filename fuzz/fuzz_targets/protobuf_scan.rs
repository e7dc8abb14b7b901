//! Any bytes as a message of each signal. What has to hold is in `junjo_ingest::fuzzing`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| junjo_ingest::fuzzing::protobuf_scan(input));
