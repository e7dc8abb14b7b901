//! A store with a few traces and log records, among them what clients break things with; half of it is in the archive.

use std::path::Path;
use std::sync::Arc;

use junjo_memory::Memory;
use junjo_span_store::{
    Catalog, CompactPolicy, DataDir, Dataset, IndexBatch, IndexOptions, Retention, ScanOptions, SealPolicy,
    SpanStore, StoreOptions, decode_log_rows, decode_rows, probe_index,
};
use junjo_wal::{NewRecord, Sender, Signal, Wal, WalOptions};
use junjo_web::db;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message as _;

/// Start of the first span, unix nanoseconds.
const START: u64 = 1_767_323_045_000_000_000;
/// Far enough behind the receipt of the records (1 ns) that they are sealed.
const LATER_NANOS: i64 = 864_000_000_000_000;

/// Opens a store in `dir` and fills it.
pub(super) async fn open(dir: &Path) -> SpanStore {
    let pool = db::open_pool(&DataDir::new(dir).app_db()).await.unwrap();
    db::migrate(&pool).await.unwrap();
    let catalog = Catalog::load(pool).await.unwrap();
    let limits = WalOptions { free_bytes_min: 0, free_percent_min: 0, ..WalOptions::in_dir(dir) };
    let wal = Wal::open(&limits, catalog.newest_sequence()).unwrap();
    let store = SpanStore::new(options(dir), wal.clone(), catalog);
    store.reconcile(LATER_NANOS).await.unwrap();
    store.open_index().unwrap();
    for half in [0, 1] {
        append(&wal, Signal::Traces, &traces(half)).await;
        append(&wal, Signal::Logs, &logs(half)).await;
        index(&store, &wal);
        if half == 0 {
            while !store.seal_due(LATER_NANOS).await.unwrap().is_empty() {}
        }
    }
    store
}

fn options(dir: &Path) -> StoreOptions {
    let dir = DataDir::new(dir);
    StoreOptions {
        index: IndexOptions {
            path: dir.index(),
            quarantine_dir: dir.quarantine(),
            memory_bytes: 256 << 20,
            threads: 1,
            prober: Arc::new(probe_index),
        },
        archive_dir: dir.archive(),
        quarantine_dir: dir.quarantine(),
        seal: SealPolicy::default(),
        compact: CompactPolicy::default(),
        retention: Retention::default(),
        scan: ScanOptions {
            memory_bytes: 128 << 20,
            threads: 1,
            temp_dir: dir.scan_temp(),
            temp_bytes_max: 64 << 20,
            runtime: None,
        },
        memory: Memory::of_its_own(),
    }
}

async fn append(wal: &Wal, signal: Signal, message: &[u8]) {
    let record = NewRecord::compress(signal, Sender::in_default_project("key-1"), 1, 1, message).unwrap();
    wal.append(record).await.unwrap();
}

fn index(store: &SpanStore, wal: &Wal) {
    let records = wal.read_after(store.progress().indexed_through(), u64::MAX).unwrap();
    let last = records.last().unwrap().sequence;
    let mut batch = IndexBatch { span_cursor: last, log_record_cursor: last, ..IndexBatch::default() };
    for record in &records {
        match Dataset::of(record) {
            Dataset::Spans => decode_rows(record, store.prices(), &mut batch.rows).unwrap(),
            Dataset::Logs => decode_log_rows(record, &mut batch.logs).unwrap(),
        }
    }
    store.commit(&batch).unwrap();
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

fn resource(service: &str) -> Resource {
    Resource { attributes: vec![text("service.name", service), text("k", "v")], ..Default::default() }
}

/// A span that starts with its trace: ids alone order the spans of a trace, and often those of several.
fn span(trace: u8, id: u8, parent: Option<u8>, attributes: Vec<KeyValue>) -> Span {
    let start = START + u64::from(trace / 2) * 1_000_000;
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![id; 8],
        parent_span_id: parent.map_or(Vec::new(), |parent| vec![parent; 8]),
        name: format!("span {id}"),
        start_time_unix_nano: start,
        end_time_unix_nano: start + 1_001_000,
        attributes,
        ..Default::default()
    }
}

