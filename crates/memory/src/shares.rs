//! How `JUNJO_MEMORY_LIMIT` is divided; the table is in docs/memory.md.

use crate::part::Part;

/// The smallest limit. A smaller one counts as this, because DuckDB and one message need so much.
pub const MEMORY_LIMIT_MIN: u64 = 256 << 20;

/// What an idle server takes that can not be given back: threads, SQLite's and DuckDB's own, an open index.
const OWN_BYTES: u64 = 48 << 20;
/// Of the whole for the index's DuckDB: with less, lists of a small budget run out of memory.
const INDEX_ENGINE_EIGHTHS: u64 = 3;
/// A scan has no use for more: it reads one file's row groups at a time.
const SCAN_ENGINE_MAX: u64 = 128 << 20;
/// With less, DuckDB cannot read a row group of large payloads.
const SCAN_ENGINE_MIN: u64 = 32 << 20;
/// What remains for the parts is divided into so many pieces.
const PIECES: u64 = 28;

/// Pieces of a part; [`PIECES`] in all.
const fn pieces(part: Part) -> u64 {
    match part {
        // one key may take half of it: a message of 64 MiB with its compressed form at the default of 1 GiB, one of 48 MiB at half of
        // that
        Part::Receive => 13,
        Part::Index => 5,
        Part::Read => 4,
        Part::Seal => 3,
        Part::Send => 2,
        Part::Compress => 1,
    }
}

/// Who may take how much of a limit, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    limit: u64,
    receive: Option<u64>,
}

impl Shares {
    /// The shares of `limit` bytes, at least of [`MEMORY_LIMIT_MIN`].
    pub const fn of(limit: u64) -> Self {
        Self { limit: if limit < MEMORY_LIMIT_MIN { MEMORY_LIMIT_MIN } else { limit }, receive: None }
    }

    /// The same with `bytes` for messages being received, whatever the limit; the other shares stay.
    #[must_use]
    pub const fn receiving(self, bytes: u64) -> Self {
        Self { receive: Some(bytes), ..self }
    }

    /// Of the index's DuckDB.
    pub const fn index_engine_bytes(&self) -> u64 {
        self.limit / 8 * INDEX_ENGINE_EIGHTHS
    }

    /// Of the DuckDB that scans the archive.
    pub const fn scan_engine_bytes(&self) -> u64 {
        let share = self.divided() / 5;
        if share < SCAN_ENGINE_MIN {
            SCAN_ENGINE_MIN
        } else if share > SCAN_ENGINE_MAX {
            SCAN_ENGINE_MAX
        } else {
            share
        }
    }

    /// Of a part of the account.
    pub const fn bytes_of(&self, part: Part) -> u64 {
        match (part, self.receive) {
            (Part::Receive, Some(bytes)) => bytes,
            _ => (self.divided() - self.scan_engine_bytes()) / PIECES * pieces(part),
        }
    }

    /// What is left for scans and parts.
    const fn divided(&self) -> u64 {
        self.limit - OWN_BYTES - self.index_engine_bytes()
    }
}
