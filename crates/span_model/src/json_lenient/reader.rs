//! Objects, lists and the whole text.

use serde_json::{Map, Value as Json};

use super::cursor::{Cursor, NotJson};
use super::reading::{DEPTH_MAX, Reading};
use super::scalar::scalar;
use super::string::string;

/// The value in `text`; `None` when it is no JSON, or was cut before it said anything.
pub(super) fn read(text: &str) -> Option<Reading> {
    let mut cursor = Cursor::new(text);
    let json = value(&mut cursor, 0).ok()??;
    if !cursor.is_cut() {
        cursor.skip_blanks();
        if !cursor.is_at_end() {
            return None;
        }
        if !cursor.rest().is_empty() {
            cursor.cut();
        }
    }
    let reading = Reading { is_cut: cursor.is_cut(), open_levels: cursor.open_levels(), json };
    let is_json = match &reading.json {
        // a plain text may begin with a quote, but hardly has an escape
        Json::String(_) => text.contains('\\'),
        json => says_anything(json),
    };
    (!reading.is_cut || is_json).then_some(reading)
}

/// Whether a value that was cut is more than brackets.
fn says_anything(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(says_anything),
        Json::Object(members) => members.values().any(says_anything),
        Json::String(text) => {
            text.contains(|letter: char| !letter.is_ascii_punctuation() && !letter.is_whitespace())
        }
        _ => true,
    }
}

/// The value at the cursor; `None` when the text ended before anything of it was known.
fn value(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<Json>, NotJson> {
    cursor.skip_blanks();
    if cursor.is_at_end() {
        cursor.cut();
        return Ok(None);
    }
    match cursor.peek() {
        Some(b'{' | b'[') if depth == DEPTH_MAX => Ok(Some(as_text(cursor))),
        Some(b'{') => object(cursor, depth + 1).map(Some),
        Some(b'[') => array(cursor, depth + 1).map(Some),
        Some(b'"' | b'\'') => {
            let text = string(cursor);
            if !text.is_closed {
                cursor.leave_open();
            }
            Ok(Some(Json::from(text.content)))
        }
        _ => scalar(cursor),
    }
}

fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<Json, NotJson> {
    cursor.skip(1);
    let mut items = Vec::new();
    while !ends(cursor, b']') {
        items.extend(value(cursor, depth)?);
        separator(cursor, b']')?;
    }
    Ok(Json::Array(items))
}

fn object(cursor: &mut Cursor<'_>, depth: usize) -> Result<Json, NotJson> {
    cursor.skip(1);
    let mut members = Map::new();
    while !ends(cursor, b'}') {
        let Some((key, member)) = member(cursor, depth)? else {
            cursor.leave_open();
            break;
        };
        if cursor.is_cut() {
            // what is open must come last, also when the key was there before
            members.shift_remove(&key);
        }
        members.insert(key, member);
        separator(cursor, b'}')?;
    }
    Ok(Json::Object(members))
}

/// A key and its value; `None` when the text ended before the value began.
fn member(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<(String, Json)>, NotJson> {
    if !matches!(cursor.peek(), Some(b'"' | b'\'')) {
        return Err(NotJson);
    }
    let key = string(cursor);
    cursor.skip_blanks();
    if !key.is_closed || cursor.is_at_end() {
        cursor.cut();
        return Ok(None);
    }
    if cursor.peek() != Some(b':') {
        return Err(NotJson);
    }
    cursor.skip(1);
    Ok(value(cursor, depth)?.map(|member| (key.content, member)))
}

/// Whether the list or object ends here, at its bracket or because the text does.
fn ends(cursor: &mut Cursor<'_>, close: u8) -> bool {
    if cursor.is_cut() {
        cursor.leave_open();
        return true;
    }
    cursor.skip_blanks();
    if cursor.peek() == Some(close) {
        cursor.skip(1);
        return true;
    }
    if cursor.is_at_end() {
        cursor.leave_open();
        return true;
    }
    false
}

/// The comma after a value, which only the last one lacks.
fn separator(cursor: &mut Cursor<'_>, close: u8) -> Result<(), NotJson> {
    if cursor.is_cut() {
        return Ok(());
    }
    cursor.skip_blanks();
    match cursor.peek() {
        Some(b',') => {
            cursor.skip(1);
            Ok(())
        }
        Some(byte) if byte == close => Ok(()),
        _ if cursor.is_at_end() => Ok(()),
        _ => Err(NotJson),
    }
}

/// The object or list at the cursor as its text, however deep it is.
fn as_text(cursor: &mut Cursor<'_>) -> Json {
    let rest = cursor.rest();
    let mut depth = 0_usize;
    while let Some(byte) = cursor.peek() {
        match byte {
            b'"' | b'\'' => {
                string(cursor);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        // a character that is no bracket may be longer than a byte
        let length = cursor.rest().chars().next().map_or(1, char::len_utf8);
        cursor.skip(length);
        if depth == 0 {
            return Json::from(&rest[..rest.len() - cursor.rest().len()]);
        }
    }
    cursor.leave_open();
    Json::from(rest)
}
