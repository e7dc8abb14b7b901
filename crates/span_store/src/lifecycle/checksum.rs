//! Whether two stores hold the same rows: a checksum for each received day, from the index.

use std::collections::BTreeMap;

use duckdb::Connection;
use junjo_wal::Sequence;

use crate::archive::manifest::Leased;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::store::SpanStore;

/// The rows that were received on one day. Equal values mean equal rows, whatever their order; compare them between servers of
/// the same version only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowChecksum {
    /// Spans.
    pub spans: u64,
    /// Log records.
    pub logs: u64,
    /// Over every column of all of them.
    pub checksum: u64,
}

/// Checksums of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreChecksums {
    /// By received day, `YYYY-MM-DD`; rows that neither archive nor log has are under `lost`.
    pub days: BTreeMap<String, RowChecksum>,
    /// Traces.
    pub traces: u64,
    /// Over every column of all of them.
    pub trace_checksum: u64,
}

type OfRecord = (i64, u64, u64);

impl SpanStore {
    /// Reads every row of the index.
    pub async fn checksums(&self) -> Result<StoreChecksums, StoreError> {
        let executor = self.executor()?;
        let mut sums = StoreChecksums::default();
        for (dataset, table) in [(Dataset::Spans, "spans"), (Dataset::Logs, "logs")] {
            let records = executor.run(move |connection| by_record(connection, table)).await?;
            let days = self.days(dataset)?;
            for (sequence, rows, checksum) in records {
                let sum = sums.days.entry(days.of(Sequence(sequence))).or_default();
                match dataset {
                    Dataset::Spans => sum.spans += rows,
                    Dataset::Logs => sum.logs += rows,
                }
                sum.checksum = sum.checksum.wrapping_add(checksum);
            }
        }
        let traces = |connection: &Connection| {
            connection
                .query_row("SELECT count(*), coalesce(bit_xor(hash(traces)), 0) FROM traces", [], |row| {
                    Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
                })
                .map_err(failed())
        };
        (sums.traces, sums.trace_checksum) = executor.run(traces).await?;
        Ok(sums)
    }

    fn days(&self, dataset: Dataset) -> Result<Days, StoreError> {
        let files = self.manifest().snapshot(dataset).files;
        let records = self.wal().sizes_after(Sequence(0), u32::MAX).map_err(StoreError::Wal)?;
        let in_log = records
            .into_iter()
            .map(|record| (record.sequence, crate::seal::day_of(record.received_unix_nano)));
        Ok(Days { files, in_log: in_log.collect() })
    }
}

/// When records were received.
struct Days {
    files: Vec<Leased>,
    in_log: BTreeMap<Sequence, String>,
}

impl Days {
    fn of(&self, sequence: Sequence) -> String {
        let file = || self.files.iter().find(|f| (f.first_sequence..=f.last_sequence).contains(&sequence));
        let day =
            self.in_log.get(&sequence).cloned().or_else(|| file().map(|file| file.received_day.clone()));
        day.unwrap_or_else(|| "lost".to_owned())
    }
}

fn failed() -> impl FnOnce(duckdb::Error) -> StoreError {
    StoreError::index("make checksums of the index")
}

fn by_record(connection: &Connection, table: &'static str) -> Result<Vec<OfRecord>, StoreError> {
    let sql = format!("SELECT sequence, count(*), bit_xor(hash({table})) FROM {table} GROUP BY sequence");
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs(), row.get(2)?)))
        .and_then(Iterator::collect)
        .map_err(failed())
}