/// Two ordinary traces and a hostile one, other ones in each half; the second half replaces a span of the first.
fn traces(half: u8) -> Vec<u8> {
    let first = 10 * half + 1;
    let call = |tokens: i64, cost: f64| {
        vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.request.model", "gpt-4o"),
            text("gen_ai.provider.name", "openai"),
            attribute("gen_ai.usage.input_tokens", Value::IntValue(tokens)),
            attribute("gen_ai.usage.output_tokens", Value::IntValue(tokens)),
            attribute("gen_ai.usage.cost", Value::DoubleValue(cost)),
            attribute("cache.hit", Value::BoolValue(half == 0)),
        ]
    };
    let run = vec![
        text("junjo.span_type", "workflow"),
        text("junjo.executable_structural_id", "structure-1"),
        text("session.id", "s-1"),
        text("user.id", "u-1"),
    ];
    let long = |end: &str| vec![text("session.id", &format!("{}{end}", "s".repeat(3_000)))];
    let odd = vec![
        text("http.route", "/a"),
        attribute("k", Value::IntValue(200)),
        attribute("a key", Value::DoubleValue(f64::NAN)),
        text("it's a/b~c", "ΟΔΟΣ \"quoted\" \\ % ?"),
    ];
    let failed = Status { code: 2, message: "Boom".into() };
    let spans = vec![
        span(first, 1, None, run),
        span(first, 2, Some(1), call(1_000, 0.005)),
        Span { status: Some(failed), ..span(first, 3, Some(1), odd) },
        span(first + 1, 1, None, long("1")),
        span(first + 1, 2, Some(1), long("2")),
        // a call that wraps another, with more tokens and money than there are
        span(first + 2, 1, Some(9), call(i64::MAX, f64::MAX)),
        Span { end_time_unix_nano: u64::MAX, ..span(first + 2, 2, Some(1), call(i64::MAX, f64::MAX)) },
        Span { start_time_unix_nano: 0, ..span(first + 2, 3, Some(3), Vec::new()) },
        Span { start_time_unix_nano: u64::MAX, ..span(first + 2, 4, None, Vec::new()) },
        span(1, 3, Some(1), vec![text("http.route", "/b")]),
    ];
    let services = [("checkout", 5), ("ΟΔΟΣ 'it''s'", 5)];
    let mut rest = spans.into_iter();
    let resource_spans = services.map(|(service, count)| ResourceSpans {
        resource: Some(resource(service)),
        scope_spans: vec![ScopeSpans { spans: rest.by_ref().take(count).collect(), ..Default::default() }],
        ..Default::default()
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.into() }.encode_to_vec()
}

fn logs(half: u8) -> Vec<u8> {
    let first = 10 * half + 1;
    let log = |number: u64, message: &str| LogRecord {
        time_unix_nano: START + number,
        body: Some(AnyValue { value: Some(Value::StringValue(message.into())) }),
        trace_id: vec![first; 16],
        span_id: vec![2; 8],
        severity_number: 9,
        ..Default::default()
    };
    let records = vec![
        log(1, "GET /a \"quoted\""),
        LogRecord { event_name: "exception".into(), severity_number: 17, ..log(1, "Boom") },
        LogRecord { trace_id: Vec::new(), span_id: Vec::new(), severity_number: 0, ..log(2, "ΟΔΟΣ") },
        LogRecord { time_unix_nano: u64::MAX, ..log(0, "late") },
        LogRecord { time_unix_nano: 0, ..log(0, "early") },
    ];
    let resource_logs = ResourceLogs {
        resource: Some(resource("checkout")),
        scope_logs: vec![ScopeLogs { log_records: records, ..Default::default() }],
        ..Default::default()
    };
    ExportLogsServiceRequest { resource_logs: vec![resource_logs] }.encode_to_vec()
}
