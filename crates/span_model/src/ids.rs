//! Trace and span ids: fixed-size bytes, written as lowercase hex, never all zero when parsed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The 16-byte id that all spans of one trace share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId(pub [u8; 16]);

/// The 8-byte id of one span inside its trace.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId(pub [u8; 8]);

/// Why a text is no trace or span id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text has another length than the id in hex.
    #[error("expected {expected} hexadecimal digits, got {actual} characters")]
    Length {
        /// Digits that the id needs.
        expected: usize,
        /// Bytes that the text has.
        actual: usize,
    },
    /// The text holds something else than hexadecimal digits.
    #[error("expected hexadecimal digits only")]
    Digit,
    /// All digits are zero, which OpenTelemetry reserves for "no id".
    #[error("an id of zeros only means \"no id\"")]
    Zero,
}

impl TraceId {
    /// The id in `bytes`, or `None` when they are not 16 bytes or all zero.
    pub fn from_wire(bytes: &[u8]) -> Option<Self> {
        non_zero(bytes).map(Self)
    }
}

impl SpanId {
    /// The id in `bytes`, or `None` when they are not 8 bytes or all zero.
    pub fn from_wire(bytes: &[u8]) -> Option<Self> {
        non_zero(bytes).map(Self)
    }
}

fn non_zero<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    let id: [u8; N] = bytes.try_into().ok()?;
    id.iter().any(|byte| *byte != 0).then_some(id)
}

fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return Err(IdError::Length { expected: N * 2, actual: digits.len() });
    }
    let mut id = [0; N];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    non_zero(&id).ok_or(IdError::Zero)
}

fn hex_digit(digit: u8) -> Result<u8, IdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(IdError::Digit),
    }
}

/// Appends `bytes` as lowercase hex.
pub(crate) fn push_hex(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

macro_rules! hex_id {
    ($id:ident) => {
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = String::new();
                push_hex(&self.0, &mut text);
                f.pad(&text)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $id {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

hex_id!(TraceId);
hex_id!(SpanId);

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: an id in either case is parsed and printed. Guarantee: it prints in lower case and survives serde.
    #[test]
    fn parse_mixed_case_prints_lowercase() {
        let id: TraceId = "5B8EFFF798038103d269b633813fc60c".parse().unwrap();
        assert_eq!(id.to_string(), "5b8efff798038103d269b633813fc60c");
        assert_eq!(format!("{id:?}"), id.to_string());
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"5b8efff798038103d269b633813fc60c\"");
        assert_eq!(serde_json::from_str::<TraceId>(&json).unwrap(), id);
    }

    /// Scenario: texts that are no ids. Guarantee: each is refused for its own reason.
    #[test]
    fn parse_bad_text_names_the_reason() {
        assert_eq!("".parse::<SpanId>(), Err(IdError::Length { expected: 16, actual: 0 }));
        assert_eq!("0000000000000000".parse::<SpanId>(), Err(IdError::Zero));
        assert_eq!("000000000000000g".parse::<SpanId>(), Err(IdError::Digit));
        assert_eq!("ééééééééé".parse::<SpanId>(), Err(IdError::Length { expected: 16, actual: 18 }));
        assert_eq!("éééééééé".parse::<SpanId>(), Err(IdError::Digit));
    }

    /// Scenario: id bytes as the wire has them. Guarantee: only the right length with a non-zero byte is an id.
    #[test]
    fn from_wire_takes_only_whole_non_zero_ids() {
        assert_eq!(SpanId::from_wire(&[0; 8]), None);
        assert_eq!(SpanId::from_wire(&[1; 7]), None);
        assert_eq!(SpanId::from_wire(&[0, 0, 0, 0, 0, 0, 0, 9]).unwrap().to_string(), "0000000000000009");
        assert_eq!(TraceId::from_wire(&[1; 8]), None);
    }
}
