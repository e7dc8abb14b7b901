//! An archive file in the making: a temporary file that gets its name when it is complete and durable.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::catalog::file::ArchiveFile;
use crate::error::StoreError;

/// Rows of a row group: enough for compression, few enough that a detail read decodes little.
pub(crate) const GROUP_ROWS_MAX: usize = 8192;
/// Page size: what a detail read decompresses at least. Smaller pages compress long texts worse, by 5 % at 64 KiB.
const PAGE_BYTES: usize = 256 << 10;
const ZSTD_LEVEL: i32 = 3;
/// Bytes written between two syncs: a disk that takes tens of MiB at once keeps the commits of log and index waiting meanwhile.
const SYNC_BYTES: u64 = 4 << 20;

/// Writes batches into row groups. Dropped before [`Self::finish`], it removes what it wrote: on a full disk everybody
/// else needs the room, and the next try may have another name.
pub(super) struct FileWriter {
    path: PathBuf,
    writer: Option<ArrowWriter<Checksummed>>,
    group_rows: usize,
    group_bytes: usize,
    /// Text bytes of a row group, so that large prompts do not make it huge.
    group_bytes_max: usize,
}

impl FileWriter {
    pub(super) fn create(
        path: PathBuf,
        schema: SchemaRef,
        group_bytes_max: usize,
    ) -> Result<Self, StoreError> {
        let file = File::create(&path).map_err(StoreError::io("create", &path))?;
        let target = Checksummed { file, hasher: crc32fast::Hasher::new(), bytes: 0, synced: 0 };
        let writer = ArrowWriter::try_new(target, schema, Some(properties()))
            .map_err(StoreError::parquet("start", &path))?;
        Ok(Self { path, writer: Some(writer), group_rows: 0, group_bytes: 0, group_bytes_max })
    }

    /// Adds rows with about `bytes` of text. A row group ends before it would hold more than its limits, but holds one batch.
    pub(super) fn write(&mut self, batch: &RecordBatch, bytes: usize) -> Result<(), StoreError> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let failed = || StoreError::parquet("write", &self.path);
        if self.group_rows > 0 && self.group_bytes.saturating_add(bytes) > self.group_bytes_max {
            writer.flush().map_err(failed())?;
            (self.group_rows, self.group_bytes) = (0, 0);
        }
        writer.write(batch).map_err(failed())?;
        self.group_rows += batch.num_rows();
        self.group_bytes = self.group_bytes.saturating_add(bytes);
        if self.group_rows >= GROUP_ROWS_MAX {
            // the writer has begun the next group by itself
            self.group_rows %= GROUP_ROWS_MAX;
            self.group_bytes = bytes / batch.num_rows().max(1) * self.group_rows;
        }
        Ok(())
    }

    /// Completes the file with `entry` in its footer, durably but still under its temporary name.
    pub(super) fn finish(mut self, mut entry: ArchiveFile) -> Result<Finished, StoreError> {
        let Some(mut writer) = self.writer.take() else {
            return Err(StoreError::NotReady("the archive file is finished already"));
        };
        for (key, value) in super::read::footer_of(&entry) {
            writer.append_key_value_metadata(KeyValue::new(key, value));
        }
        let completed = writer
            .into_inner()
            .map_err(StoreError::parquet("finish", &self.path))
            .and_then(|target| target.complete(&self.path));
        match completed {
            Ok((bytes, checksum)) => {
                (entry.file_bytes, entry.checksum) = (bytes, checksum);
                Ok(Finished { temporary: self.path.clone(), entry })
            }
            Err(error) => {
                discard(&self.path);
                Err(error)
            }
        }
    }
}

impl Drop for FileWriter {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            discard(&self.path);
        }
    }
}

fn discard(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(path = %path.display(), error = &error as &dyn std::error::Error, "unfinished archive file stays until the next start");
    }
}

/// A complete temporary file.
pub(super) struct Finished {
    temporary: PathBuf,
    entry: ArchiveFile,
}

impl Finished {
    /// Gives the file its name, durably.
    pub(super) fn publish(self, archive_dir: &Path) -> Result<ArchiveFile, StoreError> {
        let path = archive_dir.join(&self.entry.path);
        if let Err(error) = std::fs::rename(&self.temporary, &path) {
            discard(&self.temporary);
            return Err(StoreError::io("rename to", &path)(error));
        }
        let folder = path.parent().unwrap_or(archive_dir);
        for dir in [folder, archive_dir] {
            if let Err(error) = File::open(dir).and_then(|dir| dir.sync_all()) {
                // nothing knows of the file yet, and the next try may choose another range
                let _ = std::fs::remove_file(&path);
                return Err(StoreError::io("sync", dir)(error));
            }
        }
        Ok(self.entry)
    }

    /// Throws the file away.
    pub(super) fn discard(self) {
        discard(&self.temporary);
    }
}

fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).unwrap_or_default();
    // a dictionary of values that hardly repeat costs bytes and time
    let plain = [
        "attributes",
        "events",
        "links",
        "body",
        "otlp",
        "trace_id",
        "span_id",
        "parent_span_id",
        "duration_nanos",
        "cost_usd",
        "session_id",
        "user_id",
    ];
    let deltas =
        ["sequence", "ordinal", "start_unix_nanos", "time_unix_nanos", "input_tokens", "output_tokens"];
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_data_page_size_limit(PAGE_BYTES)
        .set_write_batch_size(64)
        .set_max_row_group_row_count(Some(GROUP_ROWS_MAX))
        .set_statistics_enabled(EnabledStatistics::Page);
    for column in plain {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    for column in deltas {
        builder = builder
            .set_column_dictionary_enabled(ColumnPath::from(column), false)
            .set_column_encoding(ColumnPath::from(column), Encoding::DELTA_BINARY_PACKED);
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
    /// Of them those that are on disk for certain.
    synced: u64,
}

impl Checksummed {
    /// Waits until the file is on disk; returns its size and checksum.
    fn complete(self, path: &Path) -> Result<(u64, u32), StoreError> {
        self.file.sync_all().map_err(StoreError::io("sync", path))?;
        Ok((self.bytes, self.hasher.finalize()))
    }
}

impl Write for Checksummed {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        if self.bytes - self.synced >= SYNC_BYTES {
            self.file.sync_data()?;
            self.synced = self.bytes;
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
