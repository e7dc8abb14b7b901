//! Any bytes as JSON of each signal: no panic, and what is accepted is sound protobuf for the scan.
#![no_main]

use junjo_ingest::fuzzing::transcode;
use junjo_span_model::{ScanLimits, Signal, scan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    let limits = ScanLimits::default();
    for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
        if let Some(protobuf) = transcode(signal, json, limits.depth_max) {
            scan(signal, &protobuf, &limits).expect("the transcoder writes sound protobuf");
        }
    }
});
