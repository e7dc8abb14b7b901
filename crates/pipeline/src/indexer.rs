//! The indexer: woken by the wal, decodes what is new on blocking threads and commits rows and cursor together.
//!
//! A record that cannot be decoded is kept in the quarantine folder and counted; it never blocks the ones behind it.
//! Any other failure (disk, memory, DuckDB) is tried again: nothing is skipped for it. When anybody, a query too, finds
//! the index damaged or DuckDB dead, the indexer has it opened anew.

use std::time::Duration;

use junjo_span_store::{
    Dataset, IndexBatch, IndexState, Progress, SpanStore, StoreError, decode_log_rows, decode_rows,
};
use junjo_wal::{Record, Sequence, Signal, Wal};
use junjo_web::logged;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Compressed payload decoded into one commit: about 30,000 spans, which is where DuckDB's cost per row levels off.
const BATCH_BYTES: u64 = 8 << 20;
/// Rest after everything is indexed, as a multiple of what that took: a commit of a few spans costs nearly as much as one
/// of hundreds, and finding their traces the more the larger the store is. What comes after a longer silence is indexed
/// at once.
const REST_FACTOR: u32 = 4;
/// Shortest rest.
const REST_MIN: Duration = Duration::from_millis(50);
/// Longest rest: a span is to be seen within half a second.
const REST_MAX: Duration = Duration::from_millis(250);
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
}

impl Indexer {
    /// An indexer of `wal` into `store`.
    pub fn new(store: SpanStore, wal: Wal) -> Self {
        Self { store, wal }
    }

    /// Runs until `stop` is cancelled. What is not indexed by then stays in the wal for the next start.
    pub async fn run(self, stop: CancellationToken) {
        open_index(self.store.clone(), stop.clone()).await;
        self.raise_accepted().await;
        let mut committed = self.wal.committed();
        while !stop.is_cancelled() {
            if self.store.is_faulted() {
                open_index(self.store.clone(), stop.clone()).await;
            }
            committed.mark_unchanged();
            let started = Instant::now();
            if self.drain(&stop).await.is_err() {
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
        for (signal, processed, cursor) in [
            (Signal::Traces, progress.indexed_spans, progress.span_cursor),
            (Signal::Logs, progress.indexed_logs, progress.log_record_cursor),
        ] {
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
    async fn drain(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        while !stop.is_cancelled() {
            let (store, wal) = (self.store.clone(), self.wal.clone());
            let indexing = tokio::task::spawn_blocking(move || index_once(&store, &wal)).await;
            match indexing.map_err(StoreError::Worker).flatten() {
                Ok(0) => return Ok(()),
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

/// Indexes the next records; returns how many, 0 when there are none. Blocking.
fn index_once(store: &SpanStore, wal: &Wal) -> Result<usize, StoreError> {
    if matches!(store.index_state(), IndexState::Opening | IndexState::Degraded(_)) {
        return Err(StoreError::NotReady("it is not open"));
    }
    let progress = store.progress();
    let mut records = wal.read_after(progress.indexed_through(), BATCH_BYTES).map_err(StoreError::Wal)?;
    let end = store.batch_end();
    let within = records.partition_point(|record| record.sequence <= end);
    let last = if within < records.len() { Some(end) } else { records.last().map(|last| last.sequence) };
    let Some(last) = last else { return Ok(0) };
    records.truncate(within);
    let mut batch = IndexBatch { span_cursor: last, log_record_cursor: last, ..IndexBatch::default() };
    for record in records.iter().filter(|record| is_new(record, progress)) {
        add(store, record, &mut batch)?;
    }
    let (spans, logs, quarantined) = (batch.span_count, batch.log_count, batch.quarantined_batches);
    store.commit(&batch)?;
    store.trim();
    metrics::counter!("junjo_indexed_spans_total").increment(spans);
    metrics::counter!("junjo_indexed_logs_total").increment(logs);
    metrics::counter!("junjo_quarantined_batches_total").increment(quarantined);
    metrics::gauge!("junjo_index_cursor").set(last.0 as f64);
    Ok(records.len().max(1))
}

/// Decodes one record into the batch; one that does not decode is kept durably before the cursor moves past it.
fn add(store: &SpanStore, record: &Record, batch: &mut IndexBatch) -> Result<(), StoreError> {
    let items = u64::from(record.item_count);
    let (decoded, spans) = match Dataset::of(record) {
        Dataset::Spans => (decode_rows(record, store.prices(), &mut batch.rows), items),
        Dataset::Logs => (decode_log_rows(record, &mut batch.logs), 0),
    };
    batch.span_count += spans;
    batch.log_count += items - spans;
    if let Err(failure) = decoded {
        store.quarantine().keep(record, &failure)?;
        batch.quarantined_batches += 1;
        batch.quarantined_spans += spans;
    }
    Ok(())
}

/// Whether the index does not have the record yet: after a rebuild it may be further with one dataset than with the
/// other.
fn is_new(record: &Record, progress: Progress) -> bool {
    let cursor = match Dataset::of(record) {
        Dataset::Spans => progress.span_cursor,
        Dataset::Logs => progress.log_record_cursor,
    };
    record.sequence > cursor
}

/// Age of the oldest record that is not indexed yet, in nanoseconds before `now`; `None` when there is none. Blocking.
pub fn lag_nanos(wal: &Wal, cursor: Sequence, now: i64) -> Option<i64> {
    let oldest = wal.sizes_after(cursor, 1).ok()?.first().copied()?;
    Some(now.saturating_sub(oldest.received_unix_nano).max(0))
}
