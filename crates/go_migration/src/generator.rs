//! Files as the Go server leaves them, with odd values: what imports are tested against. The same numbers give the same files.

use std::path::Path;

use duckdb::types::{TimeUnit, Value};
use duckdb::{Connection, params};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _};

/// How much to make.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    /// Users; the password of the one with number N is [`password`].
    pub users: u32,
    /// API keys; their secrets are [`key`].
    pub keys: u32,
    /// Rows of `spans`.
    pub spans: u32,
}

/// Any error of making a file.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The bcrypt cost of made users: the least, because tests sign many in. The Go server's is 10.
const COST: u32 = 4;
/// Spans of a trace: a workflow, nodes and a subflow in turns.
const SPANS_IN_TRACE: u32 = 8;
/// 2025-10-12, in microseconds.
const START_MICROS: i64 = 1_760_227_200_000_000;

const SQLITE_TABLES: &str = "
CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL,
    tstamp TIMESTAMP DEFAULT (datetime('now')));
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX idx_users_email ON users (email);
CREATE TABLE api_keys (id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE poller_state (id INTEGER PRIMARY KEY CHECK (id = 1), last_key BLOB);
";

const DUCKDB_TABLES: &str = "
CREATE TABLE spans (trace_id VARCHAR(32) NOT NULL, span_id VARCHAR(16) NOT NULL, parent_span_id VARCHAR(16),
    service_name VARCHAR NOT NULL, name VARCHAR, kind VARCHAR, start_time TIMESTAMPTZ NOT NULL, end_time TIMESTAMPTZ NOT NULL,
    status_code VARCHAR, status_message VARCHAR, attributes_json JSON, events_json JSON, links_json JSON, trace_flags INTEGER,
    trace_state VARCHAR, junjo_id VARCHAR, junjo_parent_id VARCHAR, junjo_span_type VARCHAR, junjo_wf_state_start JSON,
    junjo_wf_state_end JSON, junjo_wf_graph_structure JSON, junjo_wf_store_id VARCHAR, PRIMARY KEY (trace_id, span_id));
CREATE INDEX idx_trace_id ON spans (trace_id);
CREATE INDEX idx_start_time ON spans (start_time);
CREATE TABLE state_patches (patch_id VARCHAR PRIMARY KEY, service_name VARCHAR NOT NULL, trace_id VARCHAR(32) NOT NULL,
    span_id VARCHAR(16) NOT NULL, workflow_id VARCHAR NOT NULL, node_id VARCHAR NOT NULL, event_time TIMESTAMPTZ NOT NULL,
    patch_json JSON NOT NULL, patch_store_id VARCHAR NOT NULL, FOREIGN KEY (trace_id, span_id) REFERENCES spans (trace_id, span_id));
";

/// The address of a made user.
pub fn email(number: u32) -> String {
    format!("user{number}@example.com")
}

/// The password of a made user.
pub fn password(number: u32) -> String {
    format!("the old password {number}")
}

/// The secret of a made key: 64 letters and digits.
pub fn key(number: u32) -> String {
    const ALPHABET: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut state = u64::from(number) + 1;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(ALPHABET[(state >> 33) as usize % ALPHABET.len()])
    };
    (0..64).map(next).collect()
}

/// The ids of the row with a number.
pub fn span_ids(number: u32) -> (String, String) {
    (format!("{:032x}", 0xa000 + number / SPANS_IN_TRACE), format!("{:016x}", number + 1))
}

/// What the index had read last; a ULID.
pub const CURSOR: [u8; 16] = [1, 0x99, 0xd5, 0x0b, 0xf1, 0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/// Writes the SQLite file.
pub async fn write_sqlite(path: &Path, amounts: Amounts) -> Result<(), Failure> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Delete)
        .connect()
        .await?;
    sqlx::raw_sql(SQLITE_TABLES).execute(&mut connection).await?;
    sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
    for number in 0..amounts.users {
        let mut salt = [7; 16];
        salt[..4].copy_from_slice(&number.to_be_bytes());
        let hash =
            bcrypt::hash_with_salt(password(number), COST, salt)?.format_for_version(bcrypt::Version::TwoA);
        add_user(&mut connection, &email(number), &hash).await?;
    }
    for number in 0..amounts.keys {
        add_key(&mut connection, &format!("nanoid_of-{number:011}"), &key(number), &format!("key {number}"))
            .await?;
    }
    sqlx::query("INSERT INTO poller_state VALUES (1, ?)")
        .bind(CURSOR.as_slice())
        .execute(&mut connection)
        .await?;
    sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn add_user(connection: &mut SqliteConnection, email: &str, hash: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO users (email, password_hash) VALUES (?, ?)")
        .bind(email)
        .bind(hash)
        .execute(connection)
        .await
        .map(drop)
}

async fn add_key(
    connection: &mut SqliteConnection,
    id: &str,
    key: &str,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO api_keys (id, key, name) VALUES (?, ?, ?)")
        .bind(id)
        .bind(key)
        .bind(name)
        .execute(connection)
        .await
        .map(drop)
}

