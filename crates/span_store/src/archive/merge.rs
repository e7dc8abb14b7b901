//! Neighbouring files of one dataset and day become one: rows in place order, of equal items the one with the highest
//! place, without what was requested to be deleted. Places do not change.

use std::path::Path;

use ahash::AHashSet;
use arrow::array::{Array as _, BooleanArray, FixedSizeBinaryArray, Int32Array, Int64Array, StringArray};
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{DERIVE_VERSION, PriceTable, TraceId};
use junjo_wal::Sequence;

use super::check::check;
use super::item::ArchiveItem;
use super::read::{Groups, read_columns};
use super::repeats::{Hashes, Superseded};
use super::writer::FileWriter;
use crate::catalog::file::{ArchiveFile, Leased};
use crate::catalog::to_delete::ToDelete;
use crate::columns::{Reader, fixed};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::row::Place;
use crate::turns::Turns;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// What is merged, and what of it is left out.
pub(crate) struct MergeJob<'a> {
    /// In sequence order, all of one dataset, day and version.
    pub(crate) inputs: &'a [Leased],
    pub(crate) archive_dir: &'a Path,
    pub(crate) to_delete: &'a ToDelete,
    /// With which promoted fields are derived again; as they are when there are none.
    pub(crate) prices: Option<&'a PriceTable>,
    /// Between row groups it gives way to whoever indexes.
    pub(crate) turns: &'a Turns,
}

/// Writes the file that can replace the inputs; `None` when no row is left. Blocking.
///
/// The bytes of every input are checked first: a damaged file stays as it is, for a person to look at.
pub(crate) fn merge(job: &MergeJob<'_>) -> Result<Option<ArchiveFile>, StoreError> {
    for input in job.inputs {
        check(&job.archive_dir.join(&input.path), input)?;
    }
    match job.inputs.first().map(|input| input.dataset) {
        Some(Dataset::Spans) => merge_items::<WholeSpan>(job),
        Some(Dataset::Logs) => merge_items::<WholeLog>(job),
        None => Ok(None),
    }
}

/// Whether a file holds something that has to go. Blocking.
pub(crate) fn has_rows_to_delete(
    archive_dir: &Path,
    file: &ArchiveFile,
    to_delete: &ToDelete,
) -> Result<bool, StoreError> {
    if file.first_sequence > to_delete.through() {
        return Ok(false);
    }
    let path = archive_dir.join(&file.path);
    let mut found = false;
    read_columns(&path, &["sequence", "ordinal", "trace_id", "service"], &mut |batch| {
        let mask = rows_to_delete(batch, to_delete).map_err(StoreError::Columns)?;
        found |= mask.iter().any(|is_deleted| *is_deleted);
        Ok(!found)
    })?;
    Ok(found)
}

fn merge_items<T: ArchiveItem>(job: &MergeJob<'_>) -> Result<Option<ArchiveFile>, StoreError> {
    let (Some(first), Some(last)) = (job.inputs.first(), job.inputs.last()) else { return Ok(None) };
    let superseded = superseded::<T>(job)?;
    let generation = job.inputs.iter().map(|input| input.generation()).max().unwrap_or(0) + 1;
    let path = ArchiveFile::path_of(
        T::DATASET,
        &first.received_day,
        first.first_sequence..=last.last_sequence,
        generation,
    );
    let temporary = job.archive_dir.join(&path).with_extension("tmp");
    let mut writer = FileWriter::create(temporary, T::schema(), job.turns.room.group_bytes())?;
    let _loan = job.turns.room.reserve();
    let (mut rows, mut deleted, mut steps) = (0, 0, job.turns.steps());
    for input in job.inputs {
        let groups = Groups::open(&job.archive_dir.join(&input.path))?;
        for group in 0..groups.len() {
            for batch in groups.read(group)? {
                let batch = batch.map_err(StoreError::Columns)?;
                let (kept, left_out) =
                    kept_rows(&batch, job.to_delete, &superseded).map_err(StoreError::Columns)?;
                let kept =
                    current::<T>(kept, input.schema_version, job.prices).map_err(StoreError::Columns)?;
                deleted += left_out;
                rows += kept.num_rows() as u64;
                if kept.num_rows() > 0 {
                    writer.write(&kept, text_bytes(&kept))?;
                }
                steps.give_way();
            }
        }
    }
    if rows == 0 {
        return Ok(None);
    }
    let sum = |get: fn(&ArchiveFile) -> u64| job.inputs.iter().map(|input| get(input)).sum::<u64>();
    let file = ArchiveFile {
        dataset: T::DATASET,
        path,
        wal_id: first.wal_id.clone(),
        first_sequence: first.first_sequence,
        last_sequence: last.last_sequence,
        received_day: first.received_day.clone(),
        min_start_unix_nano: job
            .inputs
            .iter()
            .map(|input| input.min_start_unix_nano)
            .min()
            .unwrap_or(i64::MAX),
        max_end_unix_nano: job.inputs.iter().map(|input| input.max_end_unix_nano).max().unwrap_or(i64::MIN),
        row_count: rows,
        item_count: sum(|input| input.item_count),
        deleted_count: sum(|input| input.deleted_count) + deleted,
        file_bytes: 0,
        checksum: 0,
        schema_version: T::SCHEMA_VERSION,
        derive_version: if job.prices.is_some() { i64::from(DERIVE_VERSION) } else { first.derive_version },
    };
    writer.finish(file)?.publish(job.archive_dir).map(Some)
}

