//! The log through its public surface, on real files.

mod formats;

use std::path::Path;

use crate::schema::LOST_GAP;
use crate::{
    AppendError, KeyRange, NewRecord, PulledRecord, RemotePosition, Sender, Sequence, Signal, TakenKeys, Wal,
    WalError, WalOptions,
};

fn options(dir: &Path) -> WalOptions {
    WalOptions { free_bytes_min: 0, free_percent_min: 0, ..WalOptions::in_dir(dir) }
}

fn record(message: &[u8], items: u32) -> NewRecord {
    NewRecord::compress(Signal::Traces, Sender::in_default_project("key"), 1_000, items, message).unwrap()
}

/// Bytes that zstd cannot shrink (the high bits of a linear congruential generator).
fn incompressible(seed: u64, length: usize) -> Vec<u8> {
    let next = |state: &u64| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    std::iter::successors(Some(seed), next).skip(1).map(|state| (state >> 56) as u8).take(length).collect()
}

/// Scenario: records are appended and the log is opened again. Guarantee: they come back whole, in order, once.
#[tokio::test]
async fn append_reopen_returns_the_same_records() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let id = wal.id();
    for n in 0..10_u8 {
        assert_eq!(wal.append(record(&[n; 1000], 2)).await.unwrap(), Sequence(i64::from(n) + 1));
    }
    wal.close().await;
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    assert_eq!(wal.id(), id);
    assert_eq!(wal.accepted(Signal::Traces).items, 20);
    assert_eq!(wal.accepted(Signal::Logs).items, 0);
    assert_eq!(*wal.committed().borrow(), Sequence(10));
    let records = wal.read_after(Sequence(3), u64::MAX).unwrap();
    assert_eq!(records.iter().map(|r| r.sequence.0).collect::<Vec<_>>(), (4..=10).collect::<Vec<_>>());
    assert_eq!(records[0].message().unwrap(), [3; 1000]);
    assert_eq!(wal.read_one(Sequence(10)).unwrap().unwrap().message().unwrap(), [9; 1000]);
    assert!(wal.read_one(Sequence(11)).unwrap().is_none());
    assert_eq!(wal.read_after(Sequence(0), 1).unwrap().len(), 1, "a read returns at least one record");
}

/// Scenario: everything is trimmed and the process restarts. Guarantee: no sequence is given out twice.
#[tokio::test]
async fn trim_never_lets_a_sequence_return() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    for _ in 0..5 {
        wal.append(record(b"x", 1)).await.unwrap();
    }
    wal.trim(Sequence(5));
    wal.close().await;
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    wal.trim(Sequence(5));
    while wal.stats().unwrap().records > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(wal.stats().unwrap().live_bytes, 0);
    assert_eq!(wal.append(record(b"y", 1)).await.unwrap(), Sequence(6));
    assert_eq!(wal.accepted(Signal::Traces).items, 6, "totals survive the trim");
}

/// Scenario: the file is gone but the archive knows sequence 41. Guarantee: the new file starts far above it, beyond
/// anything that the lost file can have given out.
#[tokio::test]
async fn open_new_file_starts_above_the_floor() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(41)).unwrap();
    assert_eq!(wal.append(record(b"x", 1)).await.unwrap(), Sequence(41 + LOST_GAP + 1));
}

/// Scenario: the byte limit is reached. Guarantee: a typed refusal, and nothing becomes visible.
#[tokio::test]
async fn append_over_byte_limit_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&WalOptions { bytes_max: 10, ..options(dir.path()) }, Sequence(0)).unwrap();
    let error = wal.append(record(&[1; 100], 1)).await.unwrap_err();
    assert!(matches!(error, AppendError::Full { live_bytes: 0, bytes_max: 10 }));
    assert!(wal.read_after(Sequence(0), u64::MAX).unwrap().is_empty());
}

/// Scenario: the disk is below its free-space floor. Guarantee: a typed refusal before anything is written.
#[tokio::test]
async fn append_below_free_space_floor_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let wal =
        Wal::open(&WalOptions { free_bytes_min: u64::MAX, ..options(dir.path()) }, Sequence(0)).unwrap();
    let error = wal.append(record(b"x", 1)).await.unwrap_err();
    assert!(matches!(error, AppendError::DiskFull { floor_bytes: u64::MAX, .. }));
}

/// Scenario: `wal.db` is overwritten with rubbish. Guarantee: the old file is kept, the log opens with a new identity.
#[tokio::test]
async fn open_file_that_is_no_database_keeps_it_aside() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("wal.db"), vec![7_u8; 100_000]).unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(9)).unwrap();
    let report = wal.salvaged().unwrap();
    assert_eq!(report.records, 0);
    assert_eq!(std::fs::read(&report.kept).unwrap(), vec![7_u8; 100_000]);
    assert_eq!(wal.append(record(b"x", 1)).await.unwrap(), Sequence(9 + LOST_GAP + 1));
}

