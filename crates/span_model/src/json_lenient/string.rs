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
    let unit = match hex(rest, 4)? {
        Some(unit) => unit,
        None => return as_it_is(out),
    };
    if !(0xd800..0xdc00).contains(&unit) {
        out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        return Some(6);
    }
    let after = &rest[6..];
    // its second half may have been cut off
    if after.is_empty() || after == "\\" {
        return None;
    }
    let low = if after.starts_with("\\u") { hex(after, 4)? } else { None };
    match low.filter(|low| (0xdc00..0xe000).contains(low)) {
        Some(low) => {
            let code = 0x1_0000 + (((unit - 0xd800) << 10) | (low - 0xdc00));
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            Some(12)
        }
        None => {
            out.push(char::REPLACEMENT_CHARACTER);
            Some(6)
        }
    }
}

/// Python's `\xXX` and `\UXXXXXXXX`.
fn code_point(rest: &str, digits: usize, out: &mut String) -> Option<usize> {
    match hex(rest, digits)? {
        Some(code) => {
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            Some(2 + digits)
        }
        None => as_it_is(out),
    }
}

/// The number in the `digits` after a backslash and a letter: `None` when the text ends there, `Some(None)` when they are
/// no digits.
fn hex(rest: &str, digits: usize) -> Option<Option<u32>> {
    let token = rest.as_bytes().get(2..2 + digits);
    let given = token.unwrap_or(&rest.as_bytes()[2..]);
    if !given.iter().all(u8::is_ascii_hexdigit) {
        return Some(None);
    }
    let token = std::str::from_utf8(token?).ok()?;
    Some(u32::from_str_radix(token, 16).ok())
}

/// A backslash that begins no escape.
fn as_it_is(out: &mut String) -> Option<usize> {
    out.push('\\');
    Some(1)
}
