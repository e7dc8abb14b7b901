//! The store through its public surface: real log, real DuckDB, real Parquet, real SQLite in a temp folder.

mod corruption;
mod damage;
mod deletion;
mod lifecycle;
mod logs;
mod newest;
mod pagination;
mod rederive;
mod totals;

use std::path::Path;
use std::sync::Arc;

use junjo_span_model::{SpanId, TraceId};
use junjo_wal::{NewRecord, Sequence, Signal, Wal, WalOptions};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message as _;

use crate::{
    Dataset, IndexBatch, IndexOptions, IndexState, Manifest, Probe, SealPolicy, SpanStore, StoreOptions,
    TimeRange, TraceFilter, WorkflowFilter, decode_log_rows, decode_rows, newest_archived, probe_index,
};

mod search;

const START: u64 = 1_767_323_045_000_000_000;
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
        let manifest = Manifest::load(pool).await.unwrap();
        let wal_options =
            WalOptions { free_bytes_min: 0, free_percent_min: 0, ..WalOptions::in_dir(dir.path()) };
        let archived = newest_archived(&dir.path().join("archive")).unwrap();
        let wal = Wal::open(&wal_options, manifest.newest_sequence().max(archived)).unwrap();
        let store = SpanStore::new(options, wal.clone(), manifest);
        store.reconcile("2026-01-02T03:04:05Z").await.unwrap();
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
        let count = u32::try_from(spans.len()).unwrap();
        let message = request(spans).encode_to_vec();
        let record = NewRecord::compress(Signal::Traces, "key-1".into(), received, count, &message).unwrap();
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
        let mut batch = IndexBatch { cursor: last, log_cursor: last, ..IndexBatch::default() };
        for record in &records {
            let items = u64::from(record.item_count);
            match Dataset::of(record) {
                Dataset::Spans if record.sequence > self.store.progress().cursor => {
                    decode_rows(record, self.store.prices(), &mut batch.rows).unwrap();
                    batch.span_count += items;
                }
                Dataset::Logs if record.sequence > self.store.progress().log_cursor => {
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
        let files = self.store.seal_due(10 * DAY_NANOS, "2026-01-02T03:04:05Z").await.unwrap();
        self.store.trim();
        files.into_iter().next()
    }

    /// Upkeep until there is nothing to do, ten days after the records were received.
    async fn keep(&self) {
        while self.store.upkeep(10 * DAY_NANOS).await.unwrap() {}
    }

    async fn wait_for_trim(&self) {
        while self.wal.stats().unwrap().records > 0 {
            tokio::task::yield_now().await;
        }
    }
}

async fn open_pool(dir: &Path) -> sqlx::SqlitePool {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("app.db")).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::migrate!("../../migrations").run(&pool).await.unwrap();
    pool
}

