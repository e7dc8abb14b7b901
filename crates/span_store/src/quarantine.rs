//! Records that cannot be decoded are kept as files, so that nothing acknowledged is ever thrown away.
//!
//! `quarantine/record-<sequence>.otlp.zst` is the stored payload, `.txt` beside it says why and whose it is.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use junjo_wal::{Record, Sequence};

use crate::catalog::to_delete::ToDelete;
use crate::decode::DecodeFailure;
use crate::error::StoreError;

/// What names of kept records end with.
const RECORD_SUFFIX: &str = ".otlp.zst";
/// Most of a kept record that is looked through; receivers take no more.
const MESSAGE_BYTES_MAX: u64 = 64 << 20;

/// The quarantine folder.
#[derive(Debug, Clone)]
pub struct Quarantine {
    dir: PathBuf,
}

impl Quarantine {
    /// Uses `dir`, which is created with the first record.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Keeps `record` durably; keeping it again changes nothing. Blocking.
    pub fn keep(&self, record: &Record, failure: &DecodeFailure) -> Result<(), StoreError> {
        std::fs::create_dir_all(&self.dir).map_err(StoreError::io("create", &self.dir))?;
        let path = self.dir.join(format!("record-{:020}{RECORD_SUFFIX}", record.sequence.0));
        if path.try_exists().map_err(StoreError::io("look for", &path))? {
            return Ok(());
        }
        tracing::error!(
            sequence = record.sequence.0,
            error = failure as &dyn std::error::Error,
            kept = %path.display(),
            "a record cannot be decoded and is kept in the quarantine folder"
        );
        let why = format!(
            "{failure}\nsequence {}\nkey {}\nreceived {}\nitems {}\n",
            record.sequence, record.key_id, record.received_unix_nano, record.item_count
        );
        self.write(&path.with_extension("txt"), why.as_bytes())?;
        self.write(&path, record.payload())
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
                tracing::warn!(path = %path.display(), "removed from the quarantine folder: it may hold what was to be deleted");
                std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
                // what is said of a record goes with it
                let _ = std::fs::remove_file(path.with_extension("txt"));
            }
        }
        Ok(())
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

/// Whether a kept record is old enough and holds an id or name that is to be deleted. One that cannot be decompressed says nothing
/// to anybody.
fn holds_some(path: &Path, to_delete: &ToDelete) -> Result<bool, StoreError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let number = name.trim_start_matches("record-").trim_end_matches(RECORD_SUFFIX);
    if number.parse().is_ok_and(|number| Sequence(number) > to_delete.through()) {
        return Ok(false);
    }
    let file = std::fs::File::open(path).map_err(StoreError::io("read", path))?;
    let mut message = Vec::new();
    let decoder = zstd::Decoder::new(file).map_err(StoreError::io("read", path))?;
    let read = decoder.take(MESSAGE_BYTES_MAX).read_to_end(&mut message);
    Ok(read.is_ok() && to_delete.names_in(&message))
}
