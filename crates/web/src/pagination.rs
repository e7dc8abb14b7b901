//! Cursor pagination: the page envelope, opaque cursors and the page-size limit.
//!
//! | part of a cursor | bytes | meaning |
//! |---|---|---|
//! | version | 1 | the caller's number; another one is refused, so a cursor never outlives its shape |
//! | key | rest | JSON of the caller's key type |
//!
//! The whole is base64url without padding. A cursor is not a secret and not a capability: it must hold only what the
//! page already showed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, ApiResult};

/// Longest cursor that is looked at; ours are far shorter.
const CURSOR_CHARS_MAX: usize = 2048;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows, `[]` when there are none.
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page made from up to `limit + 1` rows: the extra row only says that there are more. `cursor_of` names the last
    /// row kept.
    pub fn from_rows(mut rows: Vec<T>, limit: usize, cursor_of: impl FnOnce(&T) -> String) -> Self {
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if has_more { rows.last().map(cursor_of) } else { None };
        Self { items: rows, next_cursor }
    }

    /// The same page with each row converted.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(convert).collect(), next_cursor: self.next_cursor }
    }
}

/// An opaque cursor for `key`, readable only with the same `version`.
pub fn encode_cursor<T: Serialize>(version: u8, key: &T) -> String {
    let mut bytes = vec![version];
    serde_json::to_writer(&mut bytes, key).expect("cursor keys are plain structs of strings and numbers");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key inside `cursor`, or a 400 when it is not one of ours.
pub fn decode_cursor<T: DeserializeOwned>(version: u8, cursor: &str) -> ApiResult<T> {
    try_decode(version, cursor).ok_or_else(|| {
        ApiError::invalid_field("cursor", "This cursor is not valid. Start again without one.")
    })
}

fn try_decode<T: DeserializeOwned>(version: u8, cursor: &str) -> Option<T> {
    if cursor.len() > CURSOR_CHARS_MAX {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (found_version, key) = bytes.split_first()?;
    if *found_version != version {
        return None;
    }
    serde_json::from_slice(key).ok()
}

/// The page sizes that a list accepts.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    default: u32,
    max: u32,
}

impl Limit {
    /// `default` rows when the client names none, never more than `max`.
    pub const fn new(default: u32, max: u32) -> Self {
        assert!(default >= 1 && default <= max, "a page holds at least one row and at most max");
        Self { default, max }
    }

    /// The page size for what the client asked: between 1 and the maximum.
    pub fn clamp(self, requested: Option<u32>) -> usize {
        requested.unwrap_or(self.default).clamp(1, self.max) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorKind;

    proptest! {
        /// Scenario: any key. Guarantee: it survives the round trip, and another version refuses it.
        #[test]
        fn cursor_round_trips(time in any::<i64>(), id in ".{0,40}") {
            let cursor = encode_cursor(3, &(time, id.clone()));
            prop_assert_eq!(decode_cursor::<(i64, String)>(3, &cursor).unwrap(), (time, id));
            prop_assert!(decode_cursor::<(i64, String)>(4, &cursor).is_err());
        }

        /// Scenario: arbitrary text as a cursor. Guarantee: 400 or a key, never a panic.
        #[test]
        fn arbitrary_cursor_never_panics(text in ".{0,200}") {
            if let Err(error) = decode_cursor::<(i64, String)>(1, &text) {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidInput);
            }
        }
    }

    /// Scenario: one row more than the limit, and exactly the limit. Guarantee: a next cursor only in the first case.
    #[test]
    fn page_has_a_cursor_only_when_more_rows_exist() {
        let page = Page::from_rows(vec![1, 2, 3], 2, |last| encode_cursor(1, last));
        assert_eq!(page.items, [1, 2]);
        assert_eq!(decode_cursor::<i32>(1, &page.next_cursor.unwrap()).unwrap(), 2);
        assert_eq!(Page::from_rows(vec![1, 2], 2, |_| String::new()).next_cursor, None);
    }

    /// Scenario: no size, zero, and a huge one. Guarantee: default, 1, maximum.
    #[test]
    fn limit_clamps() {
        let limit = Limit::new(50, 500);
        assert_eq!((limit.clamp(None), limit.clamp(Some(0)), limit.clamp(Some(9999))), (50, 1, 500));
    }
}
