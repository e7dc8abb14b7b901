//! A range of records of the write-ahead log.

use duckdb::types::Value;
use junjo_wal::Sequence;

use crate::filter::conditions::Conditions;

/// The records `after < sequence <= last`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Records {
    pub(crate) after: Sequence,
    pub(crate) last: Sequence,
}

impl Records {
    /// All there are.
    pub(crate) const ALL: Self = Self { after: Sequence(i64::MIN), last: Sequence(i64::MAX) };

    /// Those of both.
    pub(crate) fn within(self, other: Self) -> Self {
        Self { after: self.after.max(other.after), last: self.last.min(other.last) }
    }

    /// Only rows of these records.
    pub(crate) fn push_to(self, conditions: &mut Conditions) {
        conditions.push(
            "sequence > ? AND sequence <= ?",
            [Value::BigInt(self.after.0), Value::BigInt(self.last.0)],
        );
    }
}
