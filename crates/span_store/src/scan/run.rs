//! One scan, unit by unit.

use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use duckdb::Connection;
use tokio::time::Instant;

use super::handle::Scans;
use super::hints::{beside_hints, has_hints};
use super::incomplete::IncompleteReason;
use super::job::ScanJob;
use super::plan::{Plan, Source};
use super::records::Records;
use super::unit::{InFile, Tail, hints_for};
use crate::catalog::file::Leased;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::index::executor::{Executor, Watch};

/// After this no further unit is begun. Below the time limit of a request, so that what was found is still answered.
const SEARCH_TIME: Duration = Duration::from_secs(8);
/// After this the unit that is searched is given up, its wait for a turn included.
const UNIT_TIME: Duration = Duration::from_secs(12);
/// Arrow bytes of matches that one scan holds.
const MATCH_BYTES_MAX: usize = 48 << 20;

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Searched {
    /// Through everything.
    Whole,
    /// Everything that started at or after this, unix nanoseconds; there is more.
    From(i64),
    /// As far as it goes now.
    Stopped(IncompleteReason, i64),
}

/// A scan in progress. Dropping it interrupts what runs.
pub(crate) struct Scan {
    scans: Scans,
    executor: Arc<Executor>,
    job: Arc<ScanJob>,
    plan: Plan,
    units_done: usize,
    /// A file could not be read, and was passed over.
    is_damaged: bool,
    bytes: usize,
    started: Instant,
}

impl Scan {
    /// A scan whose time began at `started`.
    pub(crate) async fn new(scans: &Scans, job: ScanJob, started: Instant) -> Result<Self, StoreError> {
        let job = ScanJob { reads_hints: job.reads_hints && has_hints(scans.index()).await?, ..job };
        Ok(Self {
            plan: Plan::new(scans, job.time).await?,
            executor: scans.executor().await?,
            scans: scans.clone(),
            job: Arc::new(job),
            units_done: 0,
            is_damaged: false,
            bytes: 0,
            started,
        })
    }

    /// Searches one more unit: its matches, and how far the scan is with them. Not to be called after the end.
    pub(crate) async fn next(&mut self) -> Result<(Vec<RecordBatch>, Searched), StoreError> {
        let Some(unit) = self.plan.units.get(self.units_done) else {
            return Ok((Vec::new(), Searched::Whole));
        };
        let source = unit.source.clone();
        let found = match source {
            Source::File(file) => self.file(&file, Records::ALL).await,
            Source::Tail(records) => self.tail(records).await,
        };
        let found = match found {
            // what was found before stands, down to where it was complete
            Err(StoreError::Interrupted) => return Ok((Vec::new(), self.out_of_time())),
            Err(StoreError::Busy) if self.units_done > 0 => return Ok((Vec::new(), self.out_of_time())),
            other => other?,
        };
        self.units_done += 1;
        self.bytes += found.iter().map(RecordBatch::get_array_memory_size).sum::<usize>();
        Ok((found, self.searched()))
    }

    /// Whether files were passed over, so that what they hold is missing.
    pub(crate) fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    fn searched(&self) -> Searched {
        let from = self.plan.searched_from(self.units_done);
        if self.units_done >= self.plan.units.len() {
            Searched::Whole
        } else if self.bytes > MATCH_BYTES_MAX {
            Searched::Stopped(IncompleteReason::MatchLimit, from)
        } else if self.started.elapsed() >= SEARCH_TIME {
            self.out_of_time()
        } else {
            Searched::From(from)
        }
    }

    fn out_of_time(&self) -> Searched {
        Searched::Stopped(IncompleteReason::TimeLimit, self.plan.searched_from(self.units_done))
    }

    /// Records that no file had when the plan was made. What was sealed since is read from its file, the rest from the wal.
    async fn tail(&mut self, mut records: Records) -> Result<Vec<RecordBatch>, StoreError> {
        let mut found = Vec::new();
        while records.after < records.last {
            let sealed = self.scans.archive().manifest().snapshot(Dataset::Spans);
            if sealed.through > records.after {
                let is_wanted = |file: &&Leased| {
                    file.last_sequence > records.after && file.first_sequence <= records.last
                };
                for file in sealed.files.iter().filter(is_wanted) {
                    found.extend(self.file(file, records).await?);
                }
                records.after = sealed.through;
                continue;
            }
            let hints = hints_for(&self.scans, &self.job, records).await?;
            let job = Arc::clone(&self.job);
            let tail = Tail { sources: self.scans.sources().clone(), records };
            let search = move |connection: &Connection, watch: &Watch| {
                beside_hints(connection, &hints, |layer| tail.search(connection, watch, &job, layer))
            };
            let (batches, done) = self.executor.run_until(self.started + UNIT_TIME, search).await?;
            found.extend(batches);
            records.after = done;
        }
        Ok(found)
    }

    async fn file(&mut self, file: &Leased, records: Records) -> Result<Vec<RecordBatch>, StoreError> {
        let in_file = InFile::new(&self.scans, Arc::clone(&self.job), file, records).await?;
        let search = move |connection: &Connection, _: &Watch| in_file.search(connection);
        match self.executor.run_until(self.started + UNIT_TIME, search).await {
            Err(error @ StoreError::Index { .. }) => {
                tracing::error!(
                    path = file.path,
                    error = &error as &dyn std::error::Error,
                    "archive file cannot be searched"
                );
                self.is_damaged = true;
                self.scans.note_unreadable(file.clone(), error).await?;
                Ok(Vec::new())
            }
            other => other,
        }
    }
}
