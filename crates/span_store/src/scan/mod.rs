//! Scans of whole spans: the second DuckDB instance, which reads archive files and the log's tail for conditions on
//! attributes and texts. It only ever says *which* spans match and what their attributes are; whether such a span is
//! the living one, and everything else about it, the index says.
//!
//! A scan goes unit by unit, newest first: files of the archive and pieces of the log that is not sealed, as far as the
//! time range leaves them, by the latest time they reach. After each unit it is known down to which start everything has
//! been searched, so a scan that runs out of time gives an exact answer for a shorter range.

mod hints;
mod instance;
mod matches;
mod plan;
mod run;

pub(crate) use hints::Records;
pub use instance::ScanOptions;
pub(crate) use instance::open;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use matches::tail_table;
pub(crate) use matches::{MATCHES, with_matches};
pub(crate) use run::{Scan, ScanJob, Searched, scan_file, scan_spans};

/// A scan that did not get through everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incomplete {
    /// Why it stopped.
    pub reason: IncompleteReason,
    /// Everything that started at or after this was searched, unix nanoseconds.
    pub searched_from_unix_nanos: i64,
}

/// Why a scan stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncompleteReason {
    /// Its time was over.
    TimeLimit,
    /// It found more than it may hold.
    MatchLimit,
    /// An archive file could not be read; the log says which.
    UnreadableFile,
}
