//! Sealing: a contiguous range of records becomes one Parquet file (temp file, fsync, rename, fsync of the folder).

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use junjo_span_model::{DERIVE_VERSION, PriceTable};
use junjo_wal::{Sequence, Wal};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::item::ArchiveItem;
use super::manifest::ArchiveFile;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::quarantine::Quarantine;
use crate::row::Place;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// Rows of a row group: enough for compression, few enough that a detail read decodes little.
const GROUP_ROWS_MAX: usize = 8192;
/// Text bytes of a row group, so that large prompts do not make it huge.
const GROUP_BYTES_MAX: usize = 16 << 20;
/// Rows converted to Arrow at a time.
const BATCH_ROWS: usize = 1024;
/// Page size: what a detail read decompresses at least.
const PAGE_BYTES: usize = 64 << 10;
/// Payload read from the log at a time.
const READ_BYTES: u64 = 8 << 20;
const ZSTD_LEVEL: i32 = 3;

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
}

/// Writes the file of a range; `None` when its records hold nothing. Blocking.
pub(crate) fn write_file(job: &SealJob<'_>) -> Result<Option<ArchiveFile>, StoreError> {
    match job.range.dataset {
        Dataset::Spans => write_items::<WholeSpan>(job),
        Dataset::Logs => write_items::<WholeLog>(job),
    }
}

fn write_items<T: ArchiveItem>(job: &SealJob<'_>) -> Result<Option<ArchiveFile>, StoreError> {
    let Some(written) = write_once::<T>(job, &HashSet::new())? else { return Ok(None) };
    if written.superseded.is_empty() {
        return written.publish(job.archive_dir).map(Some);
    }
    // items that arrived twice in this range (a client's retry): write again without the earlier arrivals
    let again = write_once::<T>(job, &written.superseded)?;
    again.map(|written| written.publish(job.archive_dir)).transpose()
}

/// A complete temporary file.
struct Written {
    temporary: PathBuf,
    file: ArchiveFile,
    superseded: HashSet<Place>,
}

impl Written {
    /// Gives the file its name, durably.
    fn publish(self, archive_dir: &Path) -> Result<ArchiveFile, StoreError> {
        let path = archive_dir.join(&self.file.path);
        std::fs::rename(&self.temporary, &path).map_err(StoreError::io("rename to", &path))?;
        let folder = path.parent().unwrap_or(archive_dir);
        for dir in [folder, archive_dir] {
            if let Err(error) = File::open(dir).and_then(|dir| dir.sync_all()) {
                // nothing knows of the file yet, and the next try may choose another range
                let _ = std::fs::remove_file(&path);
                return Err(StoreError::io("sync", dir)(error));
            }
        }
        Ok(self.file)
    }
}

