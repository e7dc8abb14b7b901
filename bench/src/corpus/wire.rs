//! The protobuf wire format, as much as OTLP requests need: writing fields, and walking them without decoding.
//!
//! | wire type | meaning | written by |
//! |---|---|---|
//! | 0 | varint | [`Wire::uint`] |
//! | 1 | 8 bytes, little-endian | [`Wire::fixed64`] |
//! | 2 | length and bytes | [`Wire::bytes`], [`Wire::text`] |
//! | 5 | 4 bytes, little-endian | [`Wire::fixed32`] |

/// Writes fields to the end of a buffer. Fields of value zero are written too: the caller leaves out what it wants.
pub(crate) trait Wire {
    fn varint(&mut self, value: u64);
    fn uint(&mut self, field: u32, value: u64);
    fn fixed64(&mut self, field: u32, value: u64);
    fn fixed32(&mut self, field: u32, value: u32);
    fn bytes(&mut self, field: u32, value: &[u8]);
    fn text(&mut self, field: u32, value: &str) {
        self.bytes(field, value.as_bytes());
    }
    /// The head of a field of wire type 2, whose `length` bytes the caller writes next.
    fn head(&mut self, field: u32, length: usize);
}

impl Wire for Vec<u8> {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.push(value as u8);
    }

    fn uint(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3));
        self.varint(value);
    }

    fn fixed64(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3 | 1));
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn fixed32(&mut self, field: u32, value: u32) {
        self.varint(u64::from(field << 3 | 5));
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn bytes(&mut self, field: u32, value: &[u8]) {
        self.head(field, value.len());
        self.extend_from_slice(value);
    }

    fn head(&mut self, field: u32, length: usize) {
        self.varint(u64::from(field << 3 | 2));
        self.varint(length as u64);
    }
}

/// Bytes of a field of wire type 2 with a field number below 16.
pub(crate) fn bytes_field_length(length: usize) -> usize {
    1 + varint_length(length as u64) + length
}

pub(crate) fn varint_length(value: u64) -> usize {
    (70 - (value | 1).leading_zeros() as usize) / 7
}

/// The message is not protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// One field: its number, and where its value is in the walked buffer (varints: empty, at their end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) number: u64,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The fields of the message at `start..end` of `buffer`.
pub(crate) fn fields(
    buffer: &[u8],
    start: usize,
    end: usize,
) -> impl Iterator<Item = Result<Field, Malformed>> + '_ {
    let mut at = start;
    std::iter::from_fn(move || {
        (at < end).then(|| {
            let field = next_field(buffer, &mut at, end);
            if field.is_err() {
                at = end;
            }
            field
        })
    })
}

fn next_field(buffer: &[u8], at: &mut usize, end: usize) -> Result<Field, Malformed> {
    let tag = read_varint(buffer, at, end)?;
    let length = match tag & 7 {
        0 => {
            read_varint(buffer, at, end)?;
            0
        }
        1 => 8,
        2 => usize::try_from(read_varint(buffer, at, end)?).map_err(|_| Malformed)?,
        5 => 4,
        _ => return Err(Malformed),
    };
    let start = *at;
    *at = start.checked_add(length).filter(|after| *after <= end).ok_or(Malformed)?;
    Ok(Field { number: tag >> 3, start, end: *at })
}

fn read_varint(buffer: &[u8], at: &mut usize, end: usize) -> Result<u64, Malformed> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *buffer[..end].get(*at).ok_or(Malformed)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: values around the borders of varint lengths. Guarantee: the computed length is what is written.
    #[test]
    fn varint_length_is_what_varint_writes() {
        for value in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, u64::MAX] {
            let mut buffer = Vec::new();
            buffer.varint(value);
            assert_eq!(buffer.len(), varint_length(value), "{value}");
        }
    }

    /// Scenario: one field of each wire type. Guarantee: the walk finds number and place of each.
    #[test]
    fn fields_finds_every_wire_type() {
        let mut buffer = Vec::new();
        buffer.uint(1, 300);
        buffer.fixed64(2, 7);
        buffer.text(3, "abc");
        buffer.fixed32(16, 1);
        let found: Vec<Field> = fields(&buffer, 0, buffer.len()).map(Result::unwrap).collect();
        assert_eq!(found.iter().map(|field| field.number).collect::<Vec<_>>(), [1, 2, 3, 16]);
        assert_eq!(&buffer[found[2].start..found[2].end], b"abc");
    }

    /// Scenario: a length beyond the end, a varint without end, a group. Guarantee: an error, then the walk ends.
    #[test]
    fn fields_of_damaged_bytes_ends_with_an_error() {
        for damaged in [&[0x0a, 5, 1][..], &[0x80; 12], &[0x0b]] {
            let found: Vec<_> = fields(damaged, 0, damaged.len()).collect();
            assert_eq!(found, [Err(Malformed)], "{damaged:?}");
        }
    }
}
