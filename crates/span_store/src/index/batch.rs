//! What the indexer hands over to be committed. Pure.

use junjo_wal::Sequence;

use crate::dataset::Dataset;
use crate::log_row::LogRow;
use crate::progress::Within;
use crate::row::SpanRow;

/// What the indexer hands over: the decoded spans of the records up to and including `span_cursor`, and the decoded log
/// records of those up to and including `log_record_cursor`.
#[derive(Debug, Default)]
pub struct IndexBatch {
    /// Rows in place order.
    pub rows: Vec<SpanRow>,
    /// Log records in place order.
    pub logs: Vec<LogRow>,
    /// Newest record in the batch; the index's cursor after the commit.
    pub span_cursor: Sequence,
    /// The same for log records.
    pub log_record_cursor: Sequence,
    /// Spans in the batch's records, those in quarantined records included.
    pub span_count: u64,
    /// Spans in the batch's records that an archive file no longer has because a later arrival replaced them.
    pub superseded_spans: u64,
    /// All spans up to `span_cursor`, when that is known better than by adding `span_count`.
    pub total_spans: Option<u64>,
    /// Log records in the batch's records, those in quarantined records included.
    pub log_count: u64,
    /// Log records in the batch's records that an archive file no longer has because a later arrival replaced them.
    pub superseded_logs: u64,
    /// All log records up to `log_record_cursor`, when that is known better than by adding `log_count`.
    pub total_logs: Option<u64>,
    /// Records that could not be decoded and are kept in the quarantine folder.
    pub quarantined_batches: u64,
    /// Spans that those records claimed to hold.
    pub quarantined_spans: u64,
    /// The record behind both cursors whose first items are in the batch, or were in one before.
    pub within: Option<Within>,
}

impl IndexBatch {
    /// Ends the batch at a record, with all items of the dataset up to there where that is known.
    pub(crate) fn end_at(&mut self, dataset: Dataset, through: Sequence, total: Option<u64>) {
        match dataset {
            Dataset::Spans => (self.span_cursor, self.total_spans) = (through, total),
            Dataset::Logs => (self.log_record_cursor, self.total_logs) = (through, total),
        }
    }

    /// Says how many items of the batch's records an archive file no longer has.
    pub(crate) fn set_superseded(&mut self, dataset: Dataset, count: u64) {
        match dataset {
            Dataset::Spans => self.superseded_spans = count,
            Dataset::Logs => self.superseded_logs = count,
        }
    }
}
