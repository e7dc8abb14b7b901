//! Records that cannot be decoded, or that ended the process again and again, are kept as files, so that nothing acknowledged
//! is ever thrown away. What is here is not decoded again.
//!
//! `quarantine/record-<sequence>.otlp.zst` is the stored payload, `.txt` beside it says why and whose it is. A deletion may remove
//! both while the log still has the record: `record-<sequence>.removed` then says that it stays left out.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use junjo_wal::{Record, Sequence, WalId};
use parking_lot::RwLock;

use crate::catalog::to_delete::ToDelete;
use crate::decode::DecodeFailure;
use crate::error::StoreError;

/// What names of kept records end with.
const RECORD_SUFFIX: &str = ".otlp.zst";
/// The same of what says that a kept record was removed.
const REMOVED_SUFFIX: &str = ".removed";
/// Most of a kept record that is looked through; receivers take no more.
const MESSAGE_BYTES_MAX: u64 = 64 << 20;

/// The quarantine folder; cheap to clone.
#[derive(Debug, Clone)]
pub struct Quarantine {
    dir: PathBuf,
    wal: WalId,
    /// The log's records that are in it, or were until a deletion removed them.
    kept: Arc<RwLock<BTreeSet<Sequence>>>,
}

impl Quarantine {
    /// Uses `dir`, which is created with the first record, for records of one log.
    pub fn new(dir: PathBuf, wal: WalId) -> Self {
        let names = std::fs::read_dir(&dir).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let of_log = |name: std::ffi::OsString| {
            let name = name.to_str()?;
            let path = dir.join(name);
            let why = if name.ends_with(REMOVED_SUFFIX) { path } else { path.with_extension("txt") };
            let why = std::fs::read_to_string(why).ok()?;
            why.lines().any(|line| line == line_of(wal)).then(|| sequence_of(name)).flatten()
        };
        let kept = names.filter_map(of_log).collect();
        Self { dir, wal, kept: Arc::new(RwLock::new(kept)) }
    }

    /// Whether a record is kept or was, so that nobody decodes it again.
    pub fn has(&self, sequence: Sequence) -> bool {
        self.kept.read().contains(&sequence)
    }

    /// Keeps `record` durably; keeping it again changes nothing. Blocking.
    pub fn keep(&self, record: &Record, failure: &DecodeFailure) -> Result<(), StoreError> {
        let what = "a record cannot be decoded and is kept in the quarantine folder";
        self.keep_for(record, failure, what)
    }

    /// Keeps a record durably that the process has died over several times in a row. Blocking.
    pub fn put_aside(&self, record: &Record) -> Result<(), StoreError> {
        let what = "a record ended the server several times in a row: it is left out of index and archive, and kept in the \
                    quarantine folder; please report it, and send what it holds again in smaller requests";
        self.keep_for(record, &DecodeFailure::Deadly, what)
    }

    fn keep_for(&self, record: &Record, failure: &DecodeFailure, what: &str) -> Result<(), StoreError> {
        std::fs::create_dir_all(&self.dir).map_err(StoreError::io("create", &self.dir))?;
        let path = self.dir.join(format!("record-{:020}{RECORD_SUFFIX}", record.sequence.0));
        if path.try_exists().map_err(StoreError::io("look for", &path))? {
            self.kept.write().insert(record.sequence);
            return Ok(());
        }
        tracing::error!(
            sequence = record.sequence.0,
            error = failure as &dyn std::error::Error,
            kept = %path.display(),
            "{what}"
        );
        let why = format!(
            "{failure}\nsequence {}\nkey {}\nreceived {}\nitems {}\n{}\n",
            record.sequence,
            record.key_id,
            record.received_unix_nano,
            record.item_count,
            line_of(self.wal)
        );
        self.write(&path.with_extension("txt"), why.as_bytes())?;
        self.write(&path, record.payload())?;
        self.kept.write().insert(record.sequence);
        Ok(())
    }

    /// Removes what may hold something that has been deleted since: index files that were set aside (they can be made again),
    /// damaged copies of the log (what was readable is in the log), and records that name a deleted trace or service. Blocking.
    pub(crate) fn forget(&self, to_delete: &ToDelete) -> Result<(), StoreError> {
        let entries = match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(StoreError::io("list", &self.dir))?,
        };
        for entry in entries {
            let path = entry.map_err(StoreError::io("list", &self.dir))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_copy = name.starts_with("index-") || name.starts_with("wal-");
            if is_copy || (name.ends_with(RECORD_SUFFIX) && holds_some(&path, to_delete)?) {
                // one of another log says nothing of ours
                if let Some(sequence) = sequence_of(&name).filter(|sequence| self.has(*sequence)) {
                    self.note_removed(sequence)?;
                }
                tracing::warn!(path = %path.display(), "removed from the quarantine folder: it may hold what was to be deleted");
                std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
                // what is said of a record goes with it
                let _ = std::fs::remove_file(path.with_extension("txt"));
            }
        }
        Ok(())
    }

    /// Says durably that a record of this log stays left out although it is not kept any more.
    fn note_removed(&self, sequence: Sequence) -> Result<(), StoreError> {
        let path = self.dir.join(format!("record-{:020}{REMOVED_SUFFIX}", sequence.0));
        let text = format!("removed by a deletion\nsequence {sequence}\n{}\n", line_of(self.wal));
        self.write(&path, text.as_bytes())
    }

    fn write(&self, path: &std::path::Path, bytes: &[u8]) -> Result<(), StoreError> {
        let temporary = path.with_extension("tmp");
        std::fs::File::create(&temporary)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&temporary, path))
            .and_then(|()| std::fs::File::open(&self.dir).and_then(|dir| dir.sync_all()))
            .map_err(StoreError::io("write", path))
    }
}

/// The record that a file of the folder holds, or held.
fn sequence_of(name: &str) -> Option<Sequence> {
    let rest = name.strip_prefix("record-")?;
    let digits = rest.strip_suffix(RECORD_SUFFIX).or_else(|| rest.strip_suffix(REMOVED_SUFFIX))?;
    digits.parse().ok().map(Sequence)
}

/// The line that says which log a record is of: another one may have a record of the same sequence.
fn line_of(wal: WalId) -> String {
    format!("log {wal}")
}

/// Whether a kept record is old enough and holds an id or name that is to be deleted. One that cannot be decompressed says nothing
/// to anybody.
fn holds_some(path: &Path, to_delete: &ToDelete) -> Result<bool, StoreError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if sequence_of(&name).is_some_and(|sequence| sequence > to_delete.through()) {
        return Ok(false);
    }
    let file = std::fs::File::open(path).map_err(StoreError::io("read", path))?;
    let mut message = Vec::new();
    let decoder = zstd::Decoder::new(file).map_err(StoreError::io("read", path))?;
    let read = decoder.take(MESSAGE_BYTES_MAX).read_to_end(&mut message);
    Ok(read.is_ok() && to_delete.names_in(&message))
}
