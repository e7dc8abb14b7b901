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
    /// The record behind the cursors that is indexed in part.
    pub within: Within,
}

/// A record whose first items are in the index while the cursors are still before it. Its items are counted already; the ones
/// that are left out of it are not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Within {
    /// The record; 0 for none.
    pub sequence: Sequence,
    /// Spans of it that are indexed.
    pub spans: u32,
    /// Log records of it that are indexed.
    pub logs: u32,
}

impl Within {
    /// The first `items` of a record of `dataset`.
    pub fn of(dataset: Dataset, sequence: Sequence, items: u32) -> Self {
        match dataset {
            Dataset::Spans => Self { sequence, spans: items, logs: 0 },
            Dataset::Logs => Self { sequence, spans: 0, logs: items },
        }
    }

    fn items(&self, dataset: Dataset) -> u32 {
        match dataset {
            Dataset::Spans => self.spans,
            Dataset::Logs => self.logs,
        }
    }
}

impl Progress {
    /// Every record of the wal up to this one is indexed, whatever it holds.
    pub fn indexed_through(&self) -> Sequence {
        self.span_cursor.min(self.log_record_cursor)
    }

    /// How far a dataset is in whole records, and how many items those are.
    pub fn of(&self, dataset: Dataset) -> (Sequence, u64) {
        let (cursor, items) = match dataset {
            Dataset::Spans => (self.span_cursor, self.indexed_spans),
            Dataset::Logs => (self.log_record_cursor, self.indexed_logs),
        };
        (cursor, items.saturating_sub(self.within.items(dataset).into()))
    }

    /// How many items of the record behind the cursors are indexed.
    pub fn items_within(&self, dataset: Dataset, sequence: Sequence) -> u32 {
        if self.within.sequence == sequence { self.within.items(dataset) } else { 0 }
    }

    /// The part of a record that is indexed, after a commit that may have begun another: none once the cursors are past it.
    pub(crate) fn with_within(self, begun: Option<Within>) -> Self {
        let within = begun.unwrap_or(self.within);
        let cursor = if within.logs > 0 { self.log_record_cursor } else { self.span_cursor };
        Self { within: if within.sequence > cursor { within } else { Within::default() }, ..self }
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

    /// The newest record that is indexed whole.
    pub fn newest(&self) -> Sequence {
        self.span_cursor.max(self.log_record_cursor)
    }

    /// The newest record that any row comes from.
    pub(crate) fn newest_row(&self) -> Sequence {
        self.newest().max(self.within.sequence)
    }
}
