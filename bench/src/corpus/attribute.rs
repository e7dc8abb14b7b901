//! Attributes on the wire: a `KeyValue` (1 key, 2 value), whose value is an `AnyValue` (1 string, 2 bool, 3 int, 4 double).

use super::wire::{Wire, bytes_field_length, varint_length};

/// The field of a span's attributes.
pub(super) const OF_SPAN: u32 = 9;

pub(super) fn text_attribute(out: &mut Vec<u8>, field: u32, key: &str, value: &str) {
    let any = bytes_field_length(value.len());
    head(out, field, key, any);
    out.text(1, value);
}

pub(super) fn int_attribute(out: &mut Vec<u8>, key: &str, value: u64) {
    head(out, OF_SPAN, key, 1 + varint_length(value));
    out.uint(3, value);
}

pub(super) fn bool_attribute(out: &mut Vec<u8>, key: &str, value: bool) {
    head(out, OF_SPAN, key, 2);
    out.uint(2, u64::from(value));
}

pub(super) fn double_attribute(out: &mut Vec<u8>, key: &str, value: f64) {
    head(out, OF_SPAN, key, 9);
    out.fixed64(4, value.to_bits());
}

fn head(out: &mut Vec<u8>, field: u32, key: &str, any_value: usize) {
    out.head(field, bytes_field_length(key.len()) + bytes_field_length(any_value));
    out.text(1, key);
    out.head(2, any_value);
}
