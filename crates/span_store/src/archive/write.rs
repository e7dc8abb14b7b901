//! Sealing: a contiguous range of records becomes one Parquet file (temp file, fsync, rename, fsync of the folder).

use std::path::{Path, PathBuf};

use ahash::AHashSet;
use arrow::datatypes::SchemaRef;
use junjo_memory::Loan;
use junjo_span_model::{DERIVE_VERSION, PriceTable};
use junjo_wal::{Record, Sequence, Wal};

use super::item::ArchiveItem;
use super::repeats::{Hashes, Repeated, Superseded};
use super::writer::{FileWriter, Finished};
use crate::catalog::file::ArchiveFile;
use crate::catalog::to_delete::ToDelete;
use crate::dataset::Dataset;
use crate::decode::{DecodeFailure, check};
use crate::error::StoreError;
use crate::quarantine::Quarantine;
use crate::row::Place;
use crate::turns::{Steps, Turns};
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// Rows converted to Arrow at a time.
const BATCH_ROWS: usize = 1024;
/// Message of a record whose items are kept until its end is known to decode. That of a larger one is decoded twice instead.
const WHOLE_RECORD_BYTES_MAX: u64 = 2 << 20;
/// Payload read from the wal at a time.
const READ_BYTES: u64 = 1 << 20;

/// A contiguous range of one dataset's records that were received on one UTC day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealRange {
    pub(crate) dataset: Dataset,
    pub(crate) after: Sequence,
    pub(crate) last: Sequence,
    /// `YYYY-MM-DD`
    pub(crate) received_day: String,
}

/// What a seal reads and where it writes.
pub(crate) struct SealJob<'a> {
    pub(crate) wal: &'a Wal,
    pub(crate) range: &'a SealRange,
    pub(crate) archive_dir: &'a Path,
    pub(crate) prices: &'a PriceTable,
    pub(crate) quarantine: &'a Quarantine,
    /// What is left out because its deletion was requested.
    pub(crate) to_delete: &'a ToDelete,
    /// Between steps it gives way to whoever indexes.
    pub(crate) turns: &'a Turns,
}

/// Writes the file of a range; `None` when its records hold nothing. Blocking.
pub(crate) fn write_file(job: &SealJob<'_>) -> Result<Option<ArchiveFile>, StoreError> {
    match job.range.dataset {
        Dataset::Spans => write_items::<WholeSpan>(job),
        Dataset::Logs => write_items::<WholeLog>(job),
    }
}

fn write_items<T: ArchiveItem>(job: &SealJob<'_>) -> Result<Option<ArchiveFile>, StoreError> {
    let Some(written) = write_once::<T>(job, &AHashSet::new())? else { return Ok(None) };
    let repeated = written.hashes.repeated();
    if repeated.is_empty() {
        return written.finished.publish(job.archive_dir).map(Some);
    }
    // items that arrived twice in this range (a client's retry): write again without the earlier arrivals
    written.finished.discard();
    let again = write_once::<T>(job, &superseded::<T>(job, &repeated)?)?;
    again.map(|written| written.finished.publish(job.archive_dir)).transpose()
}

/// A complete temporary file.
struct Written {
    finished: Finished,
    hashes: Hashes,
}

fn write_once<T: ArchiveItem>(
    job: &SealJob<'_>,
    skip: &AHashSet<Place>,
) -> Result<Option<Written>, StoreError> {
    let SealJob { range, prices, quarantine, .. } = *job;
    let folder = job.archive_dir.join(format!("day={}", range.received_day));
    std::fs::create_dir_all(&folder).map_err(StoreError::io("create", &folder))?;
    let temporary = folder.join(format!("{}-{:020}.tmp", range.dataset.as_str(), range.last.0));
    let mut sink: Sink<'_, T> = Sink::create(temporary, skip, job)?;
    let first = each_record(job, &mut |record| {
        sink.items += u64::from(record.item_count);
        if quarantine.has(record.sequence) {
            return Ok(());
        }
        match sink.take(record, prices)? {
            Ok(()) => Ok(()),
            Err(failure) => quarantine.keep(record, &failure),
        }
    })?;
    sink.finish(range, first.unwrap_or(range.last), job.wal)
}

/// Places of the items of the range that a later one replaces.
fn superseded<T: ArchiveItem>(job: &SealJob<'_>, repeated: &Repeated) -> Result<AHashSet<Place>, StoreError> {
    let mut superseded = Superseded::among(repeated);
    each_record(job, &mut |record| {
        if job.quarantine.has(record.sequence) {
            return Ok(());
        }
        let decoded = T::decode(record, job.prices, &|_| true, &mut |item| {
            let place = item.place();
            if let Some(identity) = item.identity()
                && !job.to_delete.has(item.trace_id(), item.service(), place.sequence)
            {
                superseded.take(identity, place);
            }
        });
        decoded.or_else(|failure| job.quarantine.keep(record, &failure))
    })?;
    Ok(superseded.places())
}

