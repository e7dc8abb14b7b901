//! Records into the index in pieces: a commit has so many rows and so many bytes at most, wherever that is in a record. The
//! cursor within the record is committed with the rows, so a piece is indexed once, whenever the process ends.
//!
//! The message of one record is in memory while its pieces are made, decompressed; its rows are there one piece at a time.

use std::ops::ControlFlow;

use junjo_memory::{Loan, Memory, Part};
use junjo_wal::{Record, Sequence};

use crate::dataset::Dataset;
use crate::decode::{DecodeFailure, Message};
use crate::error::StoreError;
use crate::index::batch::IndexBatch;
use crate::log_row::LogRow;
use crate::progress::Within;
use crate::row::SpanRow;
use crate::store::SpanStore;
use crate::turns::Busy;

/// Rows in one commit: about where DuckDB's cost per row levels off.
const ROWS_MAX: usize = 30_000;
/// Rows that are committed together even where memory is short: with fewer, commits cost more than rows.
const ROWS_MIN: usize = 256;
/// [`Part::Index`] is divided into so many shares; one is for records that were read, two are for rows of large traces.
const SHARES: u64 = 8;
/// Those for a message and its rows.
const SHARES_OF_PIECES: u64 = 5;
/// Of these, for rows beside a message that takes nearly everything.
const SHARE_OF_ROWS: u64 = 3;
/// The loan for rows grows by so much at a time.
const GROWTH_BYTES: u64 = 256 << 10;

/// What was committed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Indexed {
    /// Spans, those in quarantined records included.
    pub spans: u64,
    /// Log records.
    pub logs: u64,
    /// Records that are in the quarantine folder now.
    pub quarantined: u64,
}

/// Where one record's items go, and in pieces of which size.
pub struct Pieces<'a> {
    store: &'a SpanStore,
    /// Asked between pieces.
    is_stopping: &'a dyn Fn() -> bool,
    rows_max: usize,
    /// What rows and a message may take together.
    share: u64,
    message: Loan,
    rows: Loan,
    bytes: u64,
    batch: IndexBatch,
    indexed: Indexed,
    _busy: Busy,
}

/// Why the items of a record are not all in the batch.
enum Failed {
    Record(DecodeFailure),
    Store(StoreError),
}

impl<'a> Pieces<'a> {
    /// Pieces of the usual size; `is_stopping` is asked after each, and nothing more is done once it is true.
    pub fn new(store: &'a SpanStore, memory: &Memory, is_stopping: &'a dyn Fn() -> bool) -> Self {
        Self {
            store,
            is_stopping,
            rows_max: ROWS_MAX,
            share: memory.bytes_max(Part::Index) / SHARES * SHARES_OF_PIECES,
            message: memory.empty(Part::Index),
            rows: memory.empty(Part::Index),
            bytes: 0,
            batch: IndexBatch::default(),
            indexed: Indexed::default(),
            _busy: store.is_indexing(),
        }
    }

    /// The same with so many rows a piece.
    #[cfg(test)]
    pub(crate) fn of(self, rows_max: usize) -> Self {
        Self { rows_max, ..self }
    }

    /// Adds what the index does not have of the next record, and commits as often as a piece is full. A record that cannot
    /// be decoded is kept durably before the cursor moves past it. Blocking.
    pub fn add(&mut self, record: &Record) -> Result<(), StoreError> {
        let (dataset, progress) = (Dataset::of(record), self.store.progress());
        if record.sequence > progress.of(dataset).0 {
            let items = record.item_count as usize;
            if self.len() > 0 && self.len() + items > self.rows_max {
                self.commit(None)?;
            }
            self.add_new(record, dataset, progress.items_within(dataset, record.sequence))?;
        }
        (self.batch.span_cursor, self.batch.log_record_cursor) = (record.sequence, record.sequence);
        Ok(())
    }

    /// Commits what is left, with the cursor at `last`. Blocking.
    pub fn finish(mut self, last: Sequence) -> Result<Indexed, StoreError> {
        (self.batch.span_cursor, self.batch.log_record_cursor) = (last, last);
        self.commit(None)?;
        Ok(self.indexed)
    }

