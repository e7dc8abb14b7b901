//! Single data blocks of the index that are not what was written. DuckDB notices when it reads one: while the file is opened,
//! while a batch is indexed, in the middle of a query. Whoever meets it, the index is made anew without a restart.

use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use super::*;
use crate::{Progress, StoreChecksums, StoreError};

/// Bytes of a block, and of the three headers before the first.
const BLOCK_BYTES: u64 = 256 << 10;
const HEADER_BYTES: u64 = 3 * 4096;
/// Spans of a day.
const SPANS: u64 = 3_000;

/// Numbers that no column compresses away.
fn scattered(n: u64) -> u64 {
    let mixed = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 29)
}

/// Traces of three spans, all different.
fn many(from: u64) -> Vec<Span> {
    let of = |n: u64| {
        let trace = from + n / 3;
        let session = format!("{:016x}{:016x}", scattered(trace), scattered(n + from));
        Span {
            trace_id: [scattered(trace).to_be_bytes(), trace.to_be_bytes()].concat(),
            span_id: scattered(from + n).to_be_bytes().to_vec(),
            name: format!("call {:032x}", u128::from(scattered(n)) << 40),
            start_time_unix_nano: START + trace * 1_000_000,
            end_time_unix_nano: START + trace * 1_000_000 + scattered(n) % 1_000_000_000,
            attributes: vec![attribute("session.id", Value::StringValue(session))],
            ..Default::default()
        }
    };
    (0..SPANS).map(of).collect()
}

impl Fixture {
    /// What the indexer does, once.
    fn try_index(&self) -> Result<(), StoreError> {
        if self.store.is_faulted() {
            assert!(matches!(self.store.index_state(), IndexState::Degraded(_)));
            self.store.open_index()?;
        }
        self.index_once()
    }

    /// What a client reads when it asks until it is answered, while the indexer does its work.
    async fn settled(&self) -> StoreChecksums {
        for _ in 0..4 {
            let indexed = self.try_index();
            let read = self.store.checksums().await;
            if let (Ok(()), Ok(sums)) = (&indexed, &read) {
                assert_eq!(self.store.index_state(), IndexState::Ok);
                return sums.clone();
            }
            assert!(self.store.is_faulted(), "{indexed:?} {read:?}");
            assert!(
                !matches!(read, Err(StoreError::Index { .. })),
                "a client is told to come back: {read:?}"
            );
        }
        panic!("it does not heal");
    }

    fn is_set_aside(&self, number: u32) -> bool {
        self.dir.path().join(format!("quarantine/index-{number}.duckdb")).try_exists().unwrap()
    }
}

/// A closed data folder whose index has several blocks: two sealed days of spans, log records, and a request that is not
/// indexed yet and changes traces of both days.
struct Closed {
    dir: tempfile::TempDir,
    blocks: u64,
    sums: StoreChecksums,
    progress: Progress,
}

impl Closed {
    async fn new() -> Self {
        let f = Fixture::new().await;
        f.seal_one(many(0), 0).await;
        f.seal_one(many(SPANS), 1).await;
        for trace in 1..=3 {
            f.send_logs_of(trace).await;
        }
        let late = |n: u64| Span { span_id: vec![9; 8], ..many(n).swap_remove(0) };
        f.append(vec![late(0), late(SPANS)], 2 * DAY_NANOS).await;
        f.store.close();
        f.wal.close().await;
        f.store.catalog().pool().close().await;
        let dir = f.dir;
        let bytes = std::fs::metadata(dir.path().join("index.duckdb")).unwrap().len();
        let mut closed = Self {
            dir,
            blocks: (bytes - HEADER_BYTES) / BLOCK_BYTES,
            sums: StoreChecksums::default(),
            progress: Progress::default(),
        };
        let f = Fixture::open(closed.copy()).await;
        (closed.sums, closed.progress) = (f.settled().await, f.store.progress());
        closed
    }

    fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(self.dir.path(), copy.path());
        copy
    }

    async fn compare(&self, f: &Fixture, what: &str) {
        let sums = f.settled().await;
        assert_eq!(sums.days, self.sums.days, "{what}");
        assert_eq!((&sums, f.store.progress()), (&self.sums, self.progress), "{what}");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Overwrites a page in the middle of a block, in the file that is there.
fn overwrite(dir: &Path, block: u64) {
    let index: PathBuf = dir.join("index.duckdb");
    let file = std::fs::OpenOptions::new().write(true).open(index).unwrap();
    file.write_all_at(&[0xa5; 4096], HEADER_BYTES + block * BLOCK_BYTES + 8192).unwrap();
}

/// Scenario: a page of one block is overwritten, each block in turn, while the server is down or after it has started.
/// Guarantee: without a restart, and with none of it answered as if it were right, the index is set aside whole and made
/// anew; rows of every day, traces and counts are the same, and are so after the next start.
#[tokio::test]
async fn damaged_block_heals_without_a_restart() {
    let closed = Closed::new().await;
    assert!(closed.blocks >= 4, "several blocks: {}", closed.blocks);
    let mut healed = [0, 0];
    for block in 0..closed.blocks {
        for (while_running, healed) in [false, true].into_iter().zip(&mut healed) {
            let what = format!("block {block}, {while_running}");
            let dir = closed.copy();
            let f = if while_running {
                let f = Fixture::open(dir).await;
                overwrite(f.dir.path(), block);
                f
            } else {
                overwrite(dir.path(), block);
                Fixture::open(dir).await
            };
            closed.compare(&f, &what).await;
            *healed += u64::from(f.is_set_aside(1));
            assert!(!f.is_set_aside(2), "once is enough: {what}");
            closed.compare(&f.reopen().await, &what).await;
        }
    }
    assert!(healed.into_iter().all(|healed| healed >= 2), "{healed:?}");
}

/// Scenario: an index that was just made anew is damaged again, and again asked for. Guarantee: the state says degraded and
/// why, clients are told to come back, and nothing more is set aside; the next start heals.
#[tokio::test]
async fn damaged_again_at_once_is_degraded_and_not_made_anew_for_ever() {
    let closed = Closed::new().await;
    let dir = closed.copy();
    (0..closed.blocks).for_each(|block| overwrite(dir.path(), block));
    let f = Fixture::open(dir).await;
    closed.compare(&f, "first").await;
    assert!(f.is_set_aside(1));
    // closed and opened, so that nothing of it is in memory
    f.store.close();
    f.store.open_index().unwrap();
    (0..closed.blocks).for_each(|block| overwrite(f.dir.path(), block));
    f.store.checksums().await.unwrap_err();
    for _ in 0..3 {
        let error = f.store.open_index().unwrap_err();
        assert!(matches!(error, StoreError::DamagedAgain(_)), "{error}");
        let IndexState::Degraded(message) = f.store.index_state() else { panic!() };
        assert!(message.contains("again") && message.contains("checksum"), "{message}");
        assert!(matches!(f.store.checksums().await, Err(StoreError::NotReady(_))));
        assert_eq!(f.store.size().await.unwrap().spans, None);
    }
    assert!(!f.is_set_aside(2));
    let f = f.reopen().await;
    closed.compare(&f, "next start").await;
}
