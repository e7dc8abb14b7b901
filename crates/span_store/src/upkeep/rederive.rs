//! Archived spans and log records derived again: with another price table, or by a version that understands more of what was sent.

use junjo_span_model::{DERIVE_VERSION, PriceTable};

use super::handle::UpkeepWork;
use crate::archive::merge::{MergeJob, merge};
use crate::catalog::file::{ArchiveFile, Leased};
use crate::dataset::Dataset;
use crate::error::StoreError;

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
    /// Log records in them.
    pub log_records: u64,
    /// Files that cannot be read and stay as they are, relative to the archive folder.
    pub damaged: Vec<String>,
}

impl UpkeepWork {
    /// Derives the promoted fields of archived spans and log records again, file by file; `on_file` is told of each before its turn, with its
    /// number from 1 and how many there are. The index has to be closed: it is removed first, so that the next start fills a
    /// new one, with what log records say about their spans, also when this is interrupted. What was sent stays as it is.
    pub(crate) async fn rederive(
        &self,
        what: Rederivation,
        now_unix_nano: i64,
        mut on_file: impl FnMut(&ArchiveFile, usize, usize),
    ) -> Result<Rederived, StoreError> {
        let current = i64::from(DERIVE_VERSION);
        let manifest = self.manifest();
        let mut due = manifest.snapshot(Dataset::Spans).files;
        due.extend(manifest.snapshot(Dataset::Logs).files);
        due.retain(|file| what.all || file.derive_version < current);
        let mut done = Rederived::default();
        if due.is_empty() {
            return Ok(done);
        }
        self.index.remove_files()?;
        let count = due.len();
        for (number, file) in (1..).zip(due) {
            on_file(&file, number, count);
            self.rederive_file(file, what.prices, now_unix_nano, &mut done).await?;
        }
        Ok(done)
    }

    async fn rederive_file(
        &self,
        file: Leased,
        prices: &'static PriceTable,
        now_unix_nano: i64,
        done: &mut Rederived,
    ) -> Result<(), StoreError> {
        let (archive, entry) = (self.archive.clone(), ArchiveFile::clone(&file));
        let turns = self.turns.clone();
        let work = move || {
            let to_delete = &archive.catalog().deletions().to_delete();
            let (inputs, archive_dir, turns) = (&[file], archive.dir(), &turns);
            merge(&MergeJob { inputs, archive_dir, to_delete, prices: Some(prices), turns })
        };
        match self.long_work.run(work).await {
            Ok(output) => {
                done.files += 1;
                let rows = output.as_ref().map_or(0, |output| output.row_count);
                match entry.dataset {
                    Dataset::Spans => done.spans += rows,
                    Dataset::Logs => done.log_records += rows,
                }
                self.catalog().replace(&[entry], output, now_unix_nano).await?;
                self.archive.sweep().await.map(drop)
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
}
