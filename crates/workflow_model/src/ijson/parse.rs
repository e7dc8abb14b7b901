//! Reading I-JSON (RFC 7493) as the contract asks for it. `serde_json` neither tells of names that repeat nor of integers
//! that another reader would round, and refuses the contract's deepest level; so values are read here, and texts by it.

use serde_json::{Map, Number, Value as Json};

/// Levels of a value: the outermost one is on level 0, items and members of it on level 1.
const DEPTH_MAX: usize = 128;
/// The largest integer that every reader keeps: 2^53 - 1.
const INTEGER_MAX: i64 = (1 << 53) - 1;

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum JsonFault {
    /// It is no JSON.
    #[error("it is no JSON")]
    Malformed,
    /// It nests deeper than the contract allows.
    #[error("it nests more than {DEPTH_MAX} levels deep")]
    TooDeep,
    /// A name occurs twice in one object.
    #[error("an object has a name twice")]
    RepeatedName,
    /// An integer lies outside of ±(2^53 - 1).
    #[error("an integer is too large for every reader to keep")]
    UnsafeInteger,
    /// A number is infinite or none.
    #[error("a number is not finite")]
    NotFinite,
}

/// The value in `text`, numbers exactly as written.
///
/// # Errors
/// The first fault in the text.
pub fn parse_ijson(text: &str) -> Result<Json, JsonFault> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at == text.len() { Ok(value) } else { Err(JsonFault::Malformed) }
}

struct Reader<'t> {
    text: &'t str,
    /// Byte that is read next; always on a character boundary where texts are cut.
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonFault> {
        if depth > DEPTH_MAX {
            return Err(JsonFault::TooDeep);
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonFault> {
        self.at += 1;
        let mut members = Map::new();
        if self.take(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(JsonFault::Malformed);
            }
            if depth == DEPTH_MAX {
                return Err(JsonFault::TooDeep);
            }
            let name = self.string()?;
            if !self.take(b':') {
                return Err(JsonFault::Malformed);
            }
            let value = self.value(depth + 1)?;
            if members.insert(name, value).is_some() {
                return Err(JsonFault::RepeatedName);
            }
            if self.take(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.take(b',') {
                return Err(JsonFault::Malformed);
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonFault> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Json::Array(items));
            }
            if !self.take(b',') {
                return Err(JsonFault::Malformed);
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonFault> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek().ok_or(JsonFault::Malformed)? {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let text = self.text.get(start..self.at).ok_or(JsonFault::Malformed)?;
        serde_json::from_str(text).map_err(|_| JsonFault::Malformed)
    }

    fn number(&mut self) -> Result<Json, JsonFault> {
        let start = self.at;
        while self.peek().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if text == "-" && self.text[self.at..].starts_with("Infinity") {
            return Err(JsonFault::NotFinite);
        }
        if !is_number(text) {
            return Err(JsonFault::Malformed);
        }
        if text.contains(['.', 'e', 'E']) {
            let float: f64 = text.parse().map_err(|_| JsonFault::Malformed)?;
            return Number::from_f64(float).map(Json::Number).ok_or(JsonFault::NotFinite);
        }
        let int = text.parse::<i64>().ok().filter(|int| int.unsigned_abs() <= INTEGER_MAX.unsigned_abs());
        int.map(Json::from).ok_or(JsonFault::UnsafeInteger)
    }

    fn word(&mut self) -> Result<Json, JsonFault> {
        let rest = &self.text[self.at..];
        let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        for (word, value) in words {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        // what Python's encoder writes for numbers that are not finite
        let not_finite = rest.starts_with("NaN") || rest.starts_with("Infinity");
        Err(if not_finite { JsonFault::NotFinite } else { JsonFault::Malformed })
    }
}

/// Whether `text`, made of digits and signs alone, is a number by RFC 8259.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: texts at and beyond each limit of I-JSON and of the contract. Guarantee: what every reader reads alike is
    /// read, and each other text has its fault.
    #[test]
    fn faults_are_told_apart() {
        let deep = |levels: usize, leaf: &str| "[".repeat(levels) + leaf + &"]".repeat(levels);
        assert!(parse_ijson(&deep(128, "1")).is_ok());
        assert_eq!(parse_ijson(&deep(129, "1")), Err(JsonFault::TooDeep));
        assert_eq!(parse_ijson(&deep(128, "{\"a\":1}")), Err(JsonFault::TooDeep));
        assert_eq!(parse_ijson(&deep(100_000, "")), Err(JsonFault::TooDeep));
        assert_eq!(parse_ijson(r#"{"a":1,"\u0061":2}"#), Err(JsonFault::RepeatedName));
        assert_eq!(
            parse_ijson("9007199254740991").map(|json| json.to_string()).as_deref(),
            Ok("9007199254740991")
        );
        assert_eq!(parse_ijson("-9007199254740992"), Err(JsonFault::UnsafeInteger));
        assert_eq!(parse_ijson("99999999999999999999"), Err(JsonFault::UnsafeInteger));
        for text in ["NaN", "[Infinity]", "-Infinity", "1e999"] {
            assert_eq!(parse_ijson(text), Err(JsonFault::NotFinite), "{text}");
        }
        let malformed = [
            "",
            "01",
            "1.",
            "-",
            "+1",
            "1e",
            "{",
            "[1,]",
            "{\"a\"}",
            "\"",
            "\"\\",
            "\"\\ud800\"",
            "1 2",
            "nul",
            "\"é\\",
        ];
        for text in malformed {
            assert_eq!(parse_ijson(text), Err(JsonFault::Malformed), "{text}");
        }
        assert!(parse_ijson(" {\"a\" : [1.5e-7, -0.0, \"é\\n\", true] } ").is_ok());
    }
}
