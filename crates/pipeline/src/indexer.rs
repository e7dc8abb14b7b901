//! The indexer: woken by the wal, decodes what is new on blocking threads and commits rows and cursor together.
//!
//! A commit has a bounded number of rows and bytes, also where that is in the middle of a record. A record that cannot be
//! decoded is kept in the quarantine folder and counted, and so is one that has ended the process several times; neither blocks
//! the ones behind it.
//! Any other failure (disk, memory, DuckDB) is tried again: nothing is skipped for it. When anybody, a query too, finds
//! the index damaged or DuckDB dead, the indexer has it opened anew.

use std::time::Duration;

use junjo_memory::{Memory, Part};
use junjo_span_store::{Dataset, IndexState, Pieces, SpanStore, Starts, StoreError};
use junjo_wal::{Sequence, Signal, Wal};
use junjo_web::logged;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Compressed payload that is read at a time, where memory is not shorter than that.
const READ_BYTES: u64 = 8 << 20;
/// Of what indexing may take, for what was read and is not decompressed yet.
const SHARE_OF_READ: u64 = 8;
/// Rest after everything is indexed, as a multiple of what that took: a commit of a few spans costs nearly as much as one
/// of hundreds, and finding their traces the more the larger the store is. What comes after a longer silence is indexed
/// at once.
const REST_FACTOR: u32 = 4;
/// Shortest rest.
const REST_MIN: Duration = Duration::from_millis(50);
/// Longest rest: a span is to be seen within 300 ms, and waits for a rest and two commits at most.
const REST_MAX: Duration = Duration::from_millis(120);
/// Pause after a failure that is not the data's fault.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Opens the index (and rebuilds it where needed) off the async threads; tries again while that fails, so that a full
/// disk or a held lock heals without a restart. One that is open is closed first. Ends when the index is open or `stop` is cancelled.
pub async fn open_index(store: SpanStore, stop: CancellationToken) {
    loop {
        let opening = store.clone();
        let mut opened = tokio::task::spawn_blocking(move || opening.open_index());
        let outcome = tokio::select! {
            outcome = &mut opened => outcome,
            () = stop.cancelled() => {
                store.stop_opening();
                opened.await
            }
        };
        match outcome {
            Ok(Ok(())) => return tracing::info!("index open"),
            Ok(Err(StoreError::Interrupted)) if stop.is_cancelled() => {
                return tracing::info!("the index is filled further at the next start");
            }
            Ok(Err(error)) => {
                tracing::error!(error = logged(&error), "index cannot be opened");
            }
            Err(error) => tracing::error!(error = logged(&error), "opening the index died"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(RETRY_PAUSE * 5)).await.is_none() {
            return;
        }
    }
}

/// Moves records from the wal into the index.
pub struct Indexer {
    store: SpanStore,
    wal: Wal,
    memory: Memory,
}

impl Indexer {
    /// An indexer of `wal` into `store`, which takes memory of [`Part::Index`].
    pub fn new(store: SpanStore, wal: Wal, memory: Memory) -> Self {
        Self { store, wal, memory }
    }

    /// Runs until `stop` is cancelled. What is not indexed by then stays in the wal for the next start.
    pub async fn run(self, stop: CancellationToken) {
        open_index(self.store.clone(), stop.clone()).await;
        self.raise_accepted().await;
        let mut committed = self.wal.committed();
        let mut starts = Starts::read(&self.store);
        while !stop.is_cancelled() {
            if self.store.is_faulted() {
                open_index(self.store.clone(), stop.clone()).await;
            }
            committed.mark_unchanged();
            let started = Instant::now();
            if self.drain(&mut starts, &stop).await.is_err() {
                let _ = stop.run_until_cancelled(tokio::time::sleep(RETRY_PAUSE)).await;
                continue;
            }
            let rest = (started.elapsed() * REST_FACTOR).clamp(REST_MIN, REST_MAX);
            let rested = tokio::time::sleep(rest);
            let arrived = async { tokio::join!(committed.changed(), rested).0 };
            tokio::select! {
                arrived = arrived => if arrived.is_err() { break },
                () = self.store.faulted() => {}
                () = stop.cancelled() => break,
            }
        }
    }

    /// After a damaged wal was replaced its totals start again: the index knows better.
    async fn raise_accepted(&self) {
        let progress = self.store.progress();
        for (signal, dataset) in [(Signal::Traces, Dataset::Spans), (Signal::Logs, Dataset::Logs)] {
            let (cursor, processed) = progress.of(dataset);
            if let Err(error) = self.wal.raise_accepted(signal, processed, cursor).await {
                tracing::warn!(
                    error = logged(&error),
                    ?signal,
                    "the total of what was accepted stays too low"
                );
            }
        }
    }

    /// Indexes until nothing is left.
    async fn drain(&self, starts: &mut Starts, stop: &CancellationToken) -> Result<(), StoreError> {
        while !stop.is_cancelled() {
            let batch =
                Batch { store: self.store.clone(), wal: self.wal.clone(), memory: self.memory.clone() };
            let mut begun = starts.clone();
            let stop = stop.clone();
            let indexing = tokio::task::spawn_blocking(move || {
                let outcome = batch.index(&mut begun, &|| stop.is_cancelled());
                begun.survived();
                (outcome, begun)
            });
            let (outcome, begun) = indexing.await.map_err(StoreError::Worker)?;
            *starts = begun;
            match outcome {
                Ok(0) | Err(StoreError::Interrupted) => return Ok(()),
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(error = logged(&error), "indexing failed, will be tried again");
                    metrics::counter!("junjo_index_failures_total").increment(1);
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

/// What one batch is read from and goes to.
struct Batch {
    store: SpanStore,
    wal: Wal,
    memory: Memory,
}

impl Batch {
    /// Indexes the next records; returns how many, 0 when there are none. Blocking.
    fn index(&self, starts: &mut Starts, is_stopping: &dyn Fn() -> bool) -> Result<usize, StoreError> {
        let Self { store, wal, memory } = self;
        if matches!(store.index_state(), IndexState::Opening | IndexState::Degraded(_)) {
            return Err(StoreError::NotReady("it is not open"));
        }
        let bytes_max = READ_BYTES.min(memory.bytes_max(Part::Index) / SHARE_OF_READ);
        let read = wal.read_after(store.progress().indexed_through(), bytes_max);
        let mut records = read.map_err(StoreError::Wal)?;
        let end = store.batch_end();
        let within = records.partition_point(|record| record.sequence <= end);
        let last = if within < records.len() { Some(end) } else { records.last().map(|last| last.sequence) };
        let Some(mut last) = last else { return Ok(0) };
        records.truncate(within);
        let taken = starts.begin(&records)?;
        if taken < records.len() {
            records.truncate(taken);
            last = records.last().map_or(last, |record| record.sequence);
        }
        // what was read counts as well; a record that is larger than the share has to come through all the same
        let read_bytes = records.iter().map(junjo_wal::Record::payload_bytes).sum::<u64>().min(bytes_max);
        let _read = memory.try_reserve(Part::Index, read_bytes);
        let mut pieces = Pieces::new(store, memory, is_stopping);
        for record in &records {
            pieces.add(record)?;
        }
        let indexed = pieces.finish(last)?;
        store.trim();
        metrics::counter!("junjo_indexed_spans_total").increment(indexed.spans);
        metrics::counter!("junjo_indexed_logs_total").increment(indexed.logs);
        metrics::counter!("junjo_quarantined_batches_total").increment(indexed.quarantined);
        metrics::gauge!("junjo_index_cursor").set(last.0 as f64);
        Ok(records.len().max(1))
    }
}

/// Age of the oldest record that is not indexed yet, in nanoseconds before `now`; `None` when there is none. Blocking.
pub fn lag_nanos(wal: &Wal, cursor: Sequence, now: i64) -> Option<i64> {
    let oldest = wal.sizes_after(cursor, 1).ok()?.first().copied()?;
    Some(now.saturating_sub(oldest.received_unix_nano).max(0))
}
