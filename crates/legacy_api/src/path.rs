//! Paths as the Go server matches them: decoded, unless decoding and encoding again gives another text. Then as they were sent.

use std::fmt::Write;

/// The path of a request as routes are looked for. `raw` is what was sent.
pub(crate) fn go_path(raw: &str) -> String {
    let decoded = decoded(raw);
    match decoded {
        Some(bytes) if encoded(&bytes) == raw => String::from_utf8(bytes).unwrap_or_else(|_| raw.to_owned()),
        _ => raw.to_owned(),
    }
}

fn decoded(raw: &str) -> Option<Vec<u8>> {
    let mut bytes = raw.bytes();
    let mut out = Vec::with_capacity(raw.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?].map(|digit| char::from(digit).to_digit(16));
            let [Some(high), Some(low)] = digits else { return None };
            out.push((high * 16 + low) as u8);
        } else {
            out.push(byte);
        }
    }
    Some(out)
}

/// As Go writes a path by itself.
fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(byte) {
            out.push(char::from(*byte));
        } else {
            // writing to a text cannot fail
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: encodings that Go itself would write, and others. Guarantee: the first are decoded, the others stay.
    #[test]
    fn only_go_s_own_encoding_is_decoded() {
        for (raw, path) in [
            ("/a%20b", "/a b"),
            ("/a%2Fb", "/a%2Fb"),
            ("/%ff", "/%ff"),
            ("/jj_abc%E2%80%A6", "/jj_abc…"),
            ("/jj_abc%e2%80%a6", "/jj_abc%e2%80%a6"),
            ("/50%", "/50%"),
            ("/a(b)%20c", "/a(b)%20c"),
            ("//x", "//x"),
        ] {
            assert_eq!(go_path(raw), path);
        }
    }
}
