//! Whole items by place: from the wal while it has them, else from the archive.

use std::collections::BTreeMap;

use junjo_span_model::PriceTable;
use junjo_wal::{Record, Sequence, Wal};

use super::handle::Archive;
use super::item::ArchiveItem;
use super::read::read_places;
use crate::catalog::file::Leased;
use crate::error::StoreError;
use crate::row::Place;

/// What was read.
pub(crate) struct Payload<T> {
    pub(crate) items: Vec<T>,
    /// A record or a file could not be read, and what was wanted of it is missing.
    pub(crate) is_damaged: bool,
}

/// Where whole items are read from.
#[derive(Clone)]
pub(crate) struct Payloads {
    wal: Wal,
    archive: Archive,
    prices: &'static PriceTable,
}

impl Payloads {
    pub(crate) fn new(wal: Wal, archive: Archive, prices: &'static PriceTable) -> Self {
        Self { wal, archive, prices }
    }

    /// Whole items by place, in place order; those whose record or file is damaged or gone are left out, damage is logged.
    pub(crate) async fn read<T>(&self, places: Vec<Place>) -> Result<Payload<T>, StoreError>
    where
        T: ArchiveItem + Send + 'static,
    {
        let payloads = self.clone();
        let read = move || {
            let mut read: Payload<T> = payloads.read_now(&places)?;
            read.items.sort_unstable_by_key(ArchiveItem::place);
            Ok(read)
        };
        tokio::task::spawn_blocking(read).await.map_err(StoreError::Worker)?
    }

    /// The same in any order. Blocking.
    ///
    /// The wal is asked first: a record is trimmed only after its file is listed, so a miss there means the archive.
    fn read_now<T: ArchiveItem>(&self, places: &[Place]) -> Result<Payload<T>, StoreError> {
        let mut by_record: BTreeMap<Sequence, Vec<i32>> = BTreeMap::new();
        for place in places {
            by_record.entry(place.sequence).or_default().push(place.ordinal);
        }
        let mut found = Payload { items: Vec::with_capacity(places.len()), is_damaged: false };
        // leased until they are read
        let mut by_file: BTreeMap<String, (Leased, Vec<Place>)> = BTreeMap::new();
        for (sequence, mut ordinals) in by_record {
            ordinals.sort_unstable();
            if let Some(record) = self.wal.read_one(sequence).map_err(StoreError::Wal)? {
                self.decode(&record, &ordinals, &mut found);
            } else if let Some(file) = self.archive.manifest().file_with(T::DATASET, sequence) {
                let places = ordinals.into_iter().map(|ordinal| Place { sequence, ordinal });
                by_file.entry(file.path.clone()).or_insert_with(|| (file, Vec::new())).1.extend(places);
            }
        }
        for (file, places) in by_file.into_values() {
            self.read_file(&file, &places, &mut found);
        }
        Ok(found)
    }

    /// Adds the items of a record at `ordinals`, which are in order.
    fn decode<T: ArchiveItem>(&self, record: &Record, ordinals: &[i32], found: &mut Payload<T>) {
        let before = found.items.len();
        let is_wanted = |place: Place| ordinals.binary_search(&place.ordinal).is_ok();
        if let Err(failure) = T::decode(record, self.prices, &is_wanted, &mut |item| found.items.push(item)) {
            found.items.truncate(before);
            found.is_damaged = true;
            tracing::error!(
                sequence = record.sequence.0,
                error = &failure as &dyn std::error::Error,
                "payload cannot be read"
            );
        }
    }

    /// Adds the items of a file at `places`.
    fn read_file<T: ArchiveItem>(&self, file: &Leased, places: &[Place], found: &mut Payload<T>) {
        let path = self.archive.path_of(file);
        match read_places(&path, places) {
            Ok(items) => found.items.extend(items),
            Err(error) => {
                found.is_damaged = true;
                tracing::error!(path = %path.display(), error = &error as &dyn std::error::Error, "archive file cannot be read");
                self.archive.unreadable().note(file, &error);
            }
        }
    }
}
