//! Which items of a file to be arrive more than once, in 8 bytes an item: hashes first, the items themselves only where a hash
//! is there twice.

use std::hash::Hash;

use ahash::{AHashMap, AHashSet, RandomState};

use crate::row::Place;

/// Hashes of the items seen so far.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    of: RandomState,
    seen: Vec<u64>,
}

impl Hashes {
    /// With room for so many items.
    pub(super) fn with_capacity(items: u64) -> Self {
        Self { of: RandomState::new(), seen: Vec::with_capacity(usize::try_from(items).unwrap_or_default()) }
    }

    pub(super) fn note(&mut self, identity: &impl Hash) {
        self.seen.push(self.of.hash_one(identity));
    }

    /// What is there more than once, and maybe a few others whose hash happens to be the same.
    pub(super) fn repeated(self) -> Repeated {
        let Self { of, mut seen } = self;
        seen.sort_unstable();
        let mut hashes: Vec<u64> = seen.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
        hashes.dedup();
        Repeated { of, hashes }
    }
}

/// The hashes that are there more than once.
#[derive(Debug)]
pub(super) struct Repeated {
    of: RandomState,
    /// In order.
    hashes: Vec<u64>,
}

impl Repeated {
    pub(super) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    fn may_have(&self, identity: &impl Hash) -> bool {
        self.hashes.binary_search(&self.of.hash_one(identity)).is_ok()
    }
}

/// Finds the places of all but the last of equal items.
#[derive(Debug)]
pub(super) struct Superseded<'r, I> {
    repeated: &'r Repeated,
    newest: AHashMap<I, Place>,
    places: AHashSet<Place>,
}

impl<'r, I: Eq + Hash> Superseded<'r, I> {
    pub(super) fn among(repeated: &'r Repeated) -> Self {
        Self { repeated, newest: AHashMap::new(), places: AHashSet::new() }
    }

    /// Takes the next item, whatever its place.
    pub(super) fn take(&mut self, identity: I, place: Place) {
        if !self.repeated.may_have(&identity) {
            return;
        }
        self.newest
            .entry(identity)
            .and_modify(|newest| {
                self.places.insert(place.min(*newest));
                *newest = place.max(*newest);
            })
            .or_insert(place);
    }

    pub(super) fn places(self) -> AHashSet<Place> {
        self.places
    }
}

#[cfg(test)]
mod tests {
    use junjo_wal::Sequence;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Scenario: items with few identities, in any order. Guarantee: found are all places but the highest of each identity.
        #[test]
        fn all_but_the_last_of_equal_items_are_found(identities in vec(0u8..40, 0..60)) {
            let items: Vec<_> = identities.iter().zip(0..)
                .map(|(identity, at)| (*identity, Place { sequence: Sequence(at / 7), ordinal: (at % 7) as i32 }))
                .collect();
            let mut hashes = Hashes::default();
            for (identity, _) in &items {
                hashes.note(identity);
            }
            let repeated = hashes.repeated();
            let mut superseded = Superseded::among(&repeated);
            for (identity, place) in items.iter().rev() {
                superseded.take(*identity, *place);
            }
            let expected: AHashSet<Place> = items.iter()
                .filter(|(identity, place)| items.iter().any(|(other, later)| other == identity && later > place))
                .map(|(_, place)| *place)
                .collect();
            prop_assert_eq!(repeated.is_empty(), expected.is_empty());
            prop_assert_eq!(superseded.places(), expected);
        }
    }
}
