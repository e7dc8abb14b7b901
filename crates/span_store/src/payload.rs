//! Whole spans by place: from the log while it has them, else from the archive.

use std::collections::BTreeMap;
use std::path::Path;

use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};

use crate::archive::manifest::Manifest;
use crate::archive::read::read_places;
use crate::decode::decode_at;
use crate::error::StoreError;
use crate::row::Place;
use crate::whole_span::WholeSpan;

/// Reads whole spans; those whose record or file is damaged or gone are left out and logged. Blocking.
///
/// The log is asked first: a record is trimmed only after its file is listed, so a miss there means the archive.
pub(crate) fn read(
    wal: &Wal,
    manifest: &Manifest,
    archive_dir: &Path,
    prices: &PriceTable,
    places: &[Place],
) -> Result<Vec<WholeSpan>, StoreError> {
    let mut by_record: BTreeMap<Sequence, Vec<i32>> = BTreeMap::new();
    for place in places {
        by_record.entry(place.sequence).or_default().push(place.ordinal);
    }
    let mut spans = Vec::with_capacity(places.len());
    let mut by_file: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for (sequence, ordinals) in by_record {
        if let Some(record) = wal.read_one(sequence).map_err(StoreError::Wal)? {
            match decode_at(&record, &ordinals, prices) {
                Ok(found) => spans.extend(found),
                Err(failure) => {
                    tracing::error!(
                        sequence = sequence.0,
                        error = &failure as &dyn std::error::Error,
                        "payload cannot be read"
                    );
                }
            }
        } else if let Some(file) = manifest.file_with(sequence) {
            let places = ordinals.into_iter().map(|ordinal| Place { sequence, ordinal });
            by_file.entry(file.path).or_default().extend(places);
        }
    }
    for (file, places) in by_file {
        let path = archive_dir.join(&file);
        match read_places(&path, &places) {
            Ok(found) => spans.extend(found),
            Err(error) => {
                tracing::error!(path = %path.display(), error = &error as &dyn std::error::Error, "archive file cannot be read");
            }
        }
    }
    Ok(spans)
}
