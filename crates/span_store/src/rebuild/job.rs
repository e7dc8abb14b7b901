//! What filling the index reads and writes.

use std::sync::atomic::AtomicBool;

use junjo_wal::Wal;

use crate::archive::handle::Archive;
use crate::catalog::file::Leased;
use crate::index::handle::Index;

/// What is filled, and from where.
pub(super) struct Fill<'a> {
    pub(super) index: &'a Index,
    pub(super) archive: &'a Archive,
    pub(super) wal: &'a Wal,
    pub(super) is_stopping: &'a AtomicBool,
}

/// A file to read, and all items of its dataset ever sealed up to its end, those of files that are gone included.
pub(super) struct FileToRead {
    pub(super) file: Leased,
    pub(super) items_through: u64,
}
