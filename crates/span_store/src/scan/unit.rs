//! The search of one unit: a file of the archive, or records that only the write-ahead log has.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use duckdb::{Connection, params_from_iter};
use junjo_wal::Sequence;

use super::handle::{Scans, Sources};
use super::hints::{HintLayer, beside_hints, hinted_columns};
use super::job::ScanJob;
use super::matches::tail_table;
use super::plan::relation;
use super::records::Records;
use crate::archive::columns::{schema, to_batch};
use crate::catalog::file::Leased;
use crate::dataset::Dataset;
use crate::decode::decode_windows;
use crate::error::StoreError;
use crate::index::executor::Watch;
use crate::whole_span::WholeSpan;

/// Compressed bytes of the wal that are decoded at a time.
const TAIL_CHUNK_BYTES: u64 = 1 << 20;
/// Bytes of decoded spans that are searched at a time.
const WINDOW_BYTES: usize = 4 << 20;

/// What log records say about spans of `records`, when the job asks for it.
pub(super) async fn hints_for(
    scans: &Scans,
    job: &ScanJob,
    records: Records,
) -> Result<Vec<RecordBatch>, StoreError> {
    if job.reads_hints { hinted_columns(scans.index(), job.time, records).await } else { Ok(Vec::new()) }
}

/// Searches `records` of one file on their own.
pub(crate) async fn scan_file(
    scans: &Scans,
    job: ScanJob,
    file: &Leased,
    records: Records,
) -> Result<Vec<RecordBatch>, StoreError> {
    let in_file = InFile::new(scans, Arc::new(job), file, records).await?;
    scans.executor().await?.run(move |connection| in_file.search(connection)).await
}

/// A search of one file. Its lease keeps the file in the folder until the search ends, also after the caller has left.
pub(super) struct InFile {
    file: Leased,
    archive_dir: PathBuf,
    job: Arc<ScanJob>,
    records: Records,
    hints: Vec<RecordBatch>,
}

impl InFile {
    pub(super) async fn new(
        scans: &Scans,
        job: Arc<ScanJob>,
        file: &Leased,
        records: Records,
    ) -> Result<Self, StoreError> {
        let after = Sequence(file.first_sequence.0.saturating_sub(1));
        let records = Records { after, last: file.last_sequence }.within(records);
        let hints = hints_for(scans, &job, records).await?;
        Ok(Self { file: file.clone(), archive_dir: scans.archive().absolute_dir(), job, records, hints })
    }

    pub(super) fn search(&self, connection: &Connection) -> Result<Vec<RecordBatch>, StoreError> {
        let relation = relation(&self.archive_dir.join(&self.file.path), self.file.schema_version);
        beside_hints(connection, &self.hints, |layer| {
            search(connection, &self.job, &layer.over(&relation), self.records)
        })
    }
}

/// Searches decoded spans of `records` on their own.
pub(crate) async fn scan_spans(
    scans: &Scans,
    job: ScanJob,
    decoded: &[WholeSpan],
    records: Records,
) -> Result<Vec<RecordBatch>, StoreError> {
    let hints = hints_for(scans, &job, records).await?;
    let batch = to_batch(&schema(), decoded).map_err(StoreError::Columns)?;
    let search = move |connection: &Connection| {
        beside_hints(connection, &hints, |layer| search_batch(connection, &job, batch, layer))
    };
    scans.executor().await?.run(search).await
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

/// Records of the wal.
pub(super) struct Tail {
    pub(super) sources: Sources,
    pub(super) records: Records,
}

impl Tail {
    /// The matches, and the record up to which the wal had everything.
    pub(super) fn search(
        &self,
        connection: &Connection,
        watch: &Watch,
        job: &ScanJob,
        layer: &HintLayer,
    ) -> Result<(Vec<RecordBatch>, Sequence), StoreError> {
        let Records { after: mut done, last } = self.records;
        let (schema, mut found) = (schema(), Vec::new());
        while done < last {
            watch.check()?;
            let records = self.sources.wal.read_after(done, TAIL_CHUNK_BYTES).map_err(StoreError::Wal)?;
            // a record leaves the wal only after it was sealed, so without that nothing is missing
            if self.sources.archive.manifest().sealed_through(Dataset::Spans) > done {
                break;
            }
            let quarantine = &self.sources.quarantine;
            let is_wanted = |sequence| sequence <= last && !quarantine.has(sequence);
            let wanted = records.iter().filter(|record| is_wanted(record.sequence));
            decode_windows(wanted, self.sources.prices, WINDOW_BYTES, &mut |spans| {
                watch.check()?;
                let batch = to_batch(&schema, &spans).map_err(StoreError::Columns)?;
                found.extend(search_batch(connection, job, batch, layer)?);
                Ok::<_, StoreError>(())
            })?;
            done = records.last().map_or(last, |record| record.sequence);
        }
        Ok((found, done))
    }
}

/// Searches decoded spans in a temporary table, which is dropped afterwards.
fn search_batch(
    connection: &Connection,
    job: &ScanJob,
    batch: RecordBatch,
    layer: &HintLayer,
) -> Result<Vec<RecordBatch>, StoreError> {
    let failed = || StoreError::index("search the wal's tail");
    if batch.num_rows() == 0 {
        return Ok(Vec::new());
    }
    connection.execute_batch(&tail_table(&batch)).map_err(failed())?;
    {
        let mut appender = connection.appender("tail").map_err(failed())?;
        appender.append_record_batch(batch).map_err(failed())?;
        appender.flush().map_err(failed())?;
    }
    let found = search(connection, job, &layer.over("tail"), Records::ALL);
    connection.execute_batch("DROP TABLE tail").map_err(failed())?;
    found
}
