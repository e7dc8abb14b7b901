//! What is read of files that the generator makes, and which files are refused.

use std::collections::HashSet;
use std::path::PathBuf;

use junjo_go_migration::MigrationError;
use junjo_go_migration::accounts::GoAccounts;
use junjo_go_migration::generator::{
    Amounts, CURSOR, add_odd_accounts, append_duckdb, key, span_ids, write_duckdb, write_sqlite,
};
use junjo_go_migration::spans::{GoSpans, Position};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use secrecy::ExposeSecret as _;

const AMOUNTS: Amounts = Amounts { users: 2, keys: 2, spans: 2_345 };

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Reads from `position` to the end.
fn read_on(file: &GoSpans, mut position: Position) -> (Vec<Span>, Position) {
    let mut spans = Vec::new();
    while let Some(page) = file.page(&position).unwrap() {
        let (batch, behind) = page.into_batch().unwrap();
        let batch = batch.unwrap();
        let request = ExportTraceServiceRequest::decode(batch.message.as_slice()).unwrap();
        let found = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        let before = spans.len();
        spans.extend(found.flat_map(|scope| scope.spans));
        assert_eq!(spans.len() - before, batch.spans as usize);
        // what is stored is what is read again
        position = file.resume(Some(&behind.to_bytes())).unwrap();
        assert_eq!(position, behind);
    }
    (spans, position)
}

/// Scenario: a file of more than two pages, left by a server that was killed; then it grows. Guarantee: every row is read once, in
/// order; the position goes on behind the last row; a rewritten file is read from its start.
#[test]
fn every_row_is_read_once_and_what_is_added_follows() {
    let files = Files::new();
    let path = files.path("otel.db");
    write_duckdb(&path, AMOUNTS, false).unwrap();
    assert!(files.path("otel.db.wal").is_file(), "the generator leaves DuckDB's log");
    let file = GoSpans::open(&path).unwrap();
    assert_eq!(file.rows(), 2_345);
    let (spans, position) = read_on(&file, file.resume(None).unwrap());
    let ids: Vec<_> = spans.iter().map(ids_of).collect();
    assert_eq!(ids, (0..2_345).map(span_ids).collect::<Vec<_>>());
    let tally = &position.tally;
    assert_eq!((tally.rows, tally.imported, tally.unusable_ids), (2_345, 2_345, 0));
    assert!(tally.large_integers > 0 && tally.empty_arrays > 0 && tally.unreadable > 0, "{tally:?}");
    assert!(tally.workflows > 500 && tally.state_events > 300, "{tally:?}");
    let identity = file.identity().unwrap();
    drop(file);

    append_duckdb(&path, 2_345..2_400).unwrap();
    let file = GoSpans::open(&path).unwrap();
    assert_eq!(file.identity().unwrap(), identity);
    let (added, behind) = read_on(&file, file.resume(Some(&position.to_bytes())).unwrap());
    assert_eq!((added.len(), behind.tally.imported), (55, 2_400));
    drop(file);

    let other = files.path("other.db");
    write_duckdb(&other, Amounts { spans: 10, ..AMOUNTS }, true).unwrap();
    let other = GoSpans::open(&other).unwrap();
    assert_eq!(other.resume(Some(&behind.to_bytes())).unwrap(), Position::default());
}

/// Scenario: some spans of a page are known already. Guarantee: they are left out and counted.
#[test]
fn known_spans_are_left_out() {
    let files = Files::new();
    let path = files.path("otel.db");
    write_duckdb(&path, Amounts { spans: 10, ..AMOUNTS }, true).unwrap();
    let file = GoSpans::open(&path).unwrap();
    let mut page = file.page(&Position::default()).unwrap().unwrap();
    let known: HashSet<_> = page.ids().into_iter().take(4).collect();
    page.leave_out(&known);
    let (batch, behind) = page.into_batch().unwrap();
    assert_eq!((batch.unwrap().spans, behind.tally.already_here, behind.tally.imported), (6, 4, 6));
}

/// Scenario: the SQLite file with odd accounts. Guarantee: all of it is read as it is; judging it is for whoever stores it.
#[tokio::test]
async fn accounts_are_read_as_they_are() {
    let files = Files::new();
    let path = files.path("app.db");
    write_sqlite(&path, AMOUNTS).await.unwrap();
    add_odd_accounts(&path).await.unwrap();
    let read = GoAccounts::read(&path).await.unwrap();
    assert_eq!((read.users.len(), read.keys.len(), read.cursor), (5, 5, Some(CURSOR)));
    assert!(read.users[0].password_hash.expose_secret().starts_with("$2a$"));
    assert!(read.users.iter().all(|user| user.created_at_unix_nano.is_some()));
    assert!(read.keys.iter().any(|found| found.secret.expose_secret() == key(1)));
    assert!(!format!("{read:?}").contains("example.com"));
}

/// Scenario: no file, a text file, files of another schema, the wrong one of the two. Guarantee: each is refused with a sentence
/// that says what was expected, and nothing is changed or made.
#[tokio::test]
async fn foreign_files_are_refused_with_a_sentence() {
    let files = Files::new();
    let (sqlite, duckdb) = (files.path("app.db"), files.path("otel.db"));
    write_sqlite(&sqlite, AMOUNTS).await.unwrap();
    write_duckdb(&duckdb, Amounts { spans: 1, ..AMOUNTS }, true).unwrap();
    let text = files.path("text");
    std::fs::write(&text, "hello, this is no database of any kind").unwrap();
    let missing = files.path("missing");

    let said = GoAccounts::read(&missing).await.unwrap_err().to_string();
    assert!(said.contains("name the SQLite database (app_data.db) of the Go server"), "{said}");
    assert!(matches!(GoAccounts::read(&text).await, Err(MigrationError::Sqlite { .. })));
    assert!(matches!(GoAccounts::read(&duckdb).await, Err(MigrationError::Sqlite { .. })));
    assert!(matches!(GoSpans::open(&missing), Err(MigrationError::Missing { .. })));
    assert!(matches!(GoSpans::open(&text), Err(MigrationError::DuckDb { .. })));
    assert!(!missing.try_exists().unwrap());

    let connection = duckdb::Connection::open(&duckdb).unwrap();
    connection.execute_batch("ALTER TABLE state_patches DROP COLUMN patch_store_id").unwrap();
    drop(connection);
    let said = GoSpans::open(&duckdb).err().unwrap().to_string();
    assert!(
        said.ends_with("of Junjo's Go server: table state_patches has no column patch_store_id"),
        "{said}"
    );
}

/// As they are in the file.
fn ids_of(span: &Span) -> (String, String) {
    let trace_id = u128::from_be_bytes(span.trace_id.as_slice().try_into().unwrap());
    let span_id = u64::from_be_bytes(span.span_id.as_slice().try_into().unwrap());
    (format!("{trace_id:032x}"), format!("{span_id:016x}"))
}
