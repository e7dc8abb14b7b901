//! Archived spans derived again: with another price table, or by a version that understands more of what was sent.

use junjo_span_model::{DERIVE_VERSION, PriceTable};

use crate::archive::manifest::{ArchiveFile, Leased};
use crate::archive::merge::{MergeJob, merge};
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::store::SpanStore;

/// What is derived again.
#[derive(Debug, Clone, Copy)]
pub struct Rederivation {
    /// The prices.
    pub prices: &'static PriceTable,
    /// Also files that this version has derived.
    pub all: bool,
}

/// What was derived again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rederived {
    /// Archive files.
    pub files: u64,
    /// Spans in them.
    pub spans: u64,
    /// Files that cannot be read and stay as they are, relative to the archive folder.
    pub damaged: Vec<String>,
}

impl SpanStore {
    /// Derives the promoted fields of archived spans again, file by file; `on_file` is told of each before its turn, with its
    /// number from 1 and how many there are. The index has to be closed: it is removed first, so that the next start fills a
    /// new one, also when this is interrupted. What was sent stays as it is, and so do log records. `now` is RFC 3339.
    pub async fn rederive(
        &self,
        what: Rederivation,
        now: &str,
        mut on_file: impl FnMut(&ArchiveFile, usize, usize),
    ) -> Result<Rederived, StoreError> {
        let current = i64::from(DERIVE_VERSION);
        let mut due = self.manifest().snapshot(Dataset::Spans).files;
        due.retain(|file| what.all || file.derive_version < current);
        let mut done = Rederived::default();
        if due.is_empty() {
            return Ok(done);
        }
        self.forget_index()?;
        let count = due.len();
        for (number, file) in (1..).zip(due) {
            on_file(&file, number, count);
            self.rederive_file(file, what.prices, now, &mut done).await?;
        }
        Ok(done)
    }

    async fn rederive_file(
        &self,
        file: Leased,
        prices: &'static PriceTable,
        now: &str,
        done: &mut Rederived,
    ) -> Result<(), StoreError> {
        let (store, entry) = (self.clone(), ArchiveFile::clone(&file));
        let work = move || {
            let doomed = store.manifest().deletions().doomed();
            let archive_dir = &store.options().archive_dir;
            merge(&MergeJob { inputs: &[file], archive_dir, doomed: &doomed, prices: Some(prices) })
        };
        let archive_dir = &self.options().archive_dir;
        match self.spawn_long(work).await.map_err(StoreError::Worker)? {
            Ok(output) => {
                done.files += 1;
                done.spans += output.as_ref().map_or(0, |output| output.row_count);
                self.manifest().replace(&[entry], output, now).await?;
                self.manifest().sweep(archive_dir).await.map(drop)
            }
            Err(
                error @ (StoreError::Damaged(_)
                | StoreError::Io { action: "open", .. }
                | StoreError::Parquet { action: "open" | "read", .. }),
            ) => {
                tracing::error!(
                    path = entry.path,
                    error = &error as &dyn std::error::Error,
                    "archive file stays as it is"
                );
                done.damaged.push(entry.path);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Removes the files of the index, which has to be closed.
    fn forget_index(&self) -> Result<(), StoreError> {
        if self.executor().is_ok() {
            return Err(StoreError::NotReady("it is open, and would have to be removed"));
        }
        let path = &self.options().index.path;
        for path in [&path.with_extension("duckdb.wal"), path] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::io("remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