/// The same rows with the columns of this version, their promoted fields derived again if there are prices for it.
fn current<T: ArchiveItem>(
    batch: RecordBatch,
    schema_version: i64,
    prices: Option<&PriceTable>,
) -> Result<RecordBatch, ArrowError> {
    if prices.is_none() && schema_version == T::SCHEMA_VERSION {
        return Ok(batch);
    }
    let items = T::from_batch(&batch)?.into_iter().map(|item| match prices {
        Some(prices) => item.derived_again(prices),
        None => Ok(item),
    });
    T::to_batch(&T::schema(), &items.collect::<Result<Vec<_>, _>>()?)
}

/// Places of the items that a later file has too. One file never has an item twice.
fn superseded<T: ArchiveItem>(job: &MergeJob<'_>) -> Result<AHashSet<Place>, StoreError> {
    if job.inputs.len() < 2 {
        return Ok(AHashSet::new());
    }
    let mut hashes = Hashes::with_capacity(job.inputs.iter().map(|input| input.row_count).sum());
    each_identity::<T>(job, &mut |identity, _| hashes.note(&identity))?;
    let repeated = hashes.repeated();
    if repeated.is_empty() {
        return Ok(AHashSet::new());
    }
    let mut superseded = Superseded::among(&repeated);
    each_identity::<T>(job, &mut |identity, place| superseded.take(identity, place))?;
    Ok(superseded.places())
}

/// Hands over what tells each item from others, and its place.
fn each_identity<T: ArchiveItem>(
    job: &MergeJob<'_>,
    take: &mut dyn FnMut(T::Identity, Place),
) -> Result<(), StoreError> {
    let mut columns = vec!["sequence", "ordinal"];
    columns.extend(T::IDENTITY_COLUMNS);
    for input in job.inputs {
        read_columns(&job.archive_dir.join(&input.path), &columns, &mut |batch| {
            let identities = T::identities(batch).map_err(StoreError::Columns)?;
            let places = places(batch).map_err(StoreError::Columns)?;
            for (identity, place) in identities.into_iter().zip(places) {
                if let Some(identity) = identity {
                    take(identity, place);
                }
            }
            Ok(true)
        })?;
    }
    Ok(())
}

/// The rows that stay, and how many rows were left out because their deletion was requested.
fn kept_rows(
    batch: &RecordBatch,
    to_delete: &ToDelete,
    superseded: &AHashSet<Place>,
) -> Result<(RecordBatch, u64), ArrowError> {
    let to_delete = rows_to_delete(batch, to_delete)?;
    let deleted = to_delete.iter().filter(|is_deleted| **is_deleted).count() as u64;
    let stays = |(place, is_deleted): (Place, &bool)| Some(!is_deleted && !superseded.contains(&place));
    let mask: BooleanArray = places(batch)?.zip(&to_delete).map(stays).collect();
    Ok((filter_record_batch(batch, &mask)?, deleted))
}

/// For each row whether it has to go.
fn rows_to_delete(batch: &RecordBatch, to_delete: &ToDelete) -> Result<Vec<bool>, ArrowError> {
    let reader = Reader(batch);
    let traces = reader.get::<FixedSizeBinaryArray>("trace_id")?;
    let services = reader.get::<StringArray>("service")?;
    let trace = |i: usize| traces.is_valid(i).then(|| TraceId(fixed(traces.value(i))));
    Ok(places(batch)?
        .enumerate()
        .map(|(i, place)| to_delete.has(trace(i), services.value(i), place.sequence))
        .collect())
}

fn places(batch: &RecordBatch) -> Result<impl Iterator<Item = Place>, ArrowError> {
    let reader = Reader(batch);
    let (sequences, ordinals) =
        (reader.get::<Int64Array>("sequence")?.values(), reader.get::<Int32Array>("ordinal")?.values());
    Ok(sequences
        .iter()
        .zip(ordinals)
        .map(|(sequence, ordinal)| Place { sequence: Sequence(*sequence), ordinal: *ordinal }))
}

/// What a batch counts for the size of a row group.
fn text_bytes(batch: &RecordBatch) -> usize {
    let bytes =
        |column: &arrow::array::ArrayRef| column.to_data().get_slice_memory_size().unwrap_or_default();
    batch.columns().iter().map(bytes).sum()
}
