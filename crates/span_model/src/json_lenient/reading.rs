//! What the lenient reader says about a text.

use serde_json::Value as Json;

/// Levels of objects and lists that are read, as many as `serde_json` reads.
pub(super) const DEPTH_MAX: usize = 127;

/// What a text holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    /// The value, as far as it goes.
    pub(crate) json: Json,
    /// Whether the text ended before the value did.
    pub(crate) is_cut: bool,
    /// How many values were still open at the cut: the whole, its last member, that one's last member, and so on. A text
    /// that was cut counts as one.
    pub(crate) open_levels: usize,
}

impl Reading {
    /// A value that is whole.
    pub(crate) fn whole(json: Json) -> Self {
        Self { json, is_cut: false, open_levels: 0 }
    }
}
