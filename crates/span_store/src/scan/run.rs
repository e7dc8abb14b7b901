//! One scan, unit by unit.

use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};
use tokio::time::Instant;

use super::IncompleteReason;
use super::plan::{Plan, relation};
use crate::archive::columns::{schema, to_batch};
use crate::archive::manifest::Leased;
use crate::dataset::Dataset;
use crate::decode::decode_whole_spans;
use crate::error::StoreError;
use crate::executor::{Executor, Watch};
use crate::query::expr::Fragment;
use crate::query::filter::TimeRange;
use crate::store::SpanStore;
use crate::whole_span::WholeSpan;

/// After this no further unit is begun. Below the time limit of a request, so that what was found is still answered.
const SEARCH_TIME: Duration = Duration::from_secs(8);
/// Arrow bytes of matches that one scan holds.
const MATCH_BYTES_MAX: usize = 48 << 20;
/// Compressed bytes of the log that are decoded at a time.
const TAIL_CHUNK_BYTES: u64 = 1 << 20;
/// Looks at the log's tail before a scan gives up; each fails only when a seal happens during it.
const TAIL_ATTEMPTS: usize = 3;

/// What a scan looks for in each unit.
#[derive(Debug, Clone)]
pub(crate) struct ScanJob {
    /// Starts of the spans.
    pub(crate) time: TimeRange,
    /// What is selected besides the place, each with its name: `, expression AS name`. Its parameters come first.
    pub(crate) columns: Fragment,
    /// Which spans are wanted.
    pub(crate) condition: Fragment,
}

impl ScanJob {
    fn sql(&self, relation: &str) -> (String, Vec<Value>) {
        let mut sql = format!(
            "SELECT sequence, ordinal{} FROM {relation} WHERE ({})",
            self.columns.text, self.condition.text
        );
        let mut values = self.columns.values.clone();
        values.extend(self.condition.values.iter().cloned());
        if let Some(from) = self.time.from_unix_nanos {
            sql.push_str(" AND start_unix_nanos >= ?");
            values.push(Value::BigInt(from));
        }
        if let Some(to) = self.time.to_unix_nanos {
            sql.push_str(" AND start_unix_nanos < ?");
            values.push(Value::BigInt(to));
        }
        (sql, values)
    }
}

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
    store: SpanStore,
    executor: Arc<Executor>,
    job: Arc<ScanJob>,
    plan: Plan,
    /// Units that are done: the log's tail, then files.
    units_done: usize,
    /// A file could not be read, and was passed over.
    is_damaged: bool,
    bytes: usize,
    deadline: Instant,
}

impl Scan {
    pub(crate) async fn new(store: &SpanStore, job: ScanJob) -> Result<Self, StoreError> {
        let plan = Plan::new(store.manifest(), &store.archive_dir(), job.time);
        Ok(Self {
            store: store.clone(),
            executor: store.scans().await?,
            job: Arc::new(job),
            plan,
            units_done: 0,
            is_damaged: false,
            bytes: 0,
            deadline: Instant::now() + SEARCH_TIME,
        })
    }

