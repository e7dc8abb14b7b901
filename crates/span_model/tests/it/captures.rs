//! The captures in `tests/fixtures`: varint-length-delimited requests, recorded from real SDKs.

use std::fs;
use std::path::PathBuf;

/// All trace captures but the hand-made edge cases.
pub(crate) const TRACES: [&str; 6] = [
    "genai_capture",
    "genai_capture_http_gzip",
    "junjo_capture",
    "junjo_capture_0.61.1",
    "real_openinference",
    "real_otel-v2",
];
pub(crate) const LOGS: [&str; 2] = ["genai_capture.logs", "real_otel-v2.logs"];
pub(crate) const METRICS: [&str; 3] =
    ["genai_capture.metrics", "junjo_capture_0.61.1.metrics", "real_otel-v2.metrics"];

/// The requests in `tests/fixtures/{name}.bin`.
pub(crate) fn requests(name: &str) -> Vec<Vec<u8>> {
    let bytes = fs::read(path(&format!("{name}.bin"))).unwrap();
    let mut rest = bytes.as_slice();
    let mut requests = Vec::new();
    while !rest.is_empty() {
        let length = prost::decode_length_delimiter(&mut rest).unwrap();
        let (request, after) = rest.split_at(length);
        requests.push(request.to_vec());
        rest = after;
    }
    requests
}

/// A file in `tests/fixtures`.
pub(crate) fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(file)
}
