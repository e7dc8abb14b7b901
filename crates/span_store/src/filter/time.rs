//! A range of time. Pure.

/// A half-open range of unix nanoseconds: `from <= t < to`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// Inclusive.
    pub from_unix_nano: Option<i64>,
    /// Exclusive.
    pub to_unix_nano: Option<i64>,
}
