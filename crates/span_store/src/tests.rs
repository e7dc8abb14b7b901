//! The store through its public surface: real log, real DuckDB, real Parquet, real SQLite in a temp folder.

mod clock;
mod commit;
mod corruption;
mod damage;
mod data_dir;
mod deletion;
mod hints;
mod large;
mod large_rows;
mod lists;
mod logs;
mod newest;
mod opening;
mod ordered;
mod pagination;
mod pieces;
mod project;
mod rederive;
mod runs;
mod scan;
mod seal;
mod search;
mod totals;
mod upkeep;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use junjo_span_model::{SpanId, SpanStatus, TraceId};
use junjo_wal::{NewRecord, Sender, Sequence, Signal, Wal, WalOptions};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message as _;

use crate::archive::reconcile::newest_archived;
use crate::{
    Catalog, DataDir, Dataset, IndexBatch, IndexOptions, IndexState, Probe, RunFilter, SealPolicy, SpanStore,
    StoreOptions, TimeRange, TraceFilter, decode_log_rows, decode_rows, probe_index,
};

const START: u64 = 1_767_323_045_000_000_000;
const NOW_UNIX_NANOS: i64 = 1_767_323_045_000_000_000;
const DAY_NANOS: i64 = 86_400_000_000_000;

struct Fixture {
    dir: tempfile::TempDir,
    wal: Wal,
    store: SpanStore,
}

impl Fixture {
    async fn new() -> Self {
        Self::open(tempfile::tempdir().unwrap()).await
    }

    async fn open(dir: tempfile::TempDir) -> Self {
        let options = options(dir.path());
        Self::open_with(dir, options).await
    }

    async fn open_with(dir: tempfile::TempDir, options: StoreOptions) -> Self {
        let f = Self::closed_with(dir, options).await;
        f.store.open_index().unwrap();
        f
    }

    /// With the index not opened yet.
    async fn closed(dir: tempfile::TempDir) -> Self {
        let options = options(dir.path());
        Self::closed_with(dir, options).await
    }

    async fn closed_with(dir: tempfile::TempDir, options: StoreOptions) -> Self {
        let pool = open_pool(dir.path()).await;
        let catalog = Catalog::load(pool).await.unwrap();
        let wal_options =
            WalOptions { free_bytes_min: 0, free_percent_min: 0, ..WalOptions::in_dir(dir.path()) };
        let archived = newest_archived(&dir.path().join("archive")).unwrap();
        let wal = Wal::open(&wal_options, catalog.newest_sequence().max(archived)).unwrap();
        let store = SpanStore::new(options, wal.clone(), catalog);
        store.reconcile(NOW_UNIX_NANOS).await.unwrap();
        Self { dir, wal, store }
    }

    async fn reopen(self) -> Self {
        self.store.close();
        self.wal.close().await;
        Self::open(self.dir).await
    }

    /// Appends one request and indexes it.
    async fn send(&self, spans: Vec<Span>) -> Sequence {
        let sequence = self.append(spans, 1_000).await;
        self.index();
        sequence
    }

    async fn append(&self, spans: Vec<Span>, received: i64) -> Sequence {
        self.append_of(Sender::in_default_project("key-1"), spans, received).await
    }

    async fn append_of(&self, sender: Sender, spans: Vec<Span>, received: i64) -> Sequence {
        let count = u32::try_from(spans.len()).unwrap();
        let message = request(spans).encode_to_vec();
        let record = NewRecord::compress(Signal::Traces, sender, received, count, &message).unwrap();
        self.wal.append(record).await.unwrap()
    }

    fn index(&self) {
        self.index_once().unwrap();
    }

