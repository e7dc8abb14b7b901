//! Reads JSON out of attribute values, where it is often cut at a length limit or not strictly JSON.
//!
//! Attributes hold JSON as text that the client's SDK may cut anywhere, and that Python writes with `NaN`, lone surrogates
//! or as the repr of a dict. What can be read is read; a text that is no JSON at all stays a text. The reader takes time
//! linear in the text and never goes deeper than `DEPTH_MAX`.
//!
//! | in the text | in the result |
//! |---|---|
//! | strict JSON | as `serde_json` reads it |
//! | the end, inside an object or list | what was whole; of an open text what is there; the result is marked as cut |
//! | the end, inside a key, number, literal or escape | nothing for it, for its value is not known |
//! | `...`, `…` or `[truncated]` where a value or the end should be | the same as the end |
//! | `NaN`, `Infinity`, `-Infinity`, `nan`, `inf` | `"NaN"`, `"Infinity"`, `"-Infinity"` |
//! | a number that no double holds | its text |
//! | half of a surrogate pair | U+FFFD |
//! | `'text'`, `True`, `False`, `None`, `\x41` | as Python means them |
//! | control characters in a text, unknown escapes | themselves |
//! | a comma before a bracket that closes | nothing |
//! | a key that repeats | its last value |
//! | a level below `DEPTH_MAX` | its text |

mod cursor;
mod reader;
mod reading;
mod scalar;
mod string;

use serde_json::Value as Json;

pub(crate) use reading::Reading;

/// The JSON object, list or string in `text`; `None` when it holds none. Numbers stay texts: "007" is none.
pub(crate) fn read(text: &str) -> Option<Reading> {
    if !text.trim_start().starts_with(['{', '[', '"']) {
        return None;
    }
    serde_json::from_str(text).map_or_else(|_| reader::read(text), |json| Some(Reading::whole(json)))
}

/// The JSON object, list or string in `text`, else the text itself.
pub(crate) fn read_or_text(text: &str) -> Reading {
    read(text).unwrap_or_else(|| Reading::whole(Json::from(text)))
}

#[cfg(test)]
mod tests;
