//! Protobuf's wire format: tags, varints, fixed numbers, length-delimited bytes; nothing of OTLP.
//!
//! Encoding: <https://protobuf.dev/programming-guides/encoding/>. Deprecated groups are skipped, as every reader must.

/// Levels of groups within groups in an unknown field; OTLP has no groups, so only a hostile client nests them.
const GROUP_DEPTH_MAX: u32 = 32;
/// Bytes that a 64-bit varint can have.
const VARINT_BYTES_MAX: usize = 10;
/// Highest field number that protobuf allows (2^29 - 1).
const FIELD_NUMBER_MAX: u64 = 536_870_911;

/// Why bytes are no protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A length or a value runs past the end.
    #[error("the protobuf message is cut off inside a field; send the whole message")]
    Truncated,
    /// A varint has more than 10 bytes or more than 64 bits.
    #[error("the protobuf message has a varint of more than 64 bits; check that the body is OTLP protobuf")]
    Varint,
    /// A tag with a field number that protobuf does not allow.
    #[error("the protobuf message has an impossible field number; check that the body is OTLP protobuf")]
    FieldNumber,
    /// A tag with wire type 6 or 7.
    #[error("the protobuf message has an unknown wire type; check that the body is OTLP protobuf")]
    WireType,
    /// A group ends that was not begun, or never ends, or lies too deep.
    #[error("the protobuf message has a broken group; check that the body is OTLP protobuf")]
    Group,
}

/// One field as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Field<'a> {
    /// Field number, at least 1.
    pub(super) number: u32,
    /// What it holds.
    pub(super) payload: Payload<'a>,
}

/// What a field holds, as far as the wire says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Payload<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire types 3 and 4; its content is checked and skipped.
    Group,
    /// Wire type 5.
    Fixed32(u32),
}

/// Reads the fields of one message in order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// Bytes not yet read.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next field, or `None` at the end of the message.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.tag()?;
        let payload = match wire_type {
            0 => Payload::Varint(self.varint()?),
            1 => Payload::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Payload::Bytes(self.delimited()?),
            3 => {
                self.skip_group(number, 1)?;
                Payload::Group
            }
            5 => Payload::Fixed32(u32::from_le_bytes(self.array()?)),
            4 => return Err(WireError::Group),
            _ => return Err(WireError::WireType),
        };
        Ok(Some(Field { number, payload }))
    }

    /// One varint of 64 bits.
    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, WireError> {
        match *self.rest {
            [byte, ref rest @ ..] if byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (index, byte) in self.rest.iter().take(VARINT_BYTES_MAX).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                if index == VARINT_BYTES_MAX - 1 && *byte > 1 {
                    return Err(WireError::Varint);
                }
                self.rest = &self.rest[index + 1..];
                return Ok(value);
            }
        }
        Err(if self.rest.len() < VARINT_BYTES_MAX { WireError::Truncated } else { WireError::Varint })
    }

    fn tag(&mut self) -> Result<(u32, u8), WireError> {
        let tag = self.varint()?;
        let number = tag >> 3;
        if number == 0 || number > FIELD_NUMBER_MAX {
            return Err(WireError::FieldNumber);
        }
        Ok((number as u32, (tag & 7) as u8))
    }

    #[inline]
    fn delimited(&mut self) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(self.varint()?).map_err(|_| WireError::Truncated)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn skip_group(&mut self, group: u32, depth: u32) -> Result<(), WireError> {
        if depth > GROUP_DEPTH_MAX {
            return Err(WireError::Group);
        }
        while !self.rest.is_empty() {
            let (number, wire_type) = self.tag()?;
            match wire_type {
                0 => drop(self.varint()?),
                1 => drop(self.array::<8>()?),
                2 => drop(self.delimited()?),
                3 => self.skip_group(number, depth + 1)?,
                4 if number == group => return Ok(()),
                4 => return Err(WireError::Group),
                5 => drop(self.array::<4>()?),
                _ => return Err(WireError::WireType),
            }
        }
        Err(WireError::Truncated)
    }
}

/// Appends `value` as a varint.
pub(super) fn push_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_error(bytes: &[u8]) -> WireError {
        let mut reader = Reader::new(bytes);
        loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the bytes were accepted"),
                Err(error) => return error,
            }
        }
    }

    /// Scenario: every kind of broken field. Guarantee: each is named for what it is.
    #[test]
    fn read_broken_bytes_names_the_fault() {
        assert_eq!(only_error(&[0x08]), WireError::Truncated, "tag without a value");
        assert_eq!(only_error(&[0x08, 0x80]), WireError::Truncated, "varint cut off");
        assert_eq!(only_error(&[0x0a, 5, 1]), WireError::Truncated, "length past the end");
        assert_eq!(only_error(&[0x09, 1, 2]), WireError::Truncated, "fixed64 cut off");
        assert_eq!(only_error(&[0x0d, 1, 2]), WireError::Truncated, "fixed32 cut off");
        assert_eq!(only_error(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]), WireError::Varint);
        assert_eq!(
            only_error(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
            WireError::Varint
        );
        assert_eq!(only_error(&[0x00, 1]), WireError::FieldNumber);
        assert_eq!(only_error(&[0x0e]), WireError::WireType);
        assert_eq!(only_error(&[0x0c]), WireError::Group, "end without a start");
        assert_eq!(only_error(&[0x0b, 0x14]), WireError::Group, "end of another group");
        assert_eq!(only_error(&[0x0b, 0x08, 1]), WireError::Truncated, "group without an end");
        assert_eq!(only_error(&[0x0b; 100]), WireError::Group, "groups in groups without end");
    }

    /// Scenario: sound fields, a nested group among them. Guarantee: each value comes back, the group is stepped over.
    #[test]
    fn read_sound_fields_returns_their_payloads() {
        let bytes =
            [0x0b, 0x13, 0x18, 1, 0x14, 0x0c, 0x10, 0xac, 0x02, 0x1a, 2, b'h', b'i', 0x25, 1, 0, 0, 0];
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.next(), Ok(Some(Field { number: 1, payload: Payload::Group })));
        assert_eq!(reader.next(), Ok(Some(Field { number: 2, payload: Payload::Varint(300) })));
        assert_eq!(reader.next(), Ok(Some(Field { number: 3, payload: Payload::Bytes(b"hi") })));
        assert_eq!(reader.next(), Ok(Some(Field { number: 4, payload: Payload::Fixed32(1) })));
        assert_eq!(reader.next(), Ok(None));
    }

    /// Scenario: varints at the edges of their lengths. Guarantee: what is written is read back.
    #[test]
    fn push_varint_then_read_returns_the_value() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            push_varint(value, &mut bytes);
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.varint(), Ok(value));
            assert!(reader.rest().is_empty());
        }
    }
}
