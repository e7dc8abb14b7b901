//! Records that cannot be decoded are kept as files, so that nothing acknowledged is ever thrown away.
//!
//! `quarantine/record-<sequence>.otlp.zst` is the stored payload, `.txt` beside it says why and whose it is.

use std::io::Write as _;
use std::path::PathBuf;

use junjo_wal::Record;

use crate::decode::DecodeFailure;
use crate::error::StoreError;

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
        let path = self.dir.join(format!("record-{:020}.otlp.zst", record.sequence.0));
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

    /// Removes the index files that were set aside: they may hold rows of what has been deleted since, and can be made again.
    /// Blocking.
    pub(crate) fn forget_indexes(&self) -> Result<(), StoreError> {
        let entries = match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(StoreError::io("list", &self.dir))?,
        };
        for entry in entries {
            let path = entry.map_err(StoreError::io("list", &self.dir))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with("index-") && name.contains(".duckdb") {
                std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
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