/// Scenario: the last pages of `wal.db` are cut off. Guarantee: every record on the remaining pages is copied over
/// with its sequence, and new sequences start above all old ones.
#[tokio::test]
async fn open_truncated_file_salvages_what_is_readable() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let id = wal.id();
    for n in 0..64_u32 {
        let noise = incompressible(u64::from(n), 40_000);
        wal.append(record(&noise, 1)).await.unwrap();
    }
    wal.close().await;
    let path = dir.path().join("wal.db");
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let report = wal.salvaged().expect("the damage is noticed at open").clone();
    assert_ne!(wal.id(), id);
    assert!(report.records >= 25, "half of the file is readable, salvaged {}", report.records);
    let records = wal.read_after(Sequence(0), u64::MAX).unwrap();
    assert_eq!(records.len() as u64, report.records);
    assert!(records.iter().all(|record| record.message().is_ok()));
    assert!(wal.append(record(b"x", 1)).await.unwrap() > records.last().unwrap().sequence);
}

/// Scenario: a newer server wrote the file. Guarantee: opening fails with a sentence, the file stays as it is.
#[test]
fn open_newer_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wal.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Wal::open(&options(dir.path()), Sequence(0)).err().unwrap();
    assert!(matches!(error, WalError::NewerFormat { found: 99, .. }));
}

/// Scenario: many tasks append at once while others read. Guarantee: every record is stored exactly once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn append_concurrently_stores_each_record_once() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let tasks: Vec<_> = (0..200_u32)
        .map(|n| {
            let wal = wal.clone();
            tokio::spawn(async move { wal.append(record(&n.to_le_bytes(), 1)).await.unwrap() })
        })
        .collect();
    let mut sequences = Vec::new();
    for task in tasks {
        sequences.push(task.await.unwrap().0);
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=200).collect::<Vec<_>>());
    let mut messages: Vec<Vec<u8>> =
        wal.read_after(Sequence(0), u64::MAX).unwrap().iter().map(|r| r.message().unwrap()).collect();
    messages.sort_unstable();
    messages.dedup();
    assert_eq!(messages.len(), 200);
}

/// Scenario: the totals were lost with a damaged file, but the index has processed more. Guarantee: they are raised
/// durably, and never lowered.
#[tokio::test]
async fn raise_accepted_is_durable_and_never_lowers() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    wal.append(record(b"x", 3)).await.unwrap();
    wal.append(record(b"y", 4)).await.unwrap();
    wal.raise_accepted(Signal::Traces, 96, Sequence(1)).await.unwrap();
    wal.raise_accepted(Signal::Traces, 50, Sequence(1)).await.unwrap();
    assert_eq!(wal.accepted(Signal::Traces).items, 100);
    wal.close().await;
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    assert_eq!(wal.accepted(Signal::Traces).items, 100);
}

/// Scenario: records of another log are stored with the position behind them. Guarantee: both survive a restart
/// together, the position can move on, and a payload that changed on the way is refused.
#[tokio::test]
async fn append_pulled_keeps_records_and_position_together() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let original = record(b"pulled", 3);
    let pulled = PulledRecord {
        signal: Signal::Logs,
        sender: Sender { key_id: "remote".to_owned(), project: "other".to_owned() },
        received_unix_nano: 7,
        item_count: 3,
        raw_bytes: original.raw_bytes,
        checksum: original.checksum,
        payload: original.payload.clone(),
    };
    let damaged = PulledRecord { checksum: original.checksum ^ 1, ..pulled.clone() };
    assert!(NewRecord::from_pulled(damaged).is_err());
    let records = vec![NewRecord::from_pulled(pulled).unwrap(), original];
    assert_eq!(wal.append_pulled(records, "a".to_owned(), vec![1]).await.unwrap(), Sequence(2));
    wal.append_pulled(Vec::new(), "a".to_owned(), vec![2]).await.unwrap();
    wal.close().await;
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    assert_eq!(wal.remote_position("a").unwrap(), Some(vec![2]));
    assert_eq!(wal.remote_position("b").unwrap(), None);
    let pulled = wal.read_one(Sequence(1)).unwrap().unwrap();
    assert_eq!((pulled.key_id.as_str(), pulled.project.as_str()), ("remote", "other"));
    assert_eq!(pulled.message().unwrap(), b"pulled");
    assert_eq!((wal.accepted(Signal::Logs).items, wal.accepted(Signal::Traces).items), (3, 3));
}

/// A position in the log `a` with rows of keys, each its slot, its first and its last key.
fn taken(position: u8, rows: &[(i64, u8, u8)], forget_below: Option<i64>) -> RemotePosition {
    let row = |&(slot, first, last): &(i64, u8, u8)| TakenKeys {
        slot,
        first: vec![first],
        last: vec![last],
        keys: vec![u8::try_from(slot).unwrap(), first, last],
    };
    let taken = rows.iter().map(row).collect();
    RemotePosition { source: "a".to_owned(), position: vec![position], taken, forget_below }
}

