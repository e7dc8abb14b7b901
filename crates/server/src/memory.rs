//! How much memory the process takes, and who gets which part of it.

/// Largest share of memory that is taken without being told: 1 GiB, or half of the machine.
const MEMORY_LIMIT_DEFAULT: u64 = 1 << 30;
/// What is taken at least, because DuckDB does not work with less.
const MEMORY_LIMIT_MIN: u64 = 128 << 20;

/// What an idle server takes: its pages and those of libduckdb, threads, SQLite, and an open index.
const OWN_BYTES: u64 = 80 << 20;

/// How the process's memory is divided. The index's share is of the whole: with less, lists of a small budget run out of
/// memory. The other shares are of what is left without what the program takes by itself ([`OWN_BYTES`]).
///
/// | part | share | why |
/// |---|---|---|
/// | index (DuckDB) | 3/8 | its buffers make lists and filters fast |
/// | scans of the archive (DuckDB) | 1/8, at least 64 MiB | one file's row groups at a time; opened by the first scan |
/// | messages being received | 1/4 | at most 192 MiB; one is up to 64 MiB |
/// | decoding, sealing, sessions | 1/4 | one batch of 8 MiB compressed at a time |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryShares {
    pub(crate) index_bytes: u64,
    pub(crate) scan_bytes: u64,
    pub(crate) in_flight_bytes: u64,
}

impl MemoryShares {
    /// The shares of `limit` bytes, or of what is taken without being told.
    pub(crate) fn of(limit: Option<u64>) -> Self {
        let whole = memory_limit(limit).max(MEMORY_LIMIT_MIN);
        let shared = whole.saturating_sub(OWN_BYTES);
        Self {
            index_bytes: whole / 8 * 3,
            scan_bytes: (shared / 8).max(64 << 20),
            in_flight_bytes: (shared / 4).clamp(64 << 20, 192 << 20),
        }
    }
}

/// What is set, or taken without being told.
pub(crate) fn memory_limit(limit: Option<u64>) -> u64 {
    limit.unwrap_or_else(default_memory_limit)
}

/// The smaller of 1 GiB and half of what the cgroup or the machine has.
fn default_memory_limit() -> u64 {
    let cgroup =
        std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kib: u64 = text
            .lines()
            .find(|line| line.starts_with("MemTotal:"))?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()?;
        Some(kib << 10)
    });
    let available = [cgroup, machine].into_iter().flatten().min();
    available.map_or(MEMORY_LIMIT_DEFAULT, |bytes| (bytes / 2).min(MEMORY_LIMIT_DEFAULT))
}
