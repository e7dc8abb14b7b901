//! Sealing: a contiguous range of records becomes one Parquet file (temp file, fsync, rename, fsync of the folder).

use std::path::{Path, PathBuf};

use ahash::{AHashMap, AHashSet};
use arrow::datatypes::SchemaRef;
use junjo_span_model::{DERIVE_VERSION, PriceTable};
use junjo_wal::{Sequence, Wal};

use super::item::ArchiveItem;
use super::writer::{FileWriter, Finished};
use crate::catalog::file::ArchiveFile;
use crate::catalog::to_delete::ToDelete;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::quarantine::Quarantine;
use crate::row::Place;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// Rows converted to Arrow at a time.
const BATCH_ROWS: usize = 1024;
/// Text converted to Arrow at a time.
const BATCH_BYTES: usize = 4 << 20;
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
    if written.superseded.is_empty() {
        return written.finished.publish(job.archive_dir).map(Some);
    }
    // items that arrived twice in this range (a client's retry): write again without the earlier arrivals
    written.finished.discard();
    let again = write_once::<T>(job, &written.superseded)?;
    again.map(|written| written.finished.publish(job.archive_dir)).transpose()
}

/// A complete temporary file.
struct Written {
    finished: Finished,
    superseded: AHashSet<Place>,
}

fn write_once<T: ArchiveItem>(
    job: &SealJob<'_>,
    skip: &AHashSet<Place>,
) -> Result<Option<Written>, StoreError> {
    let SealJob { wal, range, prices, quarantine, .. } = *job;
    let folder = job.archive_dir.join(format!("day={}", range.received_day));
    std::fs::create_dir_all(&folder).map_err(StoreError::io("create", &folder))?;
    let temporary = folder.join(format!("{}-{:020}.tmp", range.dataset.as_str(), range.last.0));
    let mut sink: Sink<'_, T> = Sink::create(temporary, skip, job.to_delete)?;
    let (mut at, mut first) = (range.after, None);
    'range: while at < range.last {
        let records = wal.read_after(at, READ_BYTES).map_err(StoreError::Wal)?;
        if records.is_empty() {
            break;
        }
        for record in &records {
            if record.sequence > range.last {
                break 'range;
            }
            at = record.sequence;
            if Dataset::of(record) != range.dataset {
                continue;
            }
            first = first.or(Some(record.sequence));
            sink.items += u64::from(record.item_count);
            let mut items = Vec::new();
            if let Err(failure) = T::decode(record, prices, &|_| true, &mut |item| items.push(item)) {
                quarantine.keep(record, &failure)?;
                continue;
            }
            sink.push(items)?;
        }
    }
    let first = first.unwrap_or(range.last);
    sink.finish(range, first, wal)
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
    newest: AHashMap<T::Identity, Place>,
    superseded: AHashSet<Place>,
    skip: &'s AHashSet<Place>,
    to_delete: &'s ToDelete,
}

impl<'s, T: ArchiveItem> Sink<'s, T> {
    fn create(path: PathBuf, skip: &'s AHashSet<Place>, to_delete: &'s ToDelete) -> Result<Self, StoreError> {
        let schema = T::schema();
        Ok(Self {
            writer: FileWriter::create(path, schema.clone())?,
            schema,
            pending: Vec::with_capacity(BATCH_ROWS),
            pending_bytes: 0,
            items: 0,
            rows: 0,
            deleted: 0,
            bounds: (i64::MAX, i64::MIN),
            newest: AHashMap::new(),
            superseded: AHashSet::new(),
            skip,
            to_delete,
        })
    }

    fn push(&mut self, items: Vec<T>) -> Result<(), StoreError> {
        for item in items {
            let place = item.place();
            if self.skip.contains(&place) {
                continue;
            }
            if self.to_delete.has(item.trace_id(), item.service(), place.sequence) {
                self.deleted += 1;
                continue;
            }
            if let Some(identity) = item.identity()
                && let Some(earlier) = self.newest.insert(identity, place)
            {
                self.superseded.insert(earlier);
            }
            let (begin, end) = item.bounds();
            self.rows += 1;
            self.bounds.0 = self.bounds.0.min(begin);
            self.bounds.1 = self.bounds.1.max(end);
            self.pending_bytes += item.text_bytes();
            self.pending.push(item);
            if self.pending.len() >= BATCH_ROWS || self.pending_bytes >= BATCH_BYTES {
                self.write_pending()?;
            }
        }
        Ok(())
    }

    fn write_pending(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let batch = T::to_batch(&self.schema, &self.pending).map_err(StoreError::Columns)?;
        self.pending.clear();
        self.writer.write(&batch, std::mem::take(&mut self.pending_bytes))
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
        Ok(Some(Written { finished, superseded: self.superseded }))
    }
}
