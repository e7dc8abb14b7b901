//! Whole items by place: from the wal while it has them, else from the archive.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use junjo_span_model::PriceTable;
use junjo_wal::{Record, Sequence, Wal};
use parking_lot::Mutex;

use super::handle::Archive;
use super::item::ArchiveItem;
use super::read::read_places;
use crate::budget::{Budget, Held};
use crate::catalog::file::Leased;
use crate::error::StoreError;
use crate::row::Place;

/// Items that the first read of a question asks for; from their size follows how many the next one may.
const FIRST_ITEMS: usize = 32;
/// A read asks for at most so many times what the one before has found room for.
const GROWTH_MAX: usize = 8;
/// Messages from this size on are decompressed one at a time: a message may be as large as all that may be read.
const LARGE_MESSAGE_BYTES: u64 = 4 << 20;

/// What was read.
pub(crate) struct Portion<T> {
    /// The items in the order of their places, as far as there was room; `None` for one whose record or file is damaged or gone.
    pub(crate) items: Vec<Option<T>>,
    /// A record or a file could not be read, and what was wanted of it is missing.
    pub(crate) is_damaged: bool,
    budget: Budget,
}

impl<T> Portion<T> {
    /// Bytes that the items take.
    pub(crate) const fn bytes(&self) -> usize {
        self.budget.used()
    }
}

/// What one read finds.
struct Found<T> {
    items: Vec<T>,
    is_damaged: bool,
    budget: Budget,
    /// There was no room for all that is wanted.
    is_over: bool,
}

impl<T: Held> Found<T> {
    fn push(&mut self, item: T) {
        if !self.is_over && self.budget.takes(item.held_bytes()) {
            self.items.push(item);
        } else {
            self.is_over = true;
            self.items = Vec::new();
        }
    }
}

/// Where whole items are read from.
#[derive(Clone)]
pub(crate) struct Payloads {
    wal: Wal,
    archive: Archive,
    prices: &'static PriceTable,
    large_message: Arc<Mutex<()>>,
}

impl Payloads {
    pub(crate) fn new(wal: Wal, archive: Archive, prices: &'static PriceTable) -> Self {
        Self { wal, archive, prices, large_message: Arc::default() }
    }

    /// Whole items at `places`, in their order, as far as `budget` has room for them; those whose record or file is damaged or
    /// gone are missing, damage is logged.
    pub(crate) async fn read<T>(&self, places: Vec<Place>, budget: Budget) -> Result<Portion<T>, StoreError>
    where
        T: ArchiveItem + Send + 'static,
    {
        let payloads = self.clone();
        let read = move || payloads.read_in_order(&places, budget);
        tokio::task::spawn_blocking(read).await.map_err(StoreError::Worker)?
    }

    /// The same. Blocking.
    ///
    /// Nobody knows the size of an item before it is read, so few are read at first. A read that finds no room is given up, and
    /// done again with fewer: what lies in between is in another order than what is wanted first.
    fn read_in_order<T: ArchiveItem>(
        &self,
        places: &[Place],
        budget: Budget,
    ) -> Result<Portion<T>, StoreError> {
        let mut portion = Portion { items: Vec::with_capacity(places.len()), is_damaged: false, budget };
        let mut count = FIRST_ITEMS;
        while portion.items.len() < places.len() {
            let rest = &places[portion.items.len()..];
            let wanted = &rest[..rest.len().min(count)];
            let found: Found<T> = self.read_now(wanted, portion.budget)?;
            portion.is_damaged |= found.is_damaged;
            if found.is_over {
                if wanted.len() == 1 {
                    break;
                }
                count = wanted.len() / 4 + 1;
                continue;
            }
            portion.budget = found.budget;
            let mut by_place: HashMap<Place, T> =
                found.items.into_iter().map(|item| (item.place(), item)).collect();
            portion.items.extend(wanted.iter().map(|place| by_place.remove(place)));
            let mean = (portion.bytes() / portion.items.len()).max(1);
            count = (portion.budget.left() / mean).clamp(1, wanted.len() * GROWTH_MAX);
        }
        Ok(portion)
    }

    /// Items at `places` in any order. Blocking.
    ///
    /// The wal is asked first: a record is trimmed only after its file is listed, so a miss there means the archive.
    fn read_now<T: ArchiveItem>(&self, places: &[Place], budget: Budget) -> Result<Found<T>, StoreError> {
        let mut by_record: BTreeMap<Sequence, Vec<i32>> = BTreeMap::new();
        for place in places {
            by_record.entry(place.sequence).or_default().push(place.ordinal);
        }
        let mut found =
            Found { items: Vec::with_capacity(places.len()), is_damaged: false, budget, is_over: false };
        // leased until they are read
        let mut by_file: BTreeMap<String, (Leased, Vec<Place>)> = BTreeMap::new();
        for (sequence, mut ordinals) in by_record {
            ordinals.sort_unstable();
            if found.is_over {
                return Ok(found);
            }
            if let Some(record) = self.wal.read_one(sequence).map_err(StoreError::Wal)? {
                self.decode(&record, &ordinals, &mut found);
            } else if let Some(file) = self.archive.manifest().file_with(T::DATASET, sequence) {
                let places = ordinals.into_iter().map(|ordinal| Place { sequence, ordinal });
                by_file.entry(file.path.clone()).or_insert_with(|| (file, Vec::new())).1.extend(places);
            }
        }
        for (file, places) in by_file.into_values() {
            if !found.is_over {
                self.read_file(&file, places, &mut found);
            }
        }
        Ok(found)
    }

    /// Adds the items of a record at `ordinals`, which are in order.
    fn decode<T: ArchiveItem>(&self, record: &Record, ordinals: &[i32], found: &mut Found<T>) {
        let _turn = (record.message_bytes() >= LARGE_MESSAGE_BYTES).then(|| self.large_message.lock());
        let before = found.items.len();
        // who is asked what is wanted, and who takes it, both have to know
        let is_over = Cell::new(found.is_over);
        let is_wanted = |place: Place| !is_over.get() && ordinals.binary_search(&place.ordinal).is_ok();
        let mut take = |item| {
            found.push(item);
            is_over.set(found.is_over);
        };
        if let Err(failure) = T::decode(record, self.prices, &is_wanted, &mut take) {
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
    fn read_file<T: ArchiveItem>(&self, file: &Leased, places: Vec<Place>, found: &mut Found<T>) {
        let path = self.archive.path_of(file);
        let before = found.items.len();
        let read = read_places(&path, places, &mut |items| {
            for item in items {
                found.push(item);
            }
            !found.is_over
        });
        if let Err(error) = read {
            found.items.truncate(before);
            found.is_damaged = true;
            tracing::error!(path = %path.display(), error = &error as &dyn std::error::Error, "archive file cannot be read");
            self.archive.unreadable().note(file, &error);
        }
    }
}