fn options(dir: &Path) -> StoreOptions {
    StoreOptions {
        index: IndexOptions {
            path: dir.join("index.duckdb"),
            quarantine_dir: dir.join("quarantine"),
            memory_bytes: 256 << 20,
            threads: 2,
            prober: Arc::new(probe_index),
        },
        archive_dir: dir.join("archive"),
        quarantine_dir: dir.join("quarantine"),
        seal: SealPolicy::default(),
        compact: crate::CompactPolicy::default(),
        retention: crate::Retention::default(),
        scan: crate::ScanOptions {
            memory_bytes: 128 << 20,
            threads: 1,
            temp_dir: dir.join("scan.tmp"),
            temp_bytes_max: 64 << 20,
            runtime: None,
        },
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

/// Scenario: children arrive before their root, in two requests. Guarantee: one live trace row at any time, first
/// with a stand-in, then with the root.
#[tokio::test]
async fn commit_late_root_replaces_the_trace_row() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 2, Some(1)), span(1, 3, Some(1))]).await;
    let page = f.store.traces(&TraceFilter::default(), 10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(page.items[0].root_missing);
    assert_eq!(page.items[0].root_name, "span 2");
    f.send(vec![span(1, 1, None)]).await;
    let page = f.store.traces(&TraceFilter::default(), 10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(!page.items[0].root_missing);
    assert_eq!((page.items[0].root_name.as_str(), page.items[0].span_count), ("span 1", 3));
    assert_eq!(page.items[0].newest_sequence, Sequence(2));
}

/// Scenario: a client's retry delivers the same spans twice, in one request and across requests, with a new status.
/// Guarantee: each span exists once, the highest place wins in lists and in payloads, and all are counted.
#[tokio::test]
async fn commit_same_span_again_keeps_the_highest_place() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(1, 1, None)]).await;
    let failed = Span { status: Some(Status { code: 2, message: "boom".into() }), ..span(1, 1, None) };
    f.send(vec![failed, span(1, 2, Some(1))]).await;
    let page = f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap();
    assert_eq!(page.spans.len(), 2);
    assert_eq!(page.trace.error_count, 1);
    let whole = f.store.span(trace_id(1), span_id(1)).await.unwrap().unwrap();
    assert_eq!(whole.status_message, "boom");
    assert_eq!(whole.row.place.sequence, Sequence(2));
    let progress = f.store.progress();
    assert_eq!((progress.indexed_spans, progress.duplicate_spans), (4, 2));
    assert_eq!(f.store.size().await.unwrap().spans, Some(2));
}

/// Scenario: the process ends between commits and starts again. Guarantee: progress and rows are those of the last
/// commit, and indexing goes on from there.
#[tokio::test]
async fn reopen_continues_from_the_committed_cursor() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.append(vec![span(2, 1, None)], 1_000).await;
    let f = f.reopen().await;
    assert_eq!(f.store.progress().cursor, Sequence(1));
    f.index();
    assert_eq!(f.store.progress().indexed_spans, 2);
    assert_eq!(f.store.traces(&TraceFilter::default(), 10, None).await.unwrap().items.len(), 2);
}

/// Scenario: records are sealed and trimmed. Guarantee: payloads come from the archive exactly as they came from the
/// log, retries inside the range are stored once, and the log is empty.
#[tokio::test]
async fn seal_moves_payloads_from_log_to_archive_unchanged() {
    let f = Fixture::new().await;
    let odd = Span {
        attributes: vec![
            attribute("nan", Value::DoubleValue(f64::NAN)),
            attribute("big", Value::IntValue(i64::MAX)),
            attribute("text", Value::StringValue("x".repeat(100_000))),
        ],
        end_time_unix_nano: 5,
        ..span(1, 3, Some(1))
    };
    f.send(vec![span(1, 1, None), span(1, 2, Some(1)), odd]).await;
    f.send(vec![span(1, 2, Some(1)), span(2, 1, None)]).await;
    let ids = [(1, 1), (1, 2), (1, 3), (2, 1)];
    let mut before = Vec::new();
    for (trace, id) in ids {
        before.push(f.store.span(trace_id(trace), span_id(id)).await.unwrap().unwrap());
    }
    assert!(before[2].otlp.is_some(), "NaN and an end before the start need the exact message");
    assert_eq!(before[2].sent_times().1, 5);
    let file = f.seal().await.expect("old records are due");
    assert_eq!((file.row_count, file.item_count), (4, 5));
    assert_eq!((file.first_sequence, file.last_sequence), (Sequence(1), Sequence(2)));
    f.wait_for_trim().await;
    for ((trace, id), expected) in ids.into_iter().zip(before) {
        assert_eq!(f.store.span(trace_id(trace), span_id(id)).await.unwrap().unwrap(), expected);
    }
    assert_eq!(f.seal().await, None, "nothing is sealed twice");
}

/// Scenario: records of two received days wait. Guarantee: a file holds one day; ranges are disjoint and contiguous.
#[tokio::test]
async fn seal_cuts_files_at_the_received_day() {
    let f = Fixture::new().await;
    f.append(vec![span(1, 1, None)], 1_000).await;
    f.append(vec![span(2, 1, None)], DAY_NANOS).await;
    f.append(vec![span(3, 1, None)], DAY_NANOS + 1).await;
    f.index();
    let first = f.seal().await.unwrap();
    let second = f.seal().await.unwrap();
    assert_eq!((first.received_day.as_str(), second.received_day.as_str()), ("1970-01-01", "1970-01-02"));
    assert_eq!(first.last_sequence, Sequence(1));
    assert_eq!((second.first_sequence, second.last_sequence), (Sequence(2), Sequence(3)));
}