    fn index_once(&self) -> Result<(), crate::StoreError> {
        let mut records = self.wal.read_after(self.store.progress().indexed_through(), u64::MAX).unwrap();
        let Some(newest) = records.last().map(|last| last.sequence) else { return Ok(()) };
        let last = newest.min(self.store.batch_end());
        records.retain(|record| record.sequence <= last);
        let mut batch = IndexBatch { span_cursor: last, log_record_cursor: last, ..IndexBatch::default() };
        for record in &records {
            let items = u64::from(record.item_count);
            match Dataset::of(record) {
                Dataset::Spans if record.sequence > self.store.progress().span_cursor => {
                    decode_rows(record, self.store.prices(), &mut batch.rows).unwrap();
                    batch.span_count += items;
                }
                Dataset::Logs if record.sequence > self.store.progress().log_record_cursor => {
                    decode_log_rows(record, &mut batch.logs).unwrap();
                    batch.log_count += items;
                }
                _ => {}
            }
        }
        self.store.commit(&batch)?;
        if last < newest { self.index_once() } else { Ok(()) }
    }

    async fn seal(&self) -> Option<crate::ArchiveFile> {
        let files = self.store.seal_due(10 * DAY_NANOS).await.unwrap();
        self.store.trim();
        files.into_iter().next()
    }

    /// Upkeep until there is nothing to do, ten days after the records were received.
    async fn keep(&self) {
        while self.store.upkeep(moment(10 * DAY_NANOS)).await.unwrap() {}
    }

    async fn wait_for_trim(&self) {
        while self.wal.stats().unwrap().records > 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// A moment at which the process has run for a day.
fn moment(unix_nano: i64) -> crate::Moment {
    crate::Moment { unix_nano, monotonic: Duration::from_hours(24) }
}

impl Fixture {
    /// Has the store believe a clock, as it does when that has run for an hour.
    async fn believe(&self, unix_nano: i64) {
        let hours = |hours: u64| crate::Moment {
            unix_nano: unix_nano - 3_600_000_000_000 * i64::try_from(24 - hours).unwrap(),
            monotonic: Duration::from_hours(hours),
        };
        for moment in [hours(22), hours(23)] {
            self.store.upkeep(moment).await.unwrap();
        }
    }
}

async fn open_pool(dir: &Path) -> sqlx::SqlitePool {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(DataDir::new(dir).app_db())
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::migrate!("../../migrations").run(&pool).await.unwrap();
    pool
}

fn options(dir: &Path) -> StoreOptions {
    let dir = DataDir::new(dir);
    StoreOptions {
        index: IndexOptions {
            path: dir.index(),
            quarantine_dir: dir.quarantine(),
            memory_bytes: 256 << 20,
            threads: 2,
            prober: Arc::new(probe_index),
        },
        archive_dir: dir.archive(),
        quarantine_dir: dir.quarantine(),
        seal: SealPolicy::default(),
        compact: crate::CompactPolicy::default(),
        retention: crate::Retention::default(),
        scan: crate::ScanOptions {
            memory_bytes: 128 << 20,
            threads: 1,
            temp_dir: dir.scan_temp(),
            temp_bytes_max: 64 << 20,
            runtime: None,
        },
        memory: junjo_memory::Memory::of_its_own(),
    }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

fn request(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let service = attribute("service.name", Value::StringValue("checkout".into()));
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes: vec![service], ..Default::default() }),
            scope_spans: vec![ScopeSpans { spans, ..Default::default() }],
            ..Default::default()
        }],
    }
}

fn span(trace: u8, id: u8, parent: Option<u8>) -> Span {
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![id; 8],
        parent_span_id: parent.map_or(Vec::new(), |parent| vec![parent; 8]),
        name: format!("span {id}"),
        start_time_unix_nano: START + u64::from(trace) * 1_000_000 + u64::from(id),
        end_time_unix_nano: START + u64::from(trace) * 1_000_000 + u64::from(id) + 500,
        ..Default::default()
    }
}

fn trace_id(byte: u8) -> TraceId {
    TraceId([byte; 16])
}

fn span_id(byte: u8) -> SpanId {
    SpanId([byte; 8])
}
