//! Keys of Junjo's existing ingestion service: ULIDs, in the order in which it gave them out while its clock went forward.
//!
//! # Packed keys (`wal.db`, `taken_keys.keys`)
//!
//! Keys in ascending order, each as the difference to the one before it (the first to 0), in LEB128: seven bits a byte, the
//! lowest first, the highest bit of a byte set when another follows. The service counts up by less than 2^32 within a
//! millisecond, so at 20,000 spans/s a key takes between five and six bytes, and at most 19.

use junjo_wal::{KeyRange, TakenKeys};

/// Bits below the milliseconds.
const ENTROPY_BITS: u32 = 80;
const MILLIS_MAX: u64 = (1 << 48) - 1;
/// Keys are noted and forgotten by the second.
const SLOT_MILLIS: u64 = 1_000;

/// 48 bits of milliseconds of the service's clock, 80 bits that tell keys of one millisecond apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Key(u128);

impl Key {
    /// A key as the service sends it; `None` unless it has 16 bytes.
    pub(super) fn from_wire(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(u128::from_be_bytes(bytes)))
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The lowest key of a millisecond.
    pub(super) fn first_of(millis: u64) -> Self {
        Self(u128::from(millis.min(MILLIS_MAX)) << ENTROPY_BITS)
    }

    /// The lowest key of a slot.
    pub(super) fn first_of_slot(slot: i64) -> Self {
        Self::first_of(u64::try_from(slot).unwrap_or_default().saturating_mul(SLOT_MILLIS))
    }

    /// The key before this one: the service reads after a key, without it.
    pub(super) fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Milliseconds since 1970 of the service's clock.
    pub(super) fn millis(self) -> u64 {
        (self.0 >> ENTROPY_BITS) as u64
    }

    pub(super) fn slot(self) -> i64 {
        (self.millis() / SLOT_MILLIS) as i64
    }
}

/// Ascending keys, those of a slot together.
pub(super) fn by_slot(ascending: &[Key]) -> Vec<TakenKeys> {
    let slots = ascending.chunk_by(|a, b| a.slot() == b.slot());
    let taken = |keys: &[Key]| {
        let (first, last) = (keys.first()?, keys.last()?);
        Some(TakenKeys {
            slot: first.slot(),
            first: first.to_bytes().to_vec(),
            last: last.to_bytes().to_vec(),
            keys: pack(keys),
        })
    };
    slots.filter_map(taken).collect()
}

/// Where keys from `first` to `last` are noted.
pub(super) fn range(first: Key, last: Key) -> KeyRange {
    KeyRange {
        slots: (first.slot(), last.slot()),
        first: first.to_bytes().to_vec(),
        last: last.to_bytes().to_vec(),
    }
}

fn pack(ascending: &[Key]) -> Vec<u8> {
    let (mut packed, mut before) = (Vec::new(), 0);
    for key in ascending {
        let mut rest = key.0 - before;
        while rest >= 0x80 {
            packed.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        packed.push(rest as u8);
        before = key.0;
    }
    packed
}

/// The keys that [`pack`] was given; `None` when it cannot have made these bytes.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<Key>> {
    let (mut keys, mut before, mut difference, mut shift) = (Vec::new(), 0_u128, 0_u128, 0);
    for byte in packed {
        let bits = u128::from(byte & 0x7F);
        if shift >= u128::BITS || (bits << shift) >> shift != bits {
            return None;
        }
        difference |= bits << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            before = before.checked_add(difference)?;
            keys.push(Key(before));
            (difference, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the lowest and the highest key, and keys as the service makes them at 20,000 spans/s. Guarantee: the same keys
    /// come back, in less than six bytes each, and in the slots of their seconds.
    #[test]
    fn pack_takes_few_bytes_and_loses_nothing() {
        let edges = [Key(0), Key(1), Key(u128::MAX - 1), Key(u128::MAX)];
        assert_eq!(unpack(&pack(&edges)).unwrap(), edges);
        let mut keys = Vec::new();
        for millis in 1_790_000_000_500_u64..1_790_000_001_500 {
            let entropy = u128::from(millis).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C) >> 49;
            keys.extend((0..20).map(|n| Key(Key::first_of(millis).0 + entropy + n * 0xB000_0000)));
        }
        let slots = by_slot(&keys);
        assert_eq!(slots.iter().map(|taken| taken.slot).collect::<Vec<_>>(), [1_790_000_000, 1_790_000_001]);
        let back: Vec<Key> = slots.iter().flat_map(|taken| unpack(&taken.keys).unwrap()).collect();
        assert_eq!(back, keys);
        let bytes: usize = slots.iter().map(|taken| taken.keys.len()).sum();
        assert!(bytes < keys.len() * 6, "{bytes} bytes for {} keys", keys.len());
    }

    /// Scenario: bytes that no packing made: an end within a key, a number of more than 128 bits, a sum above it. Guarantee:
    /// they are refused.
    #[test]
    fn unpack_refuses_what_was_not_packed() {
        let above = [pack(&[Key(u128::MAX)]), vec![1]].concat();
        for damaged in [vec![0x80], [vec![0xFF; 19], vec![1]].concat(), above] {
            assert_eq!(unpack(&damaged), None, "{damaged:02x?}");
        }
    }
}