/// Hands over each record of the range that belongs to its dataset; returns the first one's sequence.
fn each_record(
    job: &SealJob<'_>,
    take: &mut dyn FnMut(&Record) -> Result<(), StoreError>,
) -> Result<Option<Sequence>, StoreError> {
    let (mut at, mut first) = (job.range.after, None);
    while at < job.range.last {
        let records = job.wal.read_after(at, READ_BYTES).map_err(StoreError::Wal)?;
        if records.is_empty() {
            break;
        }
        for record in &records {
            if record.sequence > job.range.last {
                return Ok(first);
            }
            at = record.sequence;
            if Dataset::of(record) == job.range.dataset {
                first = first.or(Some(record.sequence));
                take(record)?;
            }
        }
    }
    Ok(first)
}

/// The open file and what is known of its content so far.
struct Sink<'s, T: ArchiveItem> {
    schema: SchemaRef,
    writer: FileWriter,
    pending: Vec<T>,
    pending_bytes: usize,
    items: u64,
    rows: u64,
    deleted: u64,
    bounds: (i64, i64),
    hashes: Hashes,
    skip: &'s AHashSet<Place>,
    to_delete: &'s ToDelete,
    /// Text converted to Arrow at a time.
    batch_bytes: usize,
    steps: Steps,
    _loan: Option<Loan>,
}

impl<'s, T: ArchiveItem> Sink<'s, T> {
    fn create(path: PathBuf, skip: &'s AHashSet<Place>, job: &SealJob<'s>) -> Result<Self, StoreError> {
        let (schema, room) = (T::schema(), &job.turns.room);
        Ok(Self {
            writer: FileWriter::create(path, schema.clone(), room.group_bytes())?,
            schema,
            pending: Vec::with_capacity(BATCH_ROWS),
            pending_bytes: 0,
            items: 0,
            rows: 0,
            deleted: 0,
            bounds: (i64::MAX, i64::MIN),
            hashes: Hashes::default(),
            skip,
            to_delete: job.to_delete,
            batch_bytes: room.batch_bytes(),
            steps: job.turns.steps(),
            _loan: room.reserve(),
        })
    }

    /// Takes the items of a record, all of them or, where it does not decode, none.
    fn take(
        &mut self,
        record: &Record,
        prices: &PriceTable,
    ) -> Result<Result<(), DecodeFailure>, StoreError> {
        if record.message_bytes() <= WHOLE_RECORD_BYTES_MAX {
            let mut items = Vec::new();
            let decoded = T::decode(record, prices, &|_| true, &mut |item| items.push(item));
            if decoded.is_ok() {
                items.into_iter().try_for_each(|item| self.push(item))?;
            }
            return Ok(decoded);
        }
        if let Err(failure) = check(record) {
            return Ok(Err(failure));
        }
        let mut pushed = Ok(());
        let decoded = T::decode(record, prices, &|_| true, &mut |item| {
            if pushed.is_ok() {
                pushed = self.push(item);
            }
        });
        pushed.map(|()| decoded)
    }

    fn push(&mut self, item: T) -> Result<(), StoreError> {
        let place = item.place();
        if self.skip.contains(&place) {
            return Ok(());
        }
        if self.to_delete.has(item.trace_id(), item.service(), place.sequence) {
            self.deleted += 1;
            return Ok(());
        }
        if let Some(identity) = item.identity() {
            self.hashes.note(&identity);
        }
        let (begin, end) = item.bounds();
        self.rows += 1;
        self.bounds.0 = self.bounds.0.min(begin);
        self.bounds.1 = self.bounds.1.max(end);
        self.pending_bytes += item.text_bytes();
        self.pending.push(item);
        if self.pending.len() >= BATCH_ROWS || self.pending_bytes >= self.batch_bytes {
            self.write_pending()?;
        }
        Ok(())
    }

    fn write_pending(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let batch = T::to_batch(&self.schema, &self.pending).map_err(StoreError::Columns)?;
        self.pending.clear();
        self.writer.write(&batch, std::mem::take(&mut self.pending_bytes))?;
        self.steps.give_way();
        Ok(())
    }

    fn finish(
        mut self,
        range: &SealRange,
        first: Sequence,
        wal: &Wal,
    ) -> Result<Option<Written>, StoreError> {
        if self.rows == 0 && self.items == 0 {
            return Ok(None);
        }
        self.write_pending()?;
        let file = ArchiveFile {
            dataset: range.dataset,
            path: ArchiveFile::path_of(range.dataset, &range.received_day, first..=range.last, 0),
            wal_id: wal.id().to_string(),
            first_sequence: first,
            last_sequence: range.last,
            received_day: range.received_day.clone(),
            min_start_unix_nano: self.bounds.0,
            max_end_unix_nano: self.bounds.1,
            row_count: self.rows,
            item_count: self.items,
            deleted_count: self.deleted,
            file_bytes: 0,
            checksum: 0,
            schema_version: T::SCHEMA_VERSION,
            derive_version: i64::from(DERIVE_VERSION),
        };
        let finished = self.writer.finish(file)?;
        Ok(Some(Written { finished, hashes: self.hashes }))
    }
}
