//! What an answer says that a scan could not complete. Pure.

/// A scan that did not get through everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incomplete {
    /// Why it stopped.
    pub reason: IncompleteReason,
    /// Everything that started at or after this was searched, unix nanoseconds.
    pub searched_from_unix_nano: i64,
}

/// Why a scan stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncompleteReason {
    /// Its time was over.
    TimeLimit,
    /// It found more than it may hold.
    MatchLimit,
    /// An archive file could not be read; the server's log says which.
    UnreadableFile,
}