/// Scenario: the index is deleted, or overwritten with rubbish, after a seal. Guarantee: the server opens, keeps the
/// damaged file aside, and ends with the same rows, from archive and log together.
#[tokio::test]
async fn open_without_a_usable_index_rebuilds_the_same_rows() {
    for damage in ["delete", "overwrite"] {
        let f = Fixture::new().await;
        f.send(vec![span(1, 1, None), span(1, 2, Some(1))]).await;
        f.seal().await.unwrap();
        f.wait_for_trim().await;
        f.send(vec![span(1, 2, Some(1)), span(2, 1, None)]).await;
        let expected = f.store.traces(&TraceFilter::default(), 10, None).await.unwrap();
        let progress = f.store.progress();
        f.store.close();
        f.wal.close().await;
        let path = f.dir.path().join("index.duckdb");
        if damage == "delete" {
            std::fs::remove_file(&path).unwrap();
        } else {
            std::fs::write(&path, vec![1_u8; 50_000]).unwrap();
        }
        let f = Fixture::open(f.dir).await;
        f.index();
        assert_eq!(f.store.index_state(), IndexState::Ok);
        assert_eq!(f.store.traces(&TraceFilter::default(), 10, None).await.unwrap(), expected, "{damage}");
        assert_eq!(f.store.progress(), progress, "{damage}");
        let kept = f.dir.path().join("quarantine/index-1.duckdb");
        assert_eq!(kept.try_exists().unwrap(), damage == "overwrite");
    }
}

/// Scenario: the index ends in the middle of a sealed range that holds retries, once with the records still in the log
/// (a crash while the sealer was ahead) and once with the log trimmed (an index from a backup). Guarantee: every span is
/// there once, and counted as often as it was accepted, as if nothing had happened.
#[tokio::test]
async fn open_index_behind_the_archive_counts_every_span_once() {
    for is_trimmed in [false, true] {
        let f = Fixture::new().await;
        f.send(vec![span(1, 1, None), span(1, 1, None), span(1, 2, Some(1))]).await;
        let path = f.dir.path().join("index.duckdb");
        f.store.close();
        let older = std::fs::read(&path).unwrap();
        f.store.open_index().unwrap();
        f.append(vec![span(1, 2, Some(1)), span(2, 1, None)], 1_000).await;
        if is_trimmed {
            f.index();
        }
        assert_eq!(f.seal().await.unwrap().item_count, 5);
        if is_trimmed {
            f.wait_for_trim().await;
        }
        f.store.close();
        std::fs::write(&path, older).unwrap();
        let f = f.reopen().await;
        f.index();
        let progress = f.store.progress();
        assert_eq!((progress.cursor, progress.indexed_spans), (Sequence(2), 5), "{is_trimmed}");
        assert_eq!(progress.duplicate_spans, 2, "{is_trimmed}");
        let size = f.store.size().await.unwrap();
        assert_eq!(size.spans, Some(3), "{is_trimmed}");
    }
}

/// Scenario: another process holds the index, so that opening it fails again and again; then it lets go. Guarantee: the
/// file is not taken for damaged: it is opened with its rows, and nothing is set aside.
#[tokio::test]
async fn open_blocked_index_is_never_set_aside() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.store.close();
    let path = f.dir.path().join("index.duckdb");
    let manifest = Manifest::load(open_pool(f.dir.path()).await).await.unwrap();
    let mut blocked = options(f.dir.path());
    blocked.index.prober = Arc::new(|_| Probe::Blocked("Could not set lock on file".into()));
    let store = SpanStore::new(blocked, f.wal.clone(), manifest);
    for _ in 0..5 {
        assert!(store.open_index().is_err());
    }
    assert!(path.try_exists().unwrap());
    let f = f.reopen().await;
    assert_eq!(f.store.size().await.unwrap().spans, Some(1));
    assert!(!f.dir.path().join("quarantine/index-1.duckdb").try_exists().unwrap());
}