/// Adds what the Go server takes and ours does not: an empty address, one in another case, a hash that is none, and keys that
/// are empty, very long, or named oddly.
pub async fn add_odd_accounts(path: &Path) -> Result<(), Failure> {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await?;
    let hash = bcrypt::hash_with_salt("x", COST, [1; 16])?.format_for_version(bcrypt::Version::TwoA);
    for (address, hash) in
        [("", hash.as_str()), ("USER0@example.com", &hash), ("odd@example.com", "plain text")]
    {
        add_user(&mut connection, address, hash).await?;
    }
    let long = "k".repeat(300);
    for (id, key, name) in [("odd1", "", "empty"), ("odd2", &long, "long"), ("odd3", "short", " a\nname ")] {
        add_key(&mut connection, id, key, name).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Writes the DuckDB file, as a server that did not end in order leaves it if `is_closed` is false: with a log beside it.
/// Blocking.
pub fn write_duckdb(path: &Path, amounts: Amounts, is_closed: bool) -> Result<(), Failure> {
    let connection = Connection::open(path)?;
    connection.execute_batch(DUCKDB_TABLES)?;
    add_spans(&connection, 0..amounts.spans)?;
    if !is_closed {
        connection.execute_batch("PRAGMA disable_checkpoint_on_shutdown")?;
    }
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Adds rows to a file, as the Go server does when it reads on. Blocking.
pub fn append_duckdb(path: &Path, rows: std::ops::Range<u32>) -> Result<(), Failure> {
    let connection = Connection::open(path)?;
    add_spans(&connection, rows)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn add_spans(connection: &Connection, rows: std::ops::Range<u32>) -> Result<(), Failure> {
    let mut appender = connection.appender("spans")?;
    for number in rows {
        let (trace_id, span_id) = span_ids(number);
        let place = number % SPANS_IN_TRACE;
        let parent = (place > 0).then(|| span_ids(number - place).1);
        let kind =
            ["CLIENT", "SERVER", "INTERNAL", "PRODUCER", "CONSUMER", "UNSPECIFIED"][number as usize % 6];
        let start = START_MICROS + i64::from(number) * 1_000;
        let (code, message) = match number % 10 {
            0 => ("STATUS_CODE_ERROR", "it failed"),
            1 => ("", ""),
            2 => ("STATUS_CODE_OK", ""),
            _ => ("STATUS_CODE_UNSET", ""),
        };
        let span_type = match place {
            0 => "workflow",
            4 => "subflow",
            7 => "",
            _ => "node",
        };
        let is_workflow = span_type.ends_with("flow");
        let id = if span_type.is_empty() { String::new() } else { format!("id{number}") };
        let state =
            |value: u32| if is_workflow { json!({"count": value}).to_string() } else { "{}".to_owned() };
        let time = |micros| Value::Timestamp(TimeUnit::Microsecond, micros);
        appender.append_row(params![
            trace_id,
            span_id,
            parent,
            if number % 97 == 5 { "NO_SERVICE_NAME" } else { ["shop", "agents"][number as usize / 64 % 2] },
            format!("span {number}"),
            kind,
            time(start),
            time(start + 900),
            code,
            message,
            attributes(number),
            events(number, is_workflow),
            "[]",
            i32::try_from(number % 2)? * 256,
            number.is_multiple_of(5).then(|| "vendor=1".to_owned()),
            id,
            if place > 0 && !id.is_empty() { format!("id{}", number - place) } else { String::new() },
            span_type,
            state(0),
            state(place + 1),
            if is_workflow { graph() } else { "{}".to_owned() },
            if is_workflow { format!("store{number}") } else { String::new() },
        ])?;
    }
    appender.flush()?;
    Ok(())
}

fn attributes(number: u32) -> String {
    let plain = json!({
        "order.id": number, "price": 0.5, "is_new": number.is_multiple_of(2), "tags": ["a", "b"], "junjo.workflow.node.count": 2
    });
    let odd = json!({
        "big": 9_007_199_254_740_993_i64 + i64::from(number), "empty": null, "nested": {"k": 1}, "text": "é 🐴 <b>&</b> \u{0}",
        "openinference.span.kind": "LLM"
    });
    match number % 50 {
        13 => odd.to_string(),
        14 => "{}".to_owned(),
        // a list where an object belongs
        15 => "[1]".to_owned(),
        _ => plain.to_string(),
    }
}

fn events(number: u32, is_workflow: bool) -> String {
    if !is_workflow && !number.is_multiple_of(3) {
        return "[]".to_owned();
    }
    let time = (START_MICROS + i64::from(number) * 1_000) * 1_000;
    let name = if is_workflow { "exception" } else { "set_state" };
    let patch = json!([{"op": "replace", "path": "/count", "value": number}]).to_string();
    json!([{
        "name": name, "timeUnixNano": time + 123, "droppedAttributesCount": 0,
        "attributes": {"id": format!("e{number}"), "junjo.state_json_patch": patch, "junjo.store.id": "store"}
    }])
    .to_string()
}

fn graph() -> String {
    json!({"v": 1, "nodes": [{"id": "a", "type": "Node", "label": "A"}], "edges": []}).to_string()
}
