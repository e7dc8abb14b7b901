//! Numbers and literals, in JSON's, JavaScript's and Python's spelling.

use serde_json::{Number, Value as Json};

use super::cursor::{Cursor, NotJson};

/// Every literal and what it means. A literal that begins another one comes after it.
const LITERALS: [(&str, Literal); 14] = [
    ("true", Literal::Flag(true)),
    ("false", Literal::Flag(false)),
    ("null", Literal::Null),
    ("True", Literal::Flag(true)),
    ("False", Literal::Flag(false)),
    ("None", Literal::Null),
    ("NaN", Literal::Text("NaN")),
    ("nan", Literal::Text("NaN")),
    ("Infinity", Literal::Text("Infinity")),
    ("-Infinity", Literal::Text("-Infinity")),
    ("inf", Literal::Text("Infinity")),
    ("-inf", Literal::Text("-Infinity")),
    ("undefined", Literal::Null),
    ("-NaN", Literal::Text("NaN")),
];

#[derive(Clone, Copy)]
enum Literal {
    Null,
    Flag(bool),
    Text(&'static str),
}

/// The number or literal at the cursor; `None` when the text ended inside it.
pub(super) fn scalar(cursor: &mut Cursor<'_>) -> Result<Option<Json>, NotJson> {
    let rest = cursor.rest_trimmed();
    for (word, literal) in LITERALS {
        if rest.starts_with(word) {
            cursor.skip(word.len());
            return Ok(Some(match literal {
                Literal::Null => Json::Null,
                Literal::Flag(flag) => Json::Bool(flag),
                Literal::Text(text) => Json::from(text),
            }));
        }
        // a text of one letter at least: the end itself was looked for before
        if word.starts_with(rest) {
            cursor.cut();
            return Ok(None);
        }
    }
    number(cursor)
}

fn number(cursor: &mut Cursor<'_>) -> Result<Option<Json>, NotJson> {
    let rest = cursor.rest();
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let length = rest.bytes().take_while(|byte| is_part(byte)).count();
    // dots that follow a whole number are the note of a cut
    let token = rest[..length].trim_end_matches("...");
    if !token.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(NotJson);
    }
    cursor.skip(token.len());
    if cursor.is_at_end() {
        cursor.cut();
        return Ok(None);
    }
    if let Ok(number) = serde_json::from_str::<Number>(token) {
        return Ok(Some(Json::Number(number)));
    }
    match token.parse::<f64>() {
        Ok(double) => Ok(Some(Number::from_f64(double).map_or_else(|| Json::from(token), Json::Number))),
        Err(_) => Err(NotJson),
    }
}
