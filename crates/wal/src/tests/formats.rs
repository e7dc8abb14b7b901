//! Files of earlier formats: what a log of version 1, without projects, or of version 2, without keys of what was taken, is
//! after this version opened it.

use super::*;
use crate::{DEFAULT_PROJECT, FORMAT_VERSION, Record};

/// A log with `count` records, as version 1 left it.
async fn write_version_1(dir: &Path, count: u32) {
    let wal = Wal::open(&options(dir), Sequence(0)).unwrap();
    for n in 0..count {
        wal.append(record(&incompressible(u64::from(n), 40_000), 1)).await.unwrap();
    }
    wal.close().await;
    let file = rusqlite::Connection::open(dir.join("wal.db")).unwrap();
    file.execute_batch(
        "DROP TABLE taken_keys; ALTER TABLE records DROP COLUMN project; PRAGMA user_version = 1;",
    )
    .unwrap();
}

fn version_of(dir: &Path) -> i64 {
    let file = rusqlite::Connection::open(dir.join("wal.db")).unwrap();
    file.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

fn projects(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| record.project.as_str()).collect()
}

/// Scenario: a log of version 1 is opened, gets a record of another project, and is opened again. Guarantee: it is the same
/// log, its old records are whole and of the project `default`, and the new one says its own.
#[tokio::test]
async fn open_version_1_adds_the_project() {
    let dir = tempfile::tempdir().unwrap();
    write_version_1(dir.path(), 3).await;
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let id = wal.id();
    assert!(wal.salvaged().is_none());
    let sender = Sender { key_id: "key".to_owned(), project: "checkout".to_owned() };
    let new = NewRecord::compress(Signal::Traces, sender, 1_000, 1, b"new").unwrap();
    assert_eq!(wal.append(new).await.unwrap(), Sequence(4));
    wal.close().await;
    assert_eq!(version_of(dir.path()), FORMAT_VERSION);
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    assert_eq!((wal.id(), wal.accepted(Signal::Traces).items), (id, 4));
    let records = wal.read_after(Sequence(0), u64::MAX).unwrap();
    assert_eq!(projects(&records), [DEFAULT_PROJECT, DEFAULT_PROJECT, DEFAULT_PROJECT, "checkout"]);
    assert_eq!(records[2].message().unwrap(), incompressible(2, 40_000));
    assert_eq!(records[3].message().unwrap(), b"new");
}

/// Scenario: half of a log of version 1 is cut off. Guarantee: what is readable is copied into a log of this version, as
/// records of the project `default`.
#[tokio::test]
async fn open_truncated_version_1_salvages_what_is_readable() {
    let dir = tempfile::tempdir().unwrap();
    write_version_1(dir.path(), 64).await;
    let path = dir.path().join("wal.db");
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let report = wal.salvaged().expect("the damage is noticed at open").clone();
    assert!(report.records >= 20, "half of the file is readable, salvaged {}", report.records);
    let records = wal.read_after(Sequence(0), u64::MAX).unwrap();
    assert_eq!(records.len() as u64, report.records);
    assert!(records.iter().all(|record| record.project == DEFAULT_PROJECT && record.message().is_ok()));
    wal.append(record(b"x", 1)).await.unwrap();
    wal.close().await;
    assert_eq!(version_of(dir.path()), FORMAT_VERSION);
}

/// Scenario: a log of version 2 with a position in another log is opened, and something is pulled. Guarantee: position and
/// project are as they were, and keys are kept from then on.
#[tokio::test]
async fn open_version_2_keeps_keys_from_then_on() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let sender = Sender { key_id: "key".to_owned(), project: "checkout".to_owned() };
    let old = NewRecord::compress(Signal::Traces, sender, 1_000, 1, b"old").unwrap();
    wal.append_pulled(vec![old], "a".to_owned(), vec![1]).await.unwrap();
    wal.close().await;
    let file = rusqlite::Connection::open(dir.path().join("wal.db")).unwrap();
    file.execute_batch("DROP TABLE taken_keys; PRAGMA user_version = 2;").unwrap();
    drop(file);
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    assert_eq!(wal.remote_position("a").unwrap(), Some(vec![1]));
    assert_eq!(projects(&wal.read_after(Sequence(0), u64::MAX).unwrap()), ["checkout"]);
    wal.append_pulled_to(Vec::new(), taken(2, &[(7, 1, 9)], None)).await.unwrap();
    assert_eq!(wal.taken_keys("a", &range(1, 1)).unwrap(), [[7, 1, 9]]);
    wal.close().await;
    assert_eq!(version_of(dir.path()), FORMAT_VERSION);
}
