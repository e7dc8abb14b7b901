//! Reading archive files: whole items by place, promoted columns for a rebuild, and the footer.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{BooleanArray, Int32Array, Int64Array};
use arrow::record_batch::RecordBatch;
use junjo_wal::Sequence;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::statistics::Statistics;

use super::item::ArchiveItem;
use crate::catalog::file::ArchiveFile;
use crate::columns::Reader;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::row::Place;

/// Rows read at a time.
const BATCH_ROWS: usize = 4096;
/// Whole items read at a time: few, because each may hold megabytes.
const STREAM_ROWS: usize = 64;

type Builder = ParquetRecordBatchReaderBuilder<File>;

fn open(path: &Path) -> Result<Builder, StoreError> {
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    Builder::try_new_with_options(file, options)
        .map(|builder| builder.with_batch_size(BATCH_ROWS))
        .map_err(StoreError::parquet("open", path))
}

/// Hands the whole items at `places` (all in this file's range) to `sink`, a few at a time in place order, until it returns
/// false; those that are not in the file are left out. Blocking.
///
/// Only row groups whose sequences overlap are touched, and in them only the pages that hold a wanted row.
pub(crate) fn read_places<T: ArchiveItem>(
    path: &Path,
    places: Vec<Place>,
    sink: &mut dyn FnMut(Vec<T>) -> bool,
) -> Result<(), StoreError> {
    for batch in select(path, places, STREAM_ROWS)? {
        if !sink(T::from_batch(&batch.map_err(StoreError::Columns)?).map_err(StoreError::Columns)?) {
            break;
        }
    }
    Ok(())
}

