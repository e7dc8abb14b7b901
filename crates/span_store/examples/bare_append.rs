//! An anchor for `bench/`: the plainest way to keep the same telemetry, whole rows appended to DuckDB in batches of
//! 20,000, each committed. It measures DuckDB and nothing of ours: rows are built before the clock starts.
//!
//! `bare_append DIR < CORPUS` reads OTLP requests (u32 LE length before each) and prints a JSON list, one object a
//! table layout: `layout, spans, spans_per_second, spans_per_second_with_checkpoint, bytes_per_span`.
//!
//! | layout | ids | attributes, events | storage |
//! |---|---|---|---|
//! | hex+json | VARCHAR, hexadecimal | JSON | default |
//! | uuid+text | UUID and UBIGINT | VARCHAR, JSON text | default |
//! | uuid+text v1.5.0 | the same | the same | storage version v1.5.0 |
//! | uuid+text v1.5.0 zstd | the same | the same | storage version v1.5.0, every column forced to zstd |

use std::error::Error;
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array, StringArray, UInt8Array, UInt64Array};
use arrow::record_batch::RecordBatch;
use duckdb::{Config, Connection};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Map, Value as Json, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

const BATCH_ROWS: usize = 20_000;
const THREADS: i64 = 2;

struct Layout {
    name: &'static str,
    columns: &'static str,
    numeric_ids: bool,
    storage_version: Option<&'static str>,
    forced_compression: Option<&'static str>,
}

const HEX_JSON: &str = "trace_id VARCHAR, span_id VARCHAR, parent VARCHAR, service VARCHAR, name VARCHAR,
    kind UTINYINT, start_nanos BIGINT, end_nanos BIGINT, status UTINYINT, attributes JSON, events JSON";
const UUID_TEXT: &str = "trace_id UUID, span_id UBIGINT, parent UBIGINT, service VARCHAR, name VARCHAR,
    kind UTINYINT, start_nanos BIGINT, end_nanos BIGINT, status UTINYINT, attributes VARCHAR, events VARCHAR";

const LAYOUTS: [Layout; 4] = [
    Layout {
        name: "hex+json",
        columns: HEX_JSON,
        numeric_ids: false,
        storage_version: None,
        forced_compression: None,
    },
    Layout {
        name: "uuid+text",
        columns: UUID_TEXT,
        numeric_ids: true,
        storage_version: None,
        forced_compression: None,
    },
    Layout {
        name: "uuid+text v1.5.0",
        columns: UUID_TEXT,
        numeric_ids: true,
        storage_version: Some("v1.5.0"),
        forced_compression: None,
    },
    Layout {
        name: "uuid+text v1.5.0 zstd",
        columns: UUID_TEXT,
        numeric_ids: true,
        storage_version: Some("v1.5.0"),
        forced_compression: Some("zstd"),
    },
];

fn main() -> Outcome<()> {
    let dir = std::env::args_os().nth(1).ok_or("usage: bare_append DIR < CORPUS")?;
    let rows = read_rows(&mut std::io::stdin().lock())?;
    let mut results = Vec::new();
    for layout in &LAYOUTS {
        results.push(measure(Path::new(&dir), layout, &rows)?);
    }
    writeln!(std::io::stdout(), "{}", Json::from(results))?;
    Ok(())
}

fn measure(dir: &Path, layout: &Layout, rows: &[Row]) -> Outcome<Json> {
    let path = dir.join("bare_append.duckdb");
    let mut config = Config::default().threads(THREADS)?;
    if let Some(version) = layout.storage_version {
        config = config.with("storage_compatibility_version", version)?;
    }
    let connection = Connection::open_with_flags(&path, config)?;
    if let Some(codec) = layout.forced_compression {
        connection.execute_batch(&format!("SET force_compression = '{codec}'"))?;
    }
    connection.execute_batch(&format!("CREATE TABLE spans ({})", layout.columns))?;
    let mut appending = Duration::ZERO;
    for chunk in rows.chunks(BATCH_ROWS) {
        let batch = to_batch(chunk, layout.numeric_ids)?;
        let started = Instant::now();
        let mut appender = connection.appender("spans")?;
        appender.append_record_batch(batch)?;
        appender.flush()?;
        drop(appender);
        appending += started.elapsed();
    }
    let started = Instant::now();
    connection.execute_batch("CHECKPOINT")?;
    let with_checkpoint = appending + started.elapsed();
    connection.close().map_err(|(_, error)| error)?;
    let count = rows.len() as f64;
    let result = json!({
        "layout": layout.name,
        "spans": rows.len(),
        "spans_per_second": count / appending.as_secs_f64(),
        "spans_per_second_with_checkpoint": count / with_checkpoint.as_secs_f64(),
        "bytes_per_span": std::fs::metadata(&path)?.len() as f64 / count,
    });
    std::fs::remove_file(&path)?;
    Ok(result)
}

