//! Cursors of `/otel`'s lists: a position in a list, tied to the filters of its first page. They never hold more than that
//! page showed.
//!
//! Behind the version byte of [`junjo_web::encode_cursor`] stands the JSON `[position, filter]`: the position is one of the
//! arrays below, `filter` is [`filter_hash`] of what the list was asked for.
//!
//! | list | position |
//! |---|---|
//! | traces | start, trace id or null, newest record |
//! | spans, runs | start, `[trace id, span id]` or null, newest record |
//! | log records | time, record and ordinal of its place, newest record |
//! | traces, runs in another order | figure or null, trace id, span id or null, newest record |
//! | conversations, users | figure or null, MD5 of the id, newest record |
//! | traces of a conversation | start, trace id |
//! | spans of a trace | start, span id |
//!
//! Times are unix nanoseconds. Without an id the page ended without a row, because a search stopped early: the next one goes
//! on behind everything that started then.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{
    ConversationPosition, GroupCursor, LogCursor, OrderedCursor, Place, SpanCursor, TraceCursor,
    TracePosition,
};
use junjo_wal::Sequence;
use junjo_web::{ApiError, ApiResult, decode_cursor, encode_cursor};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Raised when a table row above changes. 2: arrays, and positions without an id. 3: figures.
pub const CURSOR_VERSION: u8 = 3;

/// A place in a list where the next page begins.
pub(crate) trait Position: Sized {
    /// What stands in the cursor.
    type Wire: Serialize + DeserializeOwned;

    fn to_wire(&self) -> Self::Wire;

    fn from_wire(wire: Self::Wire) -> Self;
}

/// The cursor of a page that ends at `position` of a list with this [`filter_hash`].
pub(crate) fn encode_position<P: Position>(position: &P, filter: u64) -> String {
    encode_cursor(CURSOR_VERSION, &(position.to_wire(), filter))
}

/// The position in `cursor`, which has to come from a list with the same filters.
pub(crate) fn decode_position<P: Position>(cursor: &str, filter: u64) -> ApiResult<P> {
    // a list in another order has positions of another form
    let (_, tied_to): (serde::de::IgnoredAny, u64) = decode_cursor(CURSOR_VERSION, cursor)?;
    if tied_to != filter {
        return Err(ApiError::invalid_field(
            "cursor",
            "this cursor belongs to a list with other filters or another order: start again without it",
        ));
    }
    let (wire, _): (P::Wire, u64) = decode_cursor(CURSOR_VERSION, cursor)?;
    Ok(P::from_wire(wire))
}

/// The same for equal filters within one version of the server, which is as long as a cursor lives.
pub(crate) fn filter_hash(filter: &impl std::fmt::Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{filter:?}").hash(&mut hasher);
    hasher.finish()
}

impl Position for TraceCursor {
    type Wire = (i64, Option<TraceId>, i64);

    fn to_wire(&self) -> Self::Wire {
        (self.start_unix_nano, self.trace_id, self.newest.0)
    }

    fn from_wire((start_unix_nano, trace_id, newest): Self::Wire) -> Self {
        Self { start_unix_nano, trace_id, newest: Sequence(newest) }
    }
}

impl Position for SpanCursor {
    type Wire = (i64, Option<(TraceId, SpanId)>, i64);

    fn to_wire(&self) -> Self::Wire {
        (self.start_unix_nano, self.span, self.newest.0)
    }

    fn from_wire((start_unix_nano, span, newest): Self::Wire) -> Self {
        Self { start_unix_nano, span, newest: Sequence(newest) }
    }
}

impl Position for LogCursor {
    type Wire = (i64, i64, i32, i64);

    fn to_wire(&self) -> Self::Wire {
        (self.time_unix_nano, self.place.sequence.0, self.place.ordinal, self.newest.0)
    }

    fn from_wire((time_unix_nano, sequence, ordinal, newest): Self::Wire) -> Self {
        let place = Place { sequence: Sequence(sequence), ordinal };
        Self { time_unix_nano, place, newest: Sequence(newest) }
    }
}

impl Position for GroupCursor {
    type Wire = (Option<i64>, String, i64);

    fn to_wire(&self) -> Self::Wire {
        (self.value, self.id_md5.clone(), self.newest.0)
    }

    fn from_wire((value, id_md5, newest): Self::Wire) -> Self {
        Self { value, id_md5, newest: Sequence(newest) }
    }
}

impl Position for OrderedCursor {
    type Wire = (Option<i64>, TraceId, Option<SpanId>, i64);

    fn to_wire(&self) -> Self::Wire {
        (self.value, self.trace_id, self.span_id, self.newest.0)
    }

    fn from_wire((value, trace_id, span_id, newest): Self::Wire) -> Self {
        Self { value, trace_id, span_id, newest: Sequence(newest) }
    }
}

impl Position for ConversationPosition {
    type Wire = (i64, TraceId);

    fn to_wire(&self) -> Self::Wire {
        (self.start_unix_nano, self.trace_id)
    }

    fn from_wire((start_unix_nano, trace_id): Self::Wire) -> Self {
        Self { start_unix_nano, trace_id }
    }
}

impl Position for TracePosition {
    type Wire = (i64, SpanId);

    fn to_wire(&self) -> Self::Wire {
        (self.start_unix_nano, self.span_id)
    }

    fn from_wire((start_unix_nano, span_id): Self::Wire) -> Self {
        Self { start_unix_nano, span_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returns<P: Position + PartialEq + std::fmt::Debug>(position: &P) {
        let cursor = encode_position(position, 7);
        assert_eq!(decode_position::<P>(&cursor, 7).unwrap(), *position);
        assert!(decode_position::<P>(&cursor, 8).is_err(), "{position:?}");
    }

    /// Scenario: pages that end behind a row, and pages of a search that stopped before it found one. Guarantee: the cursor
    /// of each leads back to its position, and only with the same filters.
    #[test]
    fn decode_position_returns_what_was_encoded() {
        let (start_unix_nano, newest) = (i64::MAX, Sequence(3));
        for trace_id in [None, Some(TraceId([1; 16]))] {
            returns(&TraceCursor { start_unix_nano, trace_id, newest });
            let span = trace_id.map(|trace_id| (trace_id, SpanId([2; 8])));
            returns(&SpanCursor { start_unix_nano, span, newest });
        }
        let place = Place { sequence: Sequence(1), ordinal: i32::MAX };
        returns(&LogCursor { time_unix_nano: 0, place, newest });
        for value in [None, Some(i64::MIN)] {
            returns(&GroupCursor { value, id_md5: "0".repeat(32), newest });
            for span_id in [None, Some(SpanId([2; 8]))] {
                returns(&OrderedCursor { value, trace_id: TraceId([1; 16]), span_id, newest });
            }
        }
        returns(&ConversationPosition { start_unix_nano, trace_id: TraceId([1; 16]) });
        returns(&TracePosition { start_unix_nano, span_id: SpanId([1; 8]) });
    }
}
