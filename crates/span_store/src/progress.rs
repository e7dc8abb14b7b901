//! How far the index is, and what it has counted. Pure.

use junjo_wal::Sequence;

use crate::dataset::Dataset;

/// How far the index is, durable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Every record of spans up to this one is indexed.
    pub span_cursor: Sequence,
    /// Every record of log records up to this one is indexed. Both are the same but during a rebuild.
    pub log_record_cursor: Sequence,
    /// All log records ever processed, duplicates and quarantined ones included.
    pub indexed_logs: u64,
    /// Log records that arrived again.
    pub duplicate_logs: u64,
    /// All spans ever processed, duplicates and quarantined ones included.
    pub indexed_spans: u64,
    /// Spans that replaced an earlier arrival of the same span, or arrived twice in one batch.
    pub duplicate_spans: u64,
    /// Records that could not be indexed.
    pub quarantined_batches: u64,
    /// Spans that those records claimed to hold.
    pub quarantined_spans: u64,
}

impl Progress {
    /// Every record of the wal up to this one is indexed, whatever it holds.
    pub fn indexed_through(&self) -> Sequence {
        self.span_cursor.min(self.log_record_cursor)
    }

    /// How far a dataset is, and how many items that are.
    pub(crate) fn of(&self, dataset: Dataset) -> (Sequence, u64) {
        match dataset {
            Dataset::Spans => (self.span_cursor, self.indexed_spans),
            Dataset::Logs => (self.log_record_cursor, self.indexed_logs),
        }
    }

    /// Adopts the saved totals once the cursor passes them: `before` was behind `known`, and this is at it. Rows that are gone
    /// are in no other count.
    pub(crate) fn adopting(self, before: Self, known: Self) -> Self {
        let is_reached = |from: Sequence, to: Sequence| from < known.span_cursor && to == known.span_cursor;
        let mut next = self;
        if is_reached(before.span_cursor, self.span_cursor) {
            (next.indexed_spans, next.duplicate_spans) = (known.indexed_spans, known.duplicate_spans);
        }
        if is_reached(before.log_record_cursor, self.log_record_cursor) {
            (next.indexed_logs, next.duplicate_logs) = (known.indexed_logs, known.duplicate_logs);
        }
        if is_reached(before.indexed_through(), self.indexed_through()) {
            (next.quarantined_batches, next.quarantined_spans) =
                (known.quarantined_batches, known.quarantined_spans);
        }
        next
    }

    /// The newest record that any row comes from.
    pub fn newest(&self) -> Sequence {
        self.span_cursor.max(self.log_record_cursor)
    }
}
