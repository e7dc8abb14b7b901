//! Drops rejected items from a message on the wire level: the bytes of everything else stay as they were sent.

use super::scan::item_rejection;
use super::signal::Signal;
use super::wire::{Payload, Reader, WireError, push_varint};

/// `ResourceSpans.scope_spans` and `ScopeSpans.spans`, and the same in logs; 1 leads from the request to the former.
const PATH: [u32; 3] = [1, 2, 2];

/// The bytes of `message` without its rejected items: enclosing lengths fixed, unknown fields kept.
///
/// For messages that [`super::scan::scan`] accepted with `rejected > 0`. Bytes that it would refuse come back unchanged.
pub fn without_rejected(signal: Signal, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    if copy(signal, message, &PATH, &mut out).is_err() {
        out.clear();
        out.extend_from_slice(message);
    }
    out
}

/// Copies `message` field by field; `path` leads to the items.
fn copy(signal: Signal, message: &[u8], path: &[u32], out: &mut Vec<u8>) -> Result<(), WireError> {
    let mut reader = Reader::new(message);
    loop {
        let before = reader.rest();
        let Some(field) = reader.next()? else {
            return Ok(());
        };
        match (field.payload, path) {
            (Payload::Bytes(item), [number]) if *number == field.number => {
                if matches!(item_rejection(signal, item), Ok(Some(_))) {
                    continue;
                }
            }
            (Payload::Bytes(inner), [number, deeper @ ..]) if *number == field.number => {
                let mut kept = Vec::with_capacity(inner.len());
                copy(signal, inner, deeper, &mut kept)?;
                if kept.len() != inner.len() {
                    push_delimited(field.number, &kept, out);
                    continue;
                }
            }
            _ => {}
        }
        out.extend_from_slice(&before[..before.len() - reader.rest().len()]);
    }
}

fn push_delimited(number: u32, bytes: &[u8], out: &mut Vec<u8>) {
    const LENGTH_DELIMITED: u64 = 2;
    push_varint(u64::from(number) << 3 | LENGTH_DELIMITED, out);
    push_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}
