//! The wall clock, for the times in made-up spans.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix nanoseconds now.
#[expect(clippy::disallowed_methods, reason = "a measuring tool is an edge; nothing here takes a clock")]
pub(crate) fn unix_nanos() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
