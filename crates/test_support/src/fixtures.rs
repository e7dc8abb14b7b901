//! Captures of real SDKs, kept beside the crate that explains them (crates/span_model/tests/fixtures).

use std::path::PathBuf;

/// The bytes of a capture.
pub fn fixture(name: &str) -> Vec<u8> {
    // at run time, because a shared target folder may hold this crate as built for another clone
    let tested_crate = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs tests with it");
    let path = PathBuf::from(tested_crate).join("../span_model/tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The messages of a capture: each is preceded by its length as a varint.
pub fn delimited_messages(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let length = prost::decode_length_delimiter(&mut bytes).expect("a capture is well-formed");
        let (message, rest) = bytes.split_at(length);
        messages.push(message.to_vec());
        bytes = rest;
    }
    messages
}