    fn add_new(&mut self, record: &Record, dataset: Dataset, from: u32) -> Result<(), StoreError> {
        let before = (self.batch.rows.len(), self.batch.logs.len());
        let mut counted = from;
        let is_aside = self.store.quarantine().has(record.sequence);
        let outcome = if is_aside {
            Err(Failed::Record(DecodeFailure::Deadly))
        } else {
            self.add_items(record, dataset, &mut counted)
        };
        match outcome {
            Ok(()) => {}
            Err(Failed::Store(error)) => return Err(error),
            Err(Failed::Record(failure)) => {
                // after a piece of it the batch has nothing else
                let (spans, logs) = if counted > from { (0, 0) } else { before };
                self.batch.rows.truncate(spans);
                self.batch.logs.truncate(logs);
                self.store.quarantine().keep(record, &failure)?;
                self.batch.quarantined_batches += 1;
                if dataset == Dataset::Spans {
                    // what was indexed of one that is put aside is deleted then
                    let left = if is_aside { 0 } else { counted };
                    self.batch.quarantined_spans += u64::from(record.item_count.saturating_sub(left));
                }
            }
        }
        self.message.shrink_to(0);
        self.count(dataset, record.item_count.saturating_sub(counted));
        Ok(())
    }

    /// Adds the items behind the first `counted`, which grows with each piece that is committed.
    fn add_items(&mut self, record: &Record, dataset: Dataset, counted: &mut u32) -> Result<(), Failed> {
        // the largest one is larger than a small share, and has to come through all the same
        let bytes = record.message_bytes().min(self.share - self.share / SHARE_OF_ROWS);
        let _ = self.message.try_grow(bytes.saturating_sub(self.rows.bytes()));
        let message = Message::open(record).map_err(Failed::Record)?;
        let (mut at, skip, prices) = (*counted, *counted, self.store.prices());
        let mut failed = None;
        let decoded = match dataset {
            Dataset::Spans => message.span_rows(prices, skip, &mut |row| {
                self.push_span(row);
                at += 1;
                self.cut(&message, at, counted, &mut failed)
            }),
            Dataset::Logs => message.log_rows(skip, &mut |row| {
                self.push_log(row);
                at += 1;
                self.cut(&message, at, counted, &mut failed)
            }),
        };
        match failed {
            Some(failed) => Err(failed),
            None => decoded.map_err(Failed::Record),
        }
    }

    /// Commits a full piece: the items of the record up to `at`.
    fn cut(
        &mut self,
        message: &Message<'_>,
        at: u32,
        counted: &mut u32,
        failed: &mut Option<Failed>,
    ) -> ControlFlow<()> {
        if !self.is_full() {
            return ControlFlow::Continue(());
        }
        // nothing of a record is indexed that the archive will not have
        let checked = if *counted == 0 { message.check() } else { Ok(()) };
        let committed = checked.map_err(Failed::Record).and_then(|()| {
            let (dataset, sequence) = (message.dataset(), message.sequence());
            self.count(dataset, at - *counted);
            self.commit(Some(Within::of(dataset, sequence, at))).map_err(Failed::Store)?;
            *counted = at;
            if (self.is_stopping)() { Err(Failed::Store(StoreError::Interrupted)) } else { Ok(()) }
        });
        match committed {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                *failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn push_span(&mut self, row: SpanRow) {
        // once as it is, and once more on its way into the index
        self.grow(2 * (size_of::<SpanRow>() + row.text_bytes()));
        self.batch.rows.push(row);
    }

    fn push_log(&mut self, row: LogRow) {
        self.grow(
            2 * (size_of::<LogRow>() + row.service.len() + row.event_name.as_ref().map_or(0, String::len)),
        );
        self.batch.logs.push(row);
    }

    fn grow(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if self.bytes > self.rows.bytes() && self.bytes <= self.room() {
            // without it the piece is full, see below
            let _ = self.rows.try_grow(GROWTH_BYTES.max(bytes as u64));
        }
    }

    /// What rows may take beside the message.
    fn room(&self) -> u64 {
        let left = self.share.saturating_sub(self.message.bytes());
        left.max(self.share / SHARE_OF_ROWS).saturating_sub(GROWTH_BYTES)
    }

    fn is_full(&self) -> bool {
        self.len() >= self.rows_max || (self.bytes > self.rows.bytes() && self.len() >= ROWS_MIN)
    }

    fn len(&self) -> usize {
        self.batch.rows.len() + self.batch.logs.len()
    }

    fn count(&mut self, dataset: Dataset, items: u32) {
        match dataset {
            Dataset::Spans => self.batch.span_count += u64::from(items),
            Dataset::Logs => self.batch.log_count += u64::from(items),
        }
    }

    fn commit(&mut self, within: Option<Within>) -> Result<(), StoreError> {
        self.batch.within = within;
        self.store.commit(&self.batch)?;
        let done = std::mem::take(&mut self.batch);
        (self.batch.span_cursor, self.batch.log_record_cursor) = (done.span_cursor, done.log_record_cursor);
        self.indexed.spans += done.span_count;
        self.indexed.logs += done.log_count;
        self.indexed.quarantined += done.quarantined_batches;
        self.rows.shrink_to(0);
        self.bytes = 0;
        Ok(())
    }
}
