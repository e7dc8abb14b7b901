//! How `JUNJO_MEMORY_LIMIT` is divided; the table is in docs/memory.md.

use crate::Part;

/// The smallest limit. A smaller one counts as this, because DuckDB and one message need so much.
pub const MEMORY_LIMIT_MIN: u64 = 256 << 20;

/// What an idle server takes that can not be given back: threads, SQLite's and DuckDB's own, an open index.
const OWN_BYTES: u64 = 48 << 20;
/// Of the whole for the index's DuckDB: with less, lists of a small budget run out of memory.
const INDEX_ENGINE_EIGHTHS: u64 = 3;
/// A scan has no use for more: it reads one file's row groups at a time.
const SCAN_ENGINE_MAX: u64 = 128 << 20;
/// What remains for scans and parts is divided into so many pieces.
const PIECES: u64 = 28;
/// Pieces for scans of the archive.
const SCAN_ENGINE_PIECES: u64 = 7;

/// Pieces of a part. They and [`SCAN_ENGINE_PIECES`] are [`PIECES`] in all.
const fn pieces(part: Part) -> u64 {
    match part {
        Part::Receive => 7,
        Part::Read | Part::Index => 4,
        Part::Seal => 3,
        Part::Send => 2,
        Part::Compress => 1,
    }
}

/// Who may take how much of a limit, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    limit: u64,
}

impl Shares {
    /// The shares of `limit` bytes, at least of [`MEMORY_LIMIT_MIN`].
    pub const fn of(limit: u64) -> Self {
        Self { limit: if limit < MEMORY_LIMIT_MIN { MEMORY_LIMIT_MIN } else { limit } }
    }

    /// Of the index's DuckDB.
    pub const fn index_engine_bytes(&self) -> u64 {
        self.limit / 8 * INDEX_ENGINE_EIGHTHS
    }

    /// Of the DuckDB that scans the archive.
    pub const fn scan_engine_bytes(&self) -> u64 {
        let share = self.piece() * SCAN_ENGINE_PIECES;
        if share > SCAN_ENGINE_MAX { SCAN_ENGINE_MAX } else { share }
    }

    /// Of a part of the account.
    pub const fn bytes_of(&self, part: Part) -> u64 {
        self.piece() * pieces(part)
    }

    const fn piece(&self) -> u64 {
        (self.limit - OWN_BYTES - self.index_engine_bytes()) / PIECES
    }
}