/// The same to the end, unless `sink` fails. Blocking.
pub(crate) fn stream_places<T: ArchiveItem>(
    path: &Path,
    places: Vec<Place>,
    sink: &mut dyn FnMut(Vec<T>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for batch in select(path, places, STREAM_ROWS)? {
        sink(T::from_batch(&batch.map_err(StoreError::Columns)?).map_err(StoreError::Columns)?)?;
    }
    Ok(())
}

/// The rows at `places`, `batch_rows` at a time.
fn select(
    path: &Path,
    mut places: Vec<Place>,
    batch_rows: usize,
) -> Result<ParquetRecordBatchReader, StoreError> {
    let builder = open(path)?.with_batch_size(batch_rows);
    let groups = groups_with(builder.metadata(), &places);
    let columns = ProjectionMask::columns(builder.parquet_schema(), ["sequence", "ordinal"]);
    places.sort_unstable();
    let predicate = ArrowPredicateFn::new(columns, move |batch: RecordBatch| {
        let reader = Reader(&batch);
        let sequences = reader.get::<Int64Array>("sequence")?;
        let ordinals = reader.get::<Int32Array>("ordinal")?;
        Ok(sequences
            .values()
            .iter()
            .zip(ordinals.values())
            .map(|(sequence, ordinal)| {
                let place = Place { sequence: Sequence(*sequence), ordinal: *ordinal };
                Some(places.binary_search(&place).is_ok())
            })
            .collect::<BooleanArray>())
    });
    builder
        .with_row_groups(groups)
        .with_row_filter(RowFilter::new(vec![Box::new(predicate)]))
        .build()
        .map_err(StoreError::parquet("read", path))
}

/// Indices of the row groups whose range of sequences holds one of `places`.
fn groups_with(metadata: &ParquetMetaData, places: &[Place]) -> Vec<usize> {
    let holds = |group: usize| {
        let column =
            metadata.row_group(group).columns().iter().find(|c| c.column_path().string() == "sequence");
        match column.and_then(|column| column.statistics()) {
            Some(Statistics::Int64(bounds)) => match (bounds.min_opt(), bounds.max_opt()) {
                (Some(min), Some(max)) => {
                    places.iter().any(|place| (*min..=*max).contains(&place.sequence.0))
                }
                _ => true,
            },
            _ => true,
        }
    };
    (0..metadata.num_row_groups()).filter(|group| holds(*group)).collect()
}

/// Hands the narrow rows of a file to `sink`, batch by batch in place order, without touching payloads. Blocking.
pub(crate) fn read_rows<T: ArchiveItem>(
    path: &Path,
    sink: &mut dyn FnMut(Vec<T::Row>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let builder = open(path)?;
    let names: Vec<String> = T::row_fields().iter().map(|field| field.name().clone()).collect();
    let columns = ProjectionMask::columns(builder.parquet_schema(), names.iter().map(String::as_str));
    let reader = builder.with_projection(columns).build().map_err(StoreError::parquet("read", path))?;
    for batch in reader {
        sink(T::rows_from_batch(&batch.map_err(StoreError::Columns)?).map_err(StoreError::Columns)?)?;
    }
    Ok(())
}

/// Hands `columns` of a file to `sink`, batch by batch in place order, until it returns false. Blocking.
pub(crate) fn read_columns(
    path: &Path,
    columns: &[&str],
    sink: &mut dyn FnMut(&RecordBatch) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let builder = open(path)?;
    let columns = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader = builder.with_projection(columns).build().map_err(StoreError::parquet("read", path))?;
    for batch in reader {
        if !sink(&batch.map_err(StoreError::Columns)?)? {
            break;
        }
    }
    Ok(())
}

/// A file that is read row group by row group, so that no more than one of them is in memory.
pub(crate) struct Groups {
    path: PathBuf,
    file: File,
    metadata: ArrowReaderMetadata,
}

impl Groups {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(StoreError::io("open", path))?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
            .map_err(StoreError::parquet("open", path))?;
        Ok(Self { path: path.to_owned(), file, metadata })
    }

    /// How many row groups there are.
    pub(crate) fn len(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// All columns of a row group. Blocking.
    pub(crate) fn read(&self, group: usize) -> Result<ParquetRecordBatchReader, StoreError> {
        let file = self.file.try_clone().map_err(StoreError::io("open", &self.path))?;
        Builder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(StoreError::parquet("read", &self.path))
    }
}

/// The manifest entry as footer metadata.
pub(crate) fn footer_of(file: &ArchiveFile) -> [(String, String); 11] {
    [
        ("dataset", file.dataset.as_str().to_owned()),
        ("wal_id", file.wal_id.clone()),
        ("first_sequence", file.first_sequence.to_string()),
        ("last_sequence", file.last_sequence.to_string()),
        ("received_day", file.received_day.clone()),
        ("item_count", file.item_count.to_string()),
        ("deleted_count", file.deleted_count.to_string()),
        ("min_start_unix_nanos", file.min_start_unix_nano.to_string()),
        ("max_end_unix_nanos", file.max_end_unix_nano.to_string()),
        ("schema_version", file.schema_version.to_string()),
        ("derive_version", file.derive_version.to_string()),
    ]
    .map(|(key, value)| (format!("junjo.{key}"), value))
}

/// The manifest entry that a file's footer describes; `None` when it is not one of our archive files. Blocking.
pub(crate) fn describe(path: &Path, relative: &str) -> Result<Option<ArchiveFile>, StoreError> {
    let builder = open(path)?;
    let metadata = builder.metadata().file_metadata();
    let pairs: HashMap<&str, &str> = metadata
        .key_value_metadata()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.key.strip_prefix("junjo.")?, pair.value.as_deref()?)))
        .collect();
    let number = |key: &str| pairs.get(key).and_then(|value| value.parse::<i64>().ok());
    let described = || {
        Some(ArchiveFile {
            // files from before there were log records do not say
            dataset: Dataset::from_name(pairs.get("dataset").unwrap_or(&"spans"))?,
            path: relative.to_owned(),
            wal_id: (*pairs.get("wal_id")?).to_owned(),
            first_sequence: Sequence(number("first_sequence")?),
            last_sequence: Sequence(number("last_sequence")?),
            received_day: (*pairs.get("received_day")?).to_owned(),
            min_start_unix_nano: number("min_start_unix_nanos")?,
            max_end_unix_nano: number("max_end_unix_nanos")?,
            row_count: metadata.num_rows().unsigned_abs(),
            item_count: number("item_count")?.unsigned_abs(),
            // files from before there were deletions do not say
            deleted_count: number("deleted_count").unwrap_or(0).unsigned_abs(),
            file_bytes: 0,
            checksum: 0,
            schema_version: number("schema_version")?,
            derive_version: number("derive_version")?,
        })
    };
    let Some(mut file) = described() else {
        return Ok(None);
    };
    let bytes = std::fs::read(path).map_err(StoreError::io("read", path))?;
    file.file_bytes = bytes.len() as u64;
    file.checksum = crc32fast::hash(&bytes);
    Ok(Some(file))
}
