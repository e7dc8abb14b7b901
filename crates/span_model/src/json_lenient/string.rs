//! Texts in single or double quotes, with JSON's and Python's escapes.

use super::cursor::Cursor;

/// A text in quotes.
pub(super) struct Quoted {
    /// What it says, as far as it goes.
    pub(super) content: String,
    /// Whether its closing quote is there.
    pub(super) is_closed: bool,
}

/// The text at the cursor, which stands on its opening quote.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Quoted {
    let quote = if cursor.peek() == Some(b'\'') { '\'' } else { '"' };
    cursor.skip(1);
    let mut content = String::new();
    loop {
        let rest = cursor.rest();
        let Some(run) = rest.find([quote, '\\']) else {
            content.push_str(rest);
            cursor.skip(rest.len());
            break;
        };
        content.push_str(&rest[..run]);
        cursor.skip(run);
        if cursor.peek() != Some(b'\\') {
            cursor.skip(1);
            return Quoted { content, is_closed: true };
        }
        let Some(length) = escape(cursor.rest(), &mut content) else {
            cursor.skip(cursor.rest().len());
            break;
        };
        cursor.skip(length);
    }
    Quoted { content, is_closed: false }
}

/// Appends what the escape at the start of `rest` means and returns its length; `None` when the text ends inside it.
fn escape(rest: &str, out: &mut String) -> Option<usize> {
    let kind = rest[1..].chars().next()?;
    let plain = match kind {
        '"' | '\\' | '/' | '\'' => kind,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(rest, out),
        'x' => return code_point(rest, 2, out),
        'U' => return code_point(rest, 8, out),
        other => {
            out.push('\\');
            other
        }
    };
    out.push(plain);
    Some(1 + kind.len_utf8())
}

/// `\uXXXX`, or two of them that are one character; half of such a pair is U+FFFD.
fn unicode(rest: &str, out: &mut String) -> Option<usize> {
    let unit = match hex(rest, 4) {
        Hex::Code(unit) => unit,
        Hex::Other => return Some(as_it_is(out)),
        Hex::Cut => return None,
    };
    if !(0xd800..0xdc00).contains(&unit) {
        out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        return Some(6);
    }
    let after = &rest[6..];
    let low = match after {
        // its second half may have been cut off
        "" | "\\" => return None,
        after if after.starts_with("\\u") => hex(after, 4),
        _ => Hex::Other,
    };
    match low {
        Hex::Code(low) if (0xdc00..0xe000).contains(&low) => {
            let code = 0x1_0000 + (((unit - 0xd800) << 10) | (low - 0xdc00));
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            Some(12)
        }
        Hex::Code(_) | Hex::Other => {
            out.push(char::REPLACEMENT_CHARACTER);
            Some(6)
        }
        Hex::Cut => None,
    }
}

/// Python's `\xXX` and `\UXXXXXXXX`.
fn code_point(rest: &str, digits: usize, out: &mut String) -> Option<usize> {
    match hex(rest, digits) {
        Hex::Code(code) => {
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            Some(2 + digits)
        }
        Hex::Other => Some(as_it_is(out)),
        Hex::Cut => None,
    }
}

/// What follows the letter of an escape.
enum Hex {
    /// A number of as many digits as it should have.
    Code(u32),
    /// Something else.
    Other,
    /// The end of the text.
    Cut,
}

/// The `digits` after a backslash and a letter.
fn hex(rest: &str, digits: usize) -> Hex {
    let given = &rest.as_bytes()[2..];
    let given = &given[..given.len().min(digits)];
    if !given.iter().all(u8::is_ascii_hexdigit) {
        return Hex::Other;
    }
    if given.len() < digits {
        return Hex::Cut;
    }
    let code = std::str::from_utf8(given).ok().and_then(|given| u32::from_str_radix(given, 16).ok());
    code.map_or(Hex::Other, Hex::Code)
}

/// A backslash that begins no escape; returns its length.
fn as_it_is(out: &mut String) -> usize {
    out.push('\\');
    1
}
