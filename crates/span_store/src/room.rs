//! How much memory writing a file may take: a seal has one half of [`Part::Seal`], a merge the other.

use std::sync::{Arc, OnceLock};

use junjo_memory::{Loan, Memory, Part};

/// A share where no account was handed over: as of 1 GiB.
const BYTES_OF_ITS_OWN: u64 = 28 << 20;
/// What tells an item that arrives twice takes in memory while a file is written: a hash, in a vector that grows.
const ITEM_BYTES: u64 = 16;

/// What one file may take; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Room(Arc<OnceLock<Memory>>);

impl Room {
    /// Says which account it takes from, once.
    pub(crate) fn take_from(&self, memory: Memory) {
        let _ = self.0.set(memory);
    }

    /// Reserves what a file may take, as long as the loan is there.
    pub(crate) fn reserve(&self) -> Option<Loan> {
        self.0.get()?.try_reserve(Part::Seal, self.bytes()).ok()
    }

    /// Text of rows that become one batch.
    pub(crate) fn batch_bytes(&self) -> usize {
        clamped(self.bytes() / 6, 256 << 10, 4 << 20)
    }

    /// Text of a row group, which the writer keeps until it is complete.
    pub(crate) fn group_bytes(&self) -> usize {
        clamped(self.bytes() / 2, 2 << 20, 16 << 20)
    }

    /// Items of the records that become one file, unless one record has more.
    pub(crate) fn items_max(&self) -> u64 {
        (self.bytes() / 2 / ITEM_BYTES).clamp(1 << 14, 1 << 18)
    }

    fn bytes(&self) -> u64 {
        // in whole KiB, as the account counts
        self.0.get().map_or(BYTES_OF_ITS_OWN, |memory| memory.bytes_max(Part::Seal) / 2048 * 1024)
    }
}

fn clamped(bytes: u64, least: u64, most: u64) -> usize {
    usize::try_from(bytes.clamp(least, most)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use junjo_memory::Shares;

    use super::*;

    /// Scenario: accounts of 256 MiB and 1 GiB, and none. Guarantee: a seal and a merge fit beside each other, and what they take
    /// follows the account.
    #[test]
    fn two_files_fit_into_a_share() {
        let of = |limit: u64| {
            let room = Room::default();
            room.take_from(Memory::new(&Shares::of(limit)));
            room
        };
        let (small, large) = (of(256 << 20), of(1 << 30));
        assert!(small.group_bytes() < large.group_bytes() && small.items_max() < large.items_max());
        let _first = small.reserve().unwrap();
        let second = small.reserve();
        assert!(second.is_some() && small.reserve().is_none());
        assert!(Room::default().reserve().is_none());
    }
}