/// One span with everything in it, as text where it is nested.
struct Row {
    trace_id: String,
    span_id: u64,
    parent: Option<u64>,
    service: Arc<str>,
    name: String,
    kind: u8,
    start_nanos: i64,
    end_nanos: i64,
    status: u8,
    attributes: String,
    events: String,
}

fn to_batch(rows: &[Row], numeric_ids: bool) -> Outcome<RecordBatch> {
    let ids = |of: fn(&Row) -> Option<u64>| -> ArrayRef {
        if numeric_ids {
            Arc::new(rows.iter().map(of).collect::<UInt64Array>())
        } else {
            let hex = rows.iter().map(|row| of(row).map(|id| format!("{id:016x}")));
            Arc::new(hex.collect::<StringArray>())
        }
    };
    let texts = |of: fn(&Row) -> &str| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row))).collect::<StringArray>())
    };
    let longs = |of: fn(&Row) -> i64| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row))).collect::<Int64Array>())
    };
    let bytes = |of: fn(&Row) -> u8| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row))).collect::<UInt8Array>())
    };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("trace_id", texts(|row| &row.trace_id), false),
        ("span_id", ids(|row| Some(row.span_id)), false),
        ("parent", ids(|row| row.parent), true),
        ("service", texts(|row| &row.service), false),
        ("name", texts(|row| &row.name), false),
        ("kind", bytes(|row| row.kind), false),
        ("start_nanos", longs(|row| row.start_nanos), false),
        ("end_nanos", longs(|row| row.end_nanos), false),
        ("status", bytes(|row| row.status), false),
        ("attributes", texts(|row| &row.attributes), false),
        ("events", texts(|row| &row.events), false),
    ])?;
    Ok(batch)
}

fn read_rows(input: &mut impl Read) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let mut length = [0; 4];
    loop {
        match input.read_exact(&mut length) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(rows),
            other => other?,
        }
        let mut message = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut message)?;
        for resource in ExportTraceServiceRequest::decode(&message[..])?.resource_spans {
            let attributes = resource.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
            let service = attributes.iter().find(|attribute| attribute.key == "service.name");
            let service = service.map_or(Json::Null, |attribute| to_json(attribute.value.as_ref()));
            let service: Arc<str> = service.as_str().unwrap_or_default().into();
            let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
            rows.extend(spans.map(|span| to_row(&span, &service)));
        }
    }
}

fn to_row(span: &Span, service: &Arc<str>) -> Row {
    let id = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_be_bytes);
    let events = span.events.iter().map(|event| {
        json!({"name": event.name, "time_unix_nano": event.time_unix_nano,
            "attributes": attributes_json(&event.attributes)})
    });
    Row {
        trace_id: format!("{:032x}", span.trace_id[..].try_into().map_or(0, u128::from_be_bytes)),
        span_id: id(&span.span_id).unwrap_or_default(),
        parent: id(&span.parent_span_id),
        service: Arc::clone(service),
        name: span.name.clone(),
        kind: span.kind as u8,
        start_nanos: span.start_time_unix_nano as i64,
        end_nanos: span.end_time_unix_nano as i64,
        status: span.status.as_ref().map_or(0, |status| status.code as u8),
        attributes: attributes_json(&span.attributes).to_string(),
        events: events.collect::<Json>().to_string(),
    }
}

fn attributes_json(attributes: &[KeyValue]) -> Json {
    let members =
        attributes.iter().map(|attribute| (attribute.key.clone(), to_json(attribute.value.as_ref())));
    Json::Object(members.collect::<Map<_, _>>())
}

fn to_json(value: Option<&AnyValue>) -> Json {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => json!(text),
        Some(Value::BoolValue(value)) => json!(value),
        Some(Value::IntValue(value)) => json!(value),
        Some(Value::DoubleValue(value)) => json!(value),
        Some(Value::ArrayValue(list)) => list.values.iter().map(|value| to_json(Some(value))).collect(),
        Some(Value::KvlistValue(list)) => attributes_json(&list.values),
        _ => Json::Null,
    }
}