/// Any slot, and keys from `first` to `last`.
fn range(first: u8, last: u8) -> KeyRange {
    KeyRange { slots: (0, 9), first: vec![first], last: vec![last] }
}

/// Scenario: pages with keys in several slots, a restart, and a page that forgets. Guarantee: keys are there with the records
/// they came with; only rows that touch a range are read; what is forgotten goes with the page that says so.
#[tokio::test]
async fn append_pulled_to_keeps_the_keys_of_what_was_taken() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    wal.append_pulled_to(vec![record(b"x", 1)], taken(1, &[(1, 10, 19), (2, 20, 25)], None)).await.unwrap();
    wal.append_pulled_to(vec![record(b"y", 1)], taken(2, &[(2, 23, 29)], None)).await.unwrap();
    wal.close().await;
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    assert_eq!(wal.remote_position("a").unwrap(), Some(vec![2]));
    let read = |first, last| wal.taken_keys("a", &range(first, last)).unwrap();
    assert_eq!(read(0, 99), [[1, 10, 19], [2, 20, 25], [2, 23, 29]]);
    assert_eq!(read(19, 20), [[1, 10, 19], [2, 20, 25]]);
    assert_eq!(read(26, 26), [[2, 23, 29]]);
    assert!(wal.taken_keys("b", &range(0, 99)).unwrap().is_empty());
    let second = KeyRange { slots: (2, 2), ..range(0, 99) };
    assert_eq!(wal.taken_keys("a", &second).unwrap().len(), 2);
    wal.append_pulled_to(Vec::new(), taken(3, &[], Some(2))).await.unwrap();
    assert_eq!(wal.taken_keys("a", &range(0, 99)).unwrap(), [[2, 20, 25], [2, 23, 29]]);
}

/// Whether a file of the folder holds these bytes.
fn folder_holds(dir: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        content.windows(bytes.len()).any(|part| part == bytes)
    })
}

async fn trim(wal: &Wal, through: Sequence) {
    wal.trim(through);
    while wal.sizes_after(Sequence(0), 1).unwrap().first().is_some_and(|first| first.sequence <= through) {
        tokio::task::yield_now().await;
    }
}

/// Scenario: large and small records are trimmed, others stay; then the log is settled, with a reader in the way and without.
/// Guarantee: with the reader it says so and appends go on; then no byte of what was trimmed is in any file, and the others are whole.
#[tokio::test]
async fn settle_leaves_no_byte_of_what_was_trimmed() {
    let dir = tempfile::tempdir().unwrap();
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let messages = [incompressible(1, 100_000), incompressible(2, 100), incompressible(3, 500)];
    for message in &messages {
        wal.append(record(message, 1)).await.unwrap();
    }
    let reader = crate::schema::open_reader(&dir.path().join("wal.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM records;").unwrap();
    trim(&wal, Sequence(2)).await;
    assert!(folder_holds(dir.path(), &messages[0][50_000..50_032]), "or this test proves nothing");
    assert!(!wal.settle().await.unwrap());
    wal.append(record(b"later", 1)).await.unwrap();
    reader.execute_batch("COMMIT").unwrap();
    assert!(wal.settle().await.unwrap());
    for message in &messages[..2] {
        assert!(!message.chunks_exact(25).step_by(200).any(|part| folder_holds(dir.path(), part)));
    }
    let left = wal.read_after(Sequence(0), u64::MAX).unwrap();
    assert_eq!(left[0].message().unwrap(), messages[2]);
    assert_eq!(left[1].message().unwrap(), b"later");
}

/// Scenario: a file whose free pages an earlier version left as they were. Guarantee: opening it overwrites them once, and keeps what
/// is live.
#[tokio::test]
async fn open_overwrites_what_an_earlier_version_trimmed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wal.db");
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    let message = incompressible(1, 9 << 20);
    wal.append(record(&message, 1)).await.unwrap();
    wal.append(record(b"kept", 1)).await.unwrap();
    wal.close().await;
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch("PRAGMA secure_delete = OFF; DELETE FROM records WHERE sequence = 1; DELETE FROM meta WHERE key LIKE 'free%'")
        .unwrap();
    old.close().unwrap();
    let part = &message[5_000_000..5_000_032];
    assert!(folder_holds(dir.path(), part), "or this test proves nothing");
    let wal = Wal::open(&options(dir.path()), Sequence(0)).unwrap();
    assert_eq!(wal.read_after(Sequence(0), u64::MAX).unwrap()[0].message().unwrap(), b"kept");
    wal.close().await;
    assert!(!folder_holds(dir.path(), part));
}
