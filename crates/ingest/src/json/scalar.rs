//! JSON scalars as OTLP writes them: numbers that may be texts, ids in hex, bytes in base64.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{Error, Visitor};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Reads an integer from a number or a text; wide enough for the clamp to know what was meant.
pub(super) struct Integer;

impl Visitor<'_> for Integer {
    type Value = i128;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an integer")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i128, E> {
        Ok(i128::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i128, E> {
        Ok(i128::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i128, E> {
        Ok(value as i128)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<i128, E> {
        let integer = value.parse().ok();
        integer.or_else(|| value.parse::<f64>().ok().map(|value| value as i128)).ok_or_else(unexpected)
    }
}

/// Reads an enum's number, or its name in `.0`; an unknown name is 0, as an unknown field would be.
pub(super) struct EnumNumber(pub(super) &'static [&'static str]);

impl Visitor<'_> for EnumNumber {
    type Value = i128;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the number of an enum value")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i128, E> {
        Integer.visit_u64(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i128, E> {
        Integer.visit_i64(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i128, E> {
        Integer.visit_f64(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<i128, E> {
        let named = self.0.iter().position(|name| *name == value).map(|number| number as i128);
        Ok(named.or_else(|| value.parse().ok()).unwrap_or(0))
    }
}

/// Reads a double from a number or a text; Rust spells NaN and the infinities as proto3 does, among other ways.
pub(super) struct Double;

impl Visitor<'_> for Double {
    type Value = f64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<f64, E> {
        value.parse().map_err(|_| unexpected())
    }
}

/// Reads a boolean, also as a text.
pub(super) struct Boolean;

impl Visitor<'_> for Boolean {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true or false")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<bool, E> {
        value.parse().map_err(|_| unexpected())
    }
}

/// An error of the wrong-type kind; its text is never shown.
pub(super) fn unexpected<E: Error>() -> E {
    E::custom("unexpected value")
}

/// An id of `length` bytes. OTLP/JSON writes hex, in either case; base64, which proto3's own JSON mapping would write, is
/// what is no hex and decodes to `length` bytes.
///
/// Hex of another length keeps its bytes and anything else has none: the scan then rejects that span only, not the whole
/// request, and a link or a parent is kept as far as it can be.
pub(super) fn id(text: &[u8], length: usize) -> Vec<u8> {
    hex(text).or_else(|| base64(text).filter(|bytes| bytes.len() == length)).unwrap_or_default()
}

/// The bytes of a base64 text in either alphabet, padded or not.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: one id in every spelling, and texts that are no ids. Guarantee: the same bytes, or bytes that the scan
    /// rejects for their length.
    #[test]
    fn id_takes_hex_and_base64() {
        let expected: Vec<u8> = (0xf0..=0xff).collect();
        for text in [
            "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
            "F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF",
            "8PHy8/T19vf4+fr7/P3+/w==",
            "8PHy8/T19vf4+fr7/P3+/w",
            "8PHy8_T19vf4-fr7_P3-_w==",
        ] {
            assert_eq!(id(text.as_bytes(), 16), expected, "{text}");
        }
        assert_eq!(id(b"7uGbfsPBsXQ=", 8), [0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74]);
        assert!(id(b"", 8).is_empty());
        assert_eq!(id(b"0102", 8), [1, 2], "a short id is kept as it is");
        assert_eq!(id(b"0102030405060708091011", 16).len(), 11, "hex wins over base64 without padding");
        for text in ["010", "zz", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfefg", "8PHy8/T19vf4+fr7/P3"] {
            assert_ne!(id(text.as_bytes(), 16).len(), 16, "{text}");
        }
    }

    /// Scenario: bytes in the alphabets and paddings that clients use. Guarantee: all are read, nonsense is not.
    #[test]
    fn base64_takes_every_spelling() {
        for text in ["+/8=", "+/8", "-_8=", "-_8"] {
            assert_eq!(base64(text.as_bytes()), Some(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(base64(b""), Some(Vec::new()));
        assert_eq!(base64(b"%%"), None);
        assert_eq!(base64(b"+_8="), None, "two alphabets at once");
    }
}