/// Scenario: a power cut brings back a log of DuckDB that a checkpoint had already removed. Guarantee: that log alone is
/// set aside; the index keeps its rows and goes on.
#[tokio::test]
async fn open_with_a_stale_log_of_duckdb_keeps_the_index() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    let log = f.dir.path().join("index.duckdb.wal");
    let stale = std::fs::read(&log).unwrap();
    let f = f.reopen().await;
    f.send(vec![span(2, 1, None)]).await;
    let progress = f.store.progress();
    f.store.close();
    std::fs::write(&log, stale).unwrap();
    let f = f.reopen().await;
    assert_eq!(f.store.progress(), progress);
    assert_eq!(f.store.size().await.unwrap().spans, Some(2));
    let kept = f.dir.path().join("quarantine");
    assert!(kept.join("index-1.duckdb.wal").try_exists().unwrap());
    assert!(!kept.join("index-1.duckdb").try_exists().unwrap());
}

/// Scenario: a seal was interrupted before or after its rename, or the manifest lost a row. Guarantee: leftovers go,
/// and a file whose records are nowhere else is listed again.
#[tokio::test]
async fn reconcile_removes_leftovers_and_adopts_what_is_nowhere_else() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    let file = f.seal().await.unwrap();
    f.wait_for_trim().await;
    let archive = f.dir.path().join("archive");
    std::fs::write(archive.join("day=1970-01-01/spans-9.tmp"), b"half").unwrap();
    f.store.close();
    f.wal.close().await;
    let pool = open_pool(f.dir.path()).await;
    sqlx::query("DELETE FROM archive_files").execute(&pool).await.unwrap();
    pool.close().await;
    let f = Fixture::open(f.dir).await;
    assert!(!archive.join("day=1970-01-01/spans-9.tmp").try_exists().unwrap());
    assert_eq!(f.store.size().await.unwrap().archive_files, 1);
    assert!(f.store.span(trace_id(1), span_id(1)).await.unwrap().is_some());
    assert!(archive.join(file.path).try_exists().unwrap());
}

/// Scenario: 25 traces are paged by 10 while one of them changes and a new one arrives. Guarantee: every trace that
/// did not change during the walk appears exactly once.
#[tokio::test]
async fn traces_pages_hold_each_unchanged_trace_once() {
    let f = Fixture::new().await;
    for trace in 1..=25 {
        f.send(vec![span(trace, 1, None)]).await;
    }
    let filter = TraceFilter { service: Some("checkout".into()), ..TraceFilter::default() };
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = f.store.traces(&filter, 10, cursor).await.unwrap();
        seen.extend(page.items.iter().map(|row| row.trace_id.0[0]));
        f.send(vec![span(5, 2, Some(1)), span(200, 1, None)]).await;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let expected: Vec<u8> = (1..=25).rev().filter(|trace| *trace != 5).collect();
    assert_eq!(seen, expected);
}