fn write_once<T: ArchiveItem>(
    job: &SealJob<'_>,
    skip: &HashSet<Place>,
) -> Result<Option<Written>, StoreError> {
    let folder = job.archive_dir.join(format!("day={}", job.range.received_day));
    std::fs::create_dir_all(&folder).map_err(StoreError::io("create", &folder))?;
    let temporary = folder.join(format!("{}-{:020}.tmp", job.range.dataset.as_str(), job.range.last.0));
    let written = write_temporary::<T>(job, &temporary, skip);
    if written.is_err() {
        // on a full disk everybody else needs the room, and the next try may have another name
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write_temporary<T: ArchiveItem>(
    job: &SealJob<'_>,
    temporary: &Path,
    skip: &HashSet<Place>,
) -> Result<Option<Written>, StoreError> {
    let SealJob { wal, range, prices, quarantine, .. } = *job;
    let mut sink: Sink<'_, T> = Sink::create(temporary, skip)?;
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
    sink.finish(temporary, range, first, wal)
}

/// The open file and what is known of its content so far.
struct Sink<'s, T: ArchiveItem> {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<Checksummed>,
    pending: Vec<T>,
    group_rows: usize,
    group_bytes: usize,
    items: u64,
    rows: u64,
    bounds: (i64, i64),
    newest: HashMap<T::Identity, Place>,
    superseded: HashSet<Place>,
    skip: &'s HashSet<Place>,
}

impl<'s, T: ArchiveItem> Sink<'s, T> {
    fn create(path: &Path, skip: &'s HashSet<Place>) -> Result<Self, StoreError> {
        let file = File::create(path).map_err(StoreError::io("create", path))?;
        let schema = T::schema();
        let target = Checksummed { file, hasher: crc32fast::Hasher::new(), bytes: 0 };
        let writer = ArrowWriter::try_new(target, schema.clone(), Some(properties()))
            .map_err(StoreError::parquet("start", path))?;
        Ok(Self {
            path: path.to_owned(),
            schema,
            writer,
            pending: Vec::with_capacity(BATCH_ROWS),
            group_rows: 0,
            group_bytes: 0,
            items: 0,
            rows: 0,
            bounds: (i64::MAX, i64::MIN),
            newest: HashMap::new(),
            superseded: HashSet::new(),
            skip,
        })
    }

    fn push(&mut self, items: Vec<T>) -> Result<(), StoreError> {
        for item in items {
            if self.skip.contains(&item.place()) {
                continue;
            }
            if let Some(identity) = item.identity()
                && let Some(earlier) = self.newest.insert(identity, item.place())
            {
                self.superseded.insert(earlier);
            }
            let (begin, end) = item.bounds();
            self.rows += 1;
            self.bounds.0 = self.bounds.0.min(begin);
            self.bounds.1 = self.bounds.1.max(end);
            self.group_rows += 1;
            self.group_bytes += item.text_bytes();
            self.pending.push(item);
            if self.group_rows >= GROUP_ROWS_MAX || self.group_bytes >= GROUP_BYTES_MAX {
                self.write_pending()?;
                self.writer.flush().map_err(StoreError::parquet("write", &self.path))?;
                (self.group_rows, self.group_bytes) = (0, 0);
            } else if self.pending.len() >= BATCH_ROWS {
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
        self.writer.write(&batch).map_err(StoreError::parquet("write", &self.path))
    }

    fn finish(
        mut self,
        temporary: &Path,
        range: &SealRange,
        first: Sequence,
        wal: &Wal,
    ) -> Result<Option<Written>, StoreError> {
        if self.rows == 0 && self.items == 0 {
            drop(self.writer);
            std::fs::remove_file(temporary).map_err(StoreError::io("remove", temporary))?;
            return Ok(None);
        }
        self.write_pending()?;
        let day = &range.received_day;
        let name = range.dataset.as_str();
        let mut file = ArchiveFile {
            dataset: range.dataset,
            path: format!("day={day}/{name}-{:020}-{:020}.parquet", first.0, range.last.0),
            wal_id: wal.id().to_string(),
            first_sequence: first,
            last_sequence: range.last,
            received_day: day.clone(),
            min_start_unix_nanos: self.bounds.0,
            max_end_unix_nanos: self.bounds.1,
            row_count: self.rows,
            item_count: self.items,
            file_bytes: 0,
            checksum: 0,
            schema_version: T::SCHEMA_VERSION,
            derive_version: i64::from(DERIVE_VERSION),
        };
        for (key, value) in super::read::footer_of(&file) {
            self.writer.append_key_value_metadata(KeyValue::new(key, value));
        }
        let target = self.writer.into_inner().map_err(StoreError::parquet("finish", temporary))?;
        target.file.sync_all().map_err(StoreError::io("sync", temporary))?;
        file.file_bytes = target.bytes;
        file.checksum = target.hasher.finalize();
        Ok(Some(Written { temporary: temporary.to_owned(), file, superseded: self.superseded }))
    }
}

fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).unwrap_or_default();
    let plain = ["attributes", "events", "links", "body", "otlp", "trace_id", "span_id", "parent_span_id"];
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_data_page_size_limit(PAGE_BYTES)
        .set_write_batch_size(64)
        .set_max_row_group_row_count(Some(GROUP_ROWS_MAX))
        .set_statistics_enabled(EnabledStatistics::Page);
    for column in plain {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    // bounds of long texts help no reader and would be copied into the page index
    for column in ["attributes", "events", "links", "body", "otlp", "resource", "scope", "status_message"] {
        builder = builder.set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::None);
    }
    builder.build()
}

/// A file that knows the CRC-32 and the number of the bytes written to it.
struct Checksummed {
    file: File,
    hasher: crc32fast::Hasher,
    bytes: u64,
}

impl Write for Checksummed {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
