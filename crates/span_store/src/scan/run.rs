//! One scan, unit by unit.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::PriceTable;
use junjo_wal::{Sequence, Wal};
use tokio::time::Instant;

use super::IncompleteReason;
use super::hints::{Overlay, Records, beside_hints};
use super::plan::{Plan, Source, relation};

use crate::archive::columns::{schema, to_batch};
use crate::archive::manifest::{Leased, Manifest};
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
/// After this the unit that is searched is given up, its wait for a turn included.
const UNIT_TIME: Duration = Duration::from_secs(12);
/// Arrow bytes of matches that one scan holds.
const MATCH_BYTES_MAX: usize = 48 << 20;
/// Compressed bytes of the log that are decoded at a time.
const TAIL_CHUNK_BYTES: u64 = 1 << 20;

/// What a scan looks for in each unit.
#[derive(Debug, Clone)]
pub(crate) struct ScanJob {
    /// Starts of the spans.
    pub(crate) time: TimeRange,
    /// What is selected besides the place, each with its name: `, expression AS name`. Its parameters come first.
    pub(crate) columns: Fragment,
    /// Which spans are wanted.
    pub(crate) condition: Fragment,
    /// Whether columns or condition look at what log records may fill.
    pub(crate) reads_hints: bool,
}

impl ScanJob {
    fn sql(&self, relation: &str, records: Records) -> (String, Vec<Value>) {
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
        sql.push_str(" AND sequence > ? AND sequence <= ?");
        values.extend([Value::BigInt(records.after.0), Value::BigInt(records.last.0)]);
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
    units_done: usize,
    /// A file could not be read, and was passed over.
    is_damaged: bool,
    bytes: usize,
    started: Instant,
}

impl Scan {
    /// A scan whose time began at `started`.
    pub(crate) async fn new(store: &SpanStore, job: ScanJob, started: Instant) -> Result<Self, StoreError> {
        let job = ScanJob { reads_hints: job.reads_hints && store.has_hints().await?, ..job };
        Ok(Self {
            plan: Plan::new(store, job.time).await?,
            executor: store.scans().await?,
            store: store.clone(),
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

    /// Records that no file had when the plan was made. What was sealed since is read from its file, the rest from the log.
    async fn tail(&mut self, mut records: Records) -> Result<Vec<RecordBatch>, StoreError> {
        let mut found = Vec::new();
        while records.after < records.last {
            let sealed = self.store.manifest().snapshot(Dataset::Spans);
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
            let hints = hints(&self.store, &self.job, records).await?;
            let job = Arc::clone(&self.job);
            let tail = Tail {
                wal: self.store.wal().clone(),
                manifest: self.store.manifest().clone(),
                prices: self.store.prices(),
                records,
            };
            let search = move |connection: &Connection, watch: &Watch| {
                beside_hints(connection, &hints, |overlay| tail.search(connection, watch, &job, overlay))
            };
            let (batches, done) = self.executor.run_until(self.started + UNIT_TIME, search).await?;
            found.extend(batches);
            records.after = done;
        }
        Ok(found)
    }

    async fn file(&mut self, file: &Leased, records: Records) -> Result<Vec<RecordBatch>, StoreError> {
        let in_file = InFile::new(&self.store, Arc::clone(&self.job), file, records).await?;
        let search = move |connection: &Connection, _: &Watch| in_file.search(connection);
        match self.executor.run_until(self.started + UNIT_TIME, search).await {
            Err(error @ StoreError::Index { .. }) => {
                tracing::error!(
                    path = file.path,
                    error = &error as &dyn std::error::Error,
                    "archive file cannot be searched"
                );
                self.is_damaged = true;
                self.store.suspect(file.clone(), error).await?;
                Ok(Vec::new())
            }
            other => other,
        }
    }
}

/// What log records say about spans of `records`, when the job asks for it.
async fn hints(store: &SpanStore, job: &ScanJob, records: Records) -> Result<Vec<RecordBatch>, StoreError> {
    if job.reads_hints { store.hinted_columns(job.time, records).await } else { Ok(Vec::new()) }
}

/// Searches `records` of one file on their own.
pub(crate) async fn scan_file(
    store: &SpanStore,
    job: ScanJob,
    file: &Leased,
    records: Records,
) -> Result<Vec<RecordBatch>, StoreError> {
    let in_file = InFile::new(store, Arc::new(job), file, records).await?;
    store.scans().await?.run(move |connection| in_file.search(connection)).await
}

/// A search of one file, which keeps it in the folder, also when nobody waits for it any more.
struct InFile {
    file: Leased,
    archive_dir: PathBuf,
    job: Arc<ScanJob>,
    records: Records,
    hints: Vec<RecordBatch>,
}

impl InFile {
    async fn new(
        store: &SpanStore,
        job: Arc<ScanJob>,
        file: &Leased,
        records: Records,
    ) -> Result<Self, StoreError> {
        let after = Sequence(file.first_sequence.0.saturating_sub(1));
        let records = Records { after, last: file.last_sequence }.within(records);
        let hints = hints(store, &job, records).await?;
        Ok(Self { file: file.clone(), archive_dir: store.archive_dir(), job, records, hints })
    }

    fn search(&self, connection: &Connection) -> Result<Vec<RecordBatch>, StoreError> {
        let relation = relation(&self.archive_dir.join(&self.file.path), self.file.schema_version);
        beside_hints(connection, &self.hints, |overlay| {
            search(connection, &self.job, &overlay.over(&relation), self.records)
        })
    }
}

/// Searches decoded spans of `records` on their own.
pub(crate) async fn scan_spans(
    store: &SpanStore,
    job: ScanJob,
    spans: &[WholeSpan],
    records: Records,
) -> Result<Vec<RecordBatch>, StoreError> {
    let hints = hints(store, &job, records).await?;
    let batch = to_batch(&schema(), spans).map_err(StoreError::Columns)?;
    let search = move |connection: &Connection| {
        beside_hints(connection, &hints, |overlay| search_batch(connection, &job, batch, overlay))
    };
    store.scans().await?.run(search).await
}

fn search(
    connection: &Connection,
    job: &ScanJob,
    relation: &str,
    records: Records,
) -> Result<Vec<RecordBatch>, StoreError> {
    let failed = || StoreError::index("search whole spans");
    let (sql, values) = job.sql(relation, records);
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    let batches = statement.query_arrow(params_from_iter(values)).map_err(failed())?;
    Ok(batches.filter(|batch| batch.num_rows() > 0).collect())
}

/// Records of the log.
struct Tail {
    wal: Wal,
    manifest: Manifest,
    prices: &'static PriceTable,
    records: Records,
}

impl Tail {
    /// The matches, and the record up to which the log had everything.
    fn search(
        &self,
        connection: &Connection,
        watch: &Watch,
        job: &ScanJob,
        overlay: &Overlay,
    ) -> Result<(Vec<RecordBatch>, Sequence), StoreError> {
        let Records { after: mut done, last } = self.records;
        let (schema, mut found) = (schema(), Vec::new());
        while done < last {
            watch.check()?;
            let records = self.wal.read_after(done, TAIL_CHUNK_BYTES).map_err(StoreError::Wal)?;
            // a record leaves the log only after it was sealed, so without that nothing is missing
            if self.manifest.sealed_through(Dataset::Spans) > done {
                break;
            }
            let mut spans = Vec::new();
            for record in records.iter().filter(|record| record.sequence <= last) {
                watch.check()?;
                // what cannot be decoded was quarantined by the indexer, and is in no answer
                let _ = decode_whole_spans(record, self.prices, &|_| true, &mut |span| spans.push(span));
            }
            let batch = to_batch(&schema, &spans).map_err(StoreError::Columns)?;
            found.extend(search_batch(connection, job, batch, overlay)?);
            done = records.last().map_or(last, |record| record.sequence);
        }
        Ok((found, done))
    }
}

/// Searches decoded spans in a table that lives as long as the search.
fn search_batch(
    connection: &Connection,
    job: &ScanJob,
    batch: RecordBatch,
    overlay: &Overlay,
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
    let found = search(connection, job, &overlay.over("tail"), Records::ALL);
    connection.execute_batch("DROP TABLE tail").map_err(failed())?;
    found
}