/// Scenario: filters on every promoted field. Guarantee: each finds its trace and nothing else.
#[tokio::test]
async fn traces_filters_match_root_and_spans_as_documented() {
    let f = Fixture::new().await;
    let text = |key: &str, value: &str| attribute(key, Value::StringValue(value.into()));
    let llm = Span {
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.request.model", "gpt-4o"),
            text("session.id", "s-1"),
            text("user.id", "u-1"),
            attribute("gen_ai.usage.input_tokens", Value::IntValue(7)),
        ],
        ..span(1, 2, Some(1))
    };
    let failed = Span { status: Some(Status { code: 2, message: String::new() }), ..span(2, 2, Some(1)) };
    f.send(vec![span(1, 1, None), llm, span(2, 1, None), failed]).await;
    let default = TraceFilter::default;
    let cases = [
        (TraceFilter { model: Some("gpt-4o".into()), ..default() }, vec![1]),
        (TraceFilter { role: Some(junjo_span_model::Role::Llm), ..default() }, vec![1]),
        (TraceFilter { session_id: Some("s-1".into()), ..default() }, vec![1]),
        (TraceFilter { user_id: Some("u-1".into()), ..default() }, vec![1]),
        (TraceFilter { has_llm: Some(true), ..default() }, vec![1]),
        (TraceFilter { has_llm: Some(false), ..default() }, vec![2]),
        (TraceFilter { status: Some(2), ..default() }, vec![2]),
        (TraceFilter { status: Some(0), ..default() }, vec![1]),
        (TraceFilter { name: Some("span 1".into()), ..default() }, vec![2, 1]),
        (TraceFilter { name: Some("span 2".into()), ..default() }, vec![]),
        (TraceFilter { text: Some("S-1".into()), ..default() }, vec![1]),
        (TraceFilter { has_workflow: Some(true), ..default() }, vec![]),
        (TraceFilter { service: Some("other".into()), ..default() }, vec![]),
        (TraceFilter { min_duration_nanos: Some(i64::MAX), ..default() }, vec![]),
        (
            TraceFilter {
                time: TimeRange { from_unix_nanos: Some(i64::MAX), to_unix_nanos: None },
                ..default()
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        let found = f.store.traces(&filter, 10, None).await.unwrap();
        let ids: Vec<u8> = found.items.iter().map(|row| row.trace_id.0[0]).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
    let services = f.store.services(TimeRange::default()).await.unwrap();
    assert_eq!((services.len(), services[0].span_count, services[0].trace_count), (1, 4, 2));
    assert_eq!(services[0].error_count, 1);
}

/// Scenario: a workflow with a failed node below it, and a trace in pages of one span. Guarantee: the run is listed
/// with its failure counted, and pages hold every span once.
#[tokio::test]
async fn workflows_count_failures_below_and_traces_page_by_position() {
    let f = Fixture::new().await;
    let kind = |value: &str| vec![attribute("junjo.span_type", Value::StringValue(value.into()))];
    let workflow = Span { attributes: kind("workflow"), ..span(1, 1, None) };
    let node = Span { attributes: kind("node"), ..span(1, 2, Some(1)) };
    let failed = Span { status: Some(Status { code: 2, message: String::new() }), ..span(1, 3, Some(2)) };
    f.send(vec![workflow, node, failed]).await;
    let page = f.store.workflows(&WorkflowFilter::default(), 10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!((page.items[0].span.name.as_str(), page.items[0].error_count), ("span 1", 1));
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = f.store.trace(trace_id(1), 1, after).await.unwrap().unwrap();
        ids.extend(page.spans.iter().map(|row| row.span_id.0[0]));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, [1, 2, 3]);
    assert!(f.store.trace(trace_id(9), 1, None).await.unwrap().is_none());
}

/// Scenario: times at the edges of 64 bits, spans that are their own parents, cycles. Guarantee: all are stored and
/// shown, nothing overflows.
#[tokio::test]
async fn commit_odd_spans_is_total() {
    let f = Fixture::new().await;
    let future = Span { start_time_unix_nano: 1 << 63, end_time_unix_nano: u64::MAX, ..span(1, 1, None) };
    let zero = Span { start_time_unix_nano: 0, end_time_unix_nano: 0, ..span(1, 2, Some(2)) };
    let cycle = vec![span(2, 1, Some(2)), span(2, 2, Some(1))];
    f.send(vec![future, zero]).await;
    f.send(cycle).await;
    f.send(vec![span(1, 3, Some(1))]).await;
    assert_eq!(f.store.traces(&TraceFilter::default(), 10, None).await.unwrap().items.len(), 2);
    assert_eq!(f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap().spans.len(), 3);
    let whole = f.store.span(trace_id(1), span_id(1)).await.unwrap().unwrap();
    assert_eq!(whole.sent_times(), (1 << 63, u64::MAX));
}