    /// Searches one more unit: its matches, and how far the scan is with them. Not to be called after the end.
    pub(crate) async fn next(&mut self) -> Result<(Vec<RecordBatch>, Searched), StoreError> {
        let found = if self.units_done == 0 { self.tail().await } else { self.file().await };
        let found = match found {
            // the index answers nothing better: what was found before stands, down to where it was complete
            Err(StoreError::Interrupted) if self.units_done > 0 => {
                let from = self.searched_from();
                return Ok((Vec::new(), Searched::Stopped(IncompleteReason::TimeLimit, from)));
            }
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
        if self.units_done > self.plan.files.len() {
            Searched::Whole
        } else if self.bytes > MATCH_BYTES_MAX {
            Searched::Stopped(IncompleteReason::MatchLimit, self.searched_from())
        } else if Instant::now() >= self.deadline {
            Searched::Stopped(IncompleteReason::TimeLimit, self.searched_from())
        } else {
            Searched::From(self.searched_from())
        }
    }

    fn searched_from(&self) -> i64 {
        // the tail is the first unit and reaches any time
        self.units_done.checked_sub(1).map_or(i64::MAX, |files| self.plan.searched_from(files))
    }

    /// The records that no file has yet. When a seal moves some of them meanwhile, the plan is made anew.
    async fn tail(&mut self) -> Result<Vec<RecordBatch>, StoreError> {
        for _ in 0..TAIL_ATTEMPTS {
            let (wal, prices) = (self.store.wal().clone(), self.store.prices());
            let (from, to) = (self.plan.sealed_through, self.store.progress().cursor);
            let job = Arc::clone(&self.job);
            let found = self
                .executor
                .run_watched(move |connection, watch| {
                    let tail = Tail { wal: &wal, prices, from, to };
                    tail.search(connection, watch, &job)
                })
                .await?;
            // a record leaves the log only after it was sealed, so without a seal nothing was missing
            if self.store.manifest().sealed_through(Dataset::Spans) == from {
                return Ok(found);
            }
            self.plan = Plan::new(self.store.manifest(), &self.store.archive_dir(), self.job.time);
        }
        Err(StoreError::Busy)
    }

    async fn file(&mut self) -> Result<Vec<RecordBatch>, StoreError> {
        let Some(file) = self.plan.files.get(self.units_done - 1).cloned() else {
            return Ok(Vec::new());
        };
        let job = Arc::clone(&self.job);
        let (path, lease) = (file.path.clone(), file.lease.clone());
        // the file goes with the work, which may end after this future is dropped
        let search = move |connection: &Connection, _: &Watch| search(connection, &job, &file.relation);
        let found = self.executor.run_watched(search).await;
        match found {
            Err(error @ StoreError::Index { .. }) => {
                tracing::error!(
                    path,
                    error = &error as &dyn std::error::Error,
                    "archive file cannot be searched"
                );
                self.is_damaged = true;
                self.store.suspect(lease, error).await?;
                Ok(Vec::new())
            }
            other => other,
        }
    }
}

/// Searches one file on its own.
pub(crate) async fn scan_file(
    store: &SpanStore,
    job: ScanJob,
    file: &Leased,
) -> Result<Vec<RecordBatch>, StoreError> {
    let (leased, archive_dir) = (file.clone(), store.archive_dir());
    // the lease goes with the work, which may end after this future is dropped
    let search =
        move |connection: &Connection| search(connection, &job, &relation(&archive_dir.join(&leased.path)));
    store.scans().await?.run(search).await
}

/// Searches decoded spans on their own.
pub(crate) async fn scan_spans(
    store: &SpanStore,
    job: ScanJob,
    spans: &[WholeSpan],
) -> Result<Vec<RecordBatch>, StoreError> {
    let batch = to_batch(&schema(), spans).map_err(StoreError::Columns)?;
    store.scans().await?.run(move |connection| search_batch(connection, &job, batch)).await
}

fn search(connection: &Connection, job: &ScanJob, relation: &str) -> Result<Vec<RecordBatch>, StoreError> {
    let failed = || StoreError::index("search whole spans");
    let (sql, values) = job.sql(relation);
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    let batches = statement.query_arrow(params_from_iter(values)).map_err(failed())?;
    Ok(batches.filter(|batch| batch.num_rows() > 0).collect())
}

/// The records of the log in `from < sequence <= to`.
struct Tail<'a> {
    wal: &'a Wal,
    prices: &'a PriceTable,
    from: Sequence,
    to: Sequence,
}

impl Tail<'_> {
    fn search(
        &self,
        connection: &Connection,
        watch: &Watch,
        job: &ScanJob,
    ) -> Result<Vec<RecordBatch>, StoreError> {
        let (schema, mut found, mut after) = (schema(), Vec::new(), self.from);
        while after < self.to {
            watch.check()?;
            let records = self.wal.read_after(after, TAIL_CHUNK_BYTES).map_err(StoreError::Wal)?;
            let Some(last) = records.last() else { break };
            after = last.sequence;
            let mut spans = Vec::new();
            for record in records.iter().filter(|record| record.sequence <= self.to) {
                // what cannot be decoded was quarantined by the indexer, and is in no answer
                let _ = decode_whole_spans(record, self.prices, &|_| true, &mut |span| spans.push(span));
            }
            let batch = to_batch(&schema, &spans).map_err(StoreError::Columns)?;
            found.extend(search_batch(connection, job, batch)?);
        }
        Ok(found)
    }
}

/// Searches decoded spans in a table that lives as long as the search.
fn search_batch(
    connection: &Connection,
    job: &ScanJob,
    batch: RecordBatch,
) -> Result<Vec<RecordBatch>, StoreError> {
    let failed = || StoreError::index("search the log's tail");
    if batch.num_rows() == 0 {
        return Ok(Vec::new());
    }
    connection.execute_batch(&super::matches::tail_table(&batch)).map_err(failed())?;
    {
        let mut appender = connection.appender("tail").map_err(failed())?;
        appender.append_record_batch(batch).map_err(failed())?;
        appender.flush().map_err(failed())?;
    }
    let found = search(connection, job, "tail");
    connection.execute_batch("DROP TABLE tail").map_err(failed())?;
    found
}
