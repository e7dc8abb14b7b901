//! Whole items by place: from the log while it has them, else from the archive.

use std::collections::BTreeMap;
use std::path::Path;

use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};

use crate::archive::item::ArchiveItem;
use crate::archive::manifest::{Leased, Manifest};
use crate::archive::read::read_places;
use crate::error::StoreError;
use crate::row::Place;

/// What was read.
pub(crate) struct Payload<T> {
    pub(crate) items: Vec<T>,
    /// A record or a file could not be read, and what was wanted of it is missing.
    pub(crate) is_damaged: bool,
}

/// Reads whole items; those whose record or file is damaged or gone are left out, damage is logged. Blocking.
///
/// The log is asked first: a record is trimmed only after its file is listed, so a miss there means the archive.
pub(crate) fn read<T: ArchiveItem>(
    wal: &Wal,
    manifest: &Manifest,
    archive_dir: &Path,
    prices: &PriceTable,
    places: &[Place],
) -> Result<Payload<T>, StoreError> {
    let mut by_record: BTreeMap<Sequence, Vec<i32>> = BTreeMap::new();
    for place in places {
        by_record.entry(place.sequence).or_default().push(place.ordinal);
    }
    let mut items: Vec<T> = Vec::with_capacity(places.len());
    let mut is_damaged = false;
    // leased until they are read
    let mut by_file: BTreeMap<String, (Leased, Vec<Place>)> = BTreeMap::new();
    for (sequence, mut ordinals) in by_record {
        if let Some(record) = wal.read_one(sequence).map_err(StoreError::Wal)? {
            ordinals.sort_unstable();
            let before = items.len();
            let is_wanted = |place: Place| ordinals.binary_search(&place.ordinal).is_ok();
            if let Err(failure) = T::decode(&record, prices, &is_wanted, &mut |item| items.push(item)) {
                items.truncate(before);
                is_damaged = true;
                tracing::error!(
                    sequence = sequence.0,
                    error = &failure as &dyn std::error::Error,
                    "payload cannot be read"
                );
            }
        } else if let Some(file) = manifest.file_with(T::DATASET, sequence) {
            let places = ordinals.into_iter().map(|ordinal| Place { sequence, ordinal });
            by_file.entry(file.path.clone()).or_insert_with(|| (file, Vec::new())).1.extend(places);
        }
    }
    for (file, places) in by_file.into_values() {
        let path = archive_dir.join(&file.path);
        match read_places(&path, &places) {
            Ok(found) => items.extend(found),
            Err(error) => {
                is_damaged = true;
                tracing::error!(path = %path.display(), error = &error as &dyn std::error::Error, "archive file cannot be read");
                manifest.suspect(archive_dir, &file, &error);
            }
        }
    }
    Ok(Payload { items, is_damaged })
}
