//! Files that are damaged, cut off or gone while the server is down, and a disk that fills up while it writes: it opens,
//! says what it found, and has the same rows, or all but those that are nowhere any more.
//!
//! More of it: an index overwritten with rubbish and logs of DuckDB that do not fit (`tests.rs`), merges that were cut off
//! (`lifecycle.rs`), and the real binary in `crates/server/tests/it/process`.

use std::path::PathBuf;

use super::upkeep::MERGED;
use super::*;
use crate::{SpanFilter, StoreChecksums};

/// Bytes of DuckDB's headers, of which there are three blocks.
const INDEX_HEADERS: usize = 3 * 4096;

impl Fixture {
    /// Two sealed days, the wal trimmed, and one more record that is in the wal alone.
    async fn two_days() -> Self {
        let f = Self::new().await;
        f.seal_one(vec![span(1, 1, None), span(1, 2, Some(1))], 0).await;
        f.seal_one(vec![span(2, 1, None)], 1).await;
        f.append(vec![span(3, 1, None)], 2 * DAY_NANOS).await;
        f.index();
        f
    }

    /// Ends in order, lets `damage` have the data folder, and starts again.
    async fn damaged(self, damage: impl FnOnce(&Path)) -> Self {
        self.store.close();
        self.wal.close().await;
        damage(self.dir.path());
        let f = Self::open(self.dir).await;
        f.index();
        assert_eq!(f.store.index_state(), IndexState::Ok);
        f
    }

    /// Archive files that somebody found missing or damaged.
    async fn unreadable(&self) -> u64 {
        self.store.size().await.unwrap().unreadable_files
    }
}

fn without_day(mut sums: StoreChecksums, day: &str) -> StoreChecksums {
    assert!(sums.days.remove(day).is_some());
    sums
}

fn archived(dir: &Path, path: &str) -> PathBuf {
    dir.join("archive").join(path)
}

fn cut_in_half(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

/// Scenario: the index is cut off, has a wrong byte in every page behind its headers, is gone, or is gone but for its log.
/// Guarantee: the same rows, from archive and log; a file that was there is kept aside, one that is only gone is made anew.
#[tokio::test]
async fn damaged_index_is_set_aside_and_filled_again() {
    for damage in ["cut off", "wrong bytes", "gone", "gone but for its log"] {
        let f = Fixture::two_days().await;
        let (sums, counts) = (f.sums().await, f.counts());
        let log = std::fs::read(f.dir.path().join("index.duckdb.wal")).unwrap();
        let f = f
            .damaged(|dir| {
                let index = dir.join("index.duckdb");
                let mut bytes = std::fs::read(&index).unwrap();
                match damage {
                    "cut off" => cut_in_half(&index),
                    "wrong bytes" => {
                        bytes.iter_mut().skip(INDEX_HEADERS).step_by(4096).for_each(|byte| *byte ^= 0x55);
                        std::fs::write(&index, bytes).unwrap();
                    }
                    _ => std::fs::remove_file(&index).unwrap(),
                }
                if damage == "gone but for its log" {
                    std::fs::write(dir.join("index.duckdb.wal"), &log).unwrap();
                }
            })
            .await;
        assert_eq!((f.sums().await, f.counts()), (sums, counts), "{damage}");
        let kept = f.dir.path().join("quarantine/index-1.duckdb").try_exists().unwrap();
        assert_eq!(kept, !damage.starts_with("gone"), "{damage}");
    }
}

/// Scenario: the process is killed with commits in DuckDB's log that no checkpoint has moved. Guarantee: they are replayed,
/// nothing is set aside, and the rows are the same.
#[tokio::test]
async fn log_of_duckdb_left_by_a_kill_is_replayed() {
    let f = Fixture::two_days().await;
    let (sums, progress) = (f.sums().await, f.store.progress());
    let names = ["index.duckdb", "index.duckdb.wal"];
    let left = names.map(|name| std::fs::read(f.dir.path().join(name)).unwrap());
    assert!(!left[1].is_empty(), "without a log this proves nothing");
    let f = f
        .damaged(|dir| {
            for (name, bytes) in names.iter().zip(&left) {
                std::fs::write(dir.join(name), bytes).unwrap();
            }
        })
        .await;
    assert_eq!((f.sums().await, f.store.progress()), (sums, progress));
    assert!(!f.dir.path().join("quarantine").join("index-1.duckdb").try_exists().unwrap());
    assert!(!f.dir.path().join("quarantine").join("index-1.duckdb.wal").try_exists().unwrap());
}

/// Scenario: half an archive file lies in the folder, with its temporary name and with a final one that nothing lists.
/// Guarantee: the first is removed, the second is left for a person; rows are the same, with a new index too.
#[tokio::test]
async fn half_written_unlisted_archive_files_change_nothing() {
    let f = Fixture::two_days().await;
    let sums = f.sums().await;
    let listed = f.paths();
    let half = "day=1970-01-01/spans-00000000000000000007-00000000000000000009.parquet";
    let f = f
        .damaged(|dir| {
            let bytes = std::fs::read(archived(dir, &listed[0])).unwrap();
            std::fs::write(archived(dir, "day=1970-01-01/spans-7.tmp"), &bytes[..bytes.len() / 2]).unwrap();
            std::fs::write(archived(dir, half), &bytes[..bytes.len() / 2]).unwrap();
        })
        .await;
    assert_eq!(f.sums().await, sums);
    assert_eq!(f.paths(), listed);
    assert!(!f.in_folder().contains(&"day=1970-01-01/spans-7.tmp".to_owned()));
    assert!(f.in_folder().iter().any(|path| path == half));
    let f = f.rebuilt().await;
    assert_eq!(f.sums().await, sums);
}

/// Scenario: a listed archive file whose records the wal has forgotten is cut off, has wrong bytes, or is gone; later it is put
/// back. Guarantee: with its index the server has every row; a new index has every row of the other days, and upkeep does not
/// remove the damaged file. The file is counted as unreadable when it is looked at, until it is back, after which its rows are
/// there again.
#[tokio::test]
async fn damaged_or_missing_archive_file_costs_its_own_rows_alone() {
    for damage in ["gone", "cut off", "wrong bytes"] {
        let f = Fixture::two_days().await;
        let sums = f.sums().await;
        let path = f.paths().remove(1);
        let whole = std::fs::read(archived(f.dir.path(), &path)).unwrap();
        let f = f
            .damaged(|dir| {
                let path = archived(dir, &path);
                match damage {
                    "gone" => std::fs::remove_file(path).unwrap(),
                    "cut off" => cut_in_half(&path),
                    _ => std::fs::write(path, [&[0x55; 400][..], &whole[400..]].concat()).unwrap(),
                }
            })
            .await;
        assert_eq!(f.sums().await, sums, "{damage}");
        assert_eq!(
            f.unreadable().await,
            u64::from(damage != "wrong bytes"),
            "seen without reading: {damage}"
        );
        assert!(f.store.span(trace_id(1), span_id(2)).await.unwrap().is_some());
        assert_eq!(f.store.span(trace_id(2), span_id(1)).await.unwrap(), None, "its payload is gone");
        assert_eq!(f.unreadable().await, 1, "{damage}");
        let f = f.rebuilt().await;
        let left = f.sums().await;
        assert_eq!(left.days, without_day(sums.clone(), "1970-01-02").days, "{damage}");
        assert_eq!(left.traces, sums.traces - 1);
        f.keep().await;
        assert_eq!(f.in_folder().contains(&path), damage != "gone", "{damage}");
        assert_eq!(f.unreadable().await, 1, "{damage}");
        let back = archived(f.dir.path(), &path);
        std::fs::create_dir_all(back.parent().unwrap()).unwrap();
        std::fs::write(back, whole).unwrap();
        f.keep().await;
        assert_eq!(f.unreadable().await, 0, "{damage}");
        assert_eq!(f.rebuilt().await.sums().await, sums, "{damage}");
    }
}

/// Scenario: a merge, a search and an export come upon a file with wrong bytes; then it is taken off the list. Guarantee: each of them
/// alone counts it as unreadable, and it is counted no more when it is gone from it.
#[tokio::test(flavor = "multi_thread")]
async fn unreadable_file_is_counted_by_whoever_reads_it_until_it_is_dropped() {
    for reader in ["merge", "search", "export"] {
        let f = Fixture::three_files().await;
        let path = archived(f.dir.path(), &f.paths()[1]);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&[0x55; 400][..], &whole[400..]].concat()).unwrap();
        assert_eq!(f.unreadable().await, 0);
        match reader {
            "merge" => assert!(f.store.upkeep(moment(10 * DAY_NANOS)).await.is_err()),
            "search" => {
                let text = Some("nowhere".into());
                let filter = SpanFilter { text, text_in_payload: true, ..SpanFilter::default() };
                let found = f.store.spans(&filter, 10, None).await.unwrap();
                assert!(found.incomplete.is_some());
            }
            _ => {
                let export =
                    |sink: &mut crate::SpanSink<'_>| f.store.export_spans(&SpanFilter::default(), sink);
                tokio::task::block_in_place(|| export(&mut |_| Ok(()))).unwrap_err();
            }
        }
        assert_eq!(f.unreadable().await, 1, "{reader}");
        let listed = f.store.catalog().manifest().files(Dataset::Spans);
        f.store.catalog().replace(&listed, None, NOW_UNIX_NANOS).await.unwrap();
        assert_eq!(f.unreadable().await, 0, "{reader}");
    }
}

/// Scenario: the manifest loses its rows, of which some are of merged files, but not its totals; or it is lost whole. The index is
/// there, or gone. Guarantee: the files are listed again, with the same rows, and every item is counted once.
#[tokio::test]
async fn manifest_without_its_rows_counts_every_item_once() {
    for (is_whole, index_lost) in [(false, false), (false, true), (true, false), (true, true)] {
        let f = Fixture::three_files().await;
        f.keep().await;
        f.seal_one(vec![span(4, 1, None), span(4, 1, None)], 1).await;
        let (sums, paths, counts, progress) = (f.sums().await, f.paths(), f.counts(), f.store.progress());
        assert!(paths[0] == MERGED && paths.len() == 2, "{paths:?}");
        let pool = f.store.catalog().pool().clone();
        if !is_whole {
            sqlx::query("DELETE FROM archive_files").execute(&pool).await.unwrap();
        }
        pool.close().await;
        let f = f
            .damaged(|dir| {
                if is_whole {
                    std::fs::remove_file(dir.join("app.db")).unwrap();
                }
                if index_lost {
                    std::fs::remove_file(dir.join("index.duckdb")).unwrap();
                }
            })
            .await;
        let what = format!("{is_whole} {index_lost}");
        assert_eq!((f.sums().await, f.paths()), (sums, paths), "{what}");
        assert_eq!(f.store.catalog().manifest().snapshot(Dataset::Spans).items, counts.0, "{what}");
        assert_eq!((f.counts(), f.store.progress().span_cursor), (counts, progress.span_cursor), "{what}");
        assert_eq!(f.rebuilt().await.counts(), counts, "{what}");
    }
}

/// Scenario: a copy of a data folder whose log and manifest are older than its archive. Guarantee: the newer file is taken
/// in, and what arrives next gets no sequence of it: no row takes the place of another.
#[tokio::test]
async fn copy_with_a_newer_archive_gives_no_sequence_out_twice() {
    let f = Fixture::new().await;
    f.seal_one(vec![span(1, 1, None)], 0).await;
    f.store.close();
    f.wal.close().await;
    f.store.catalog().pool().close().await;
    let names = ["wal.db", "app.db"];
    let older = names.map(|name| std::fs::read(f.dir.path().join(name)).unwrap());
    let f = Fixture::open(f.dir).await;
    let newer = f.seal_one(vec![span(2, 1, None)], 0).await;
    f.store.catalog().pool().close().await;
    let f = f
        .damaged(|dir| {
            for (name, bytes) in names.iter().zip(&older) {
                std::fs::write(dir.join(name), bytes).unwrap();
                for log in ["wal", "shm"] {
                    let _ = std::fs::remove_file(dir.join(format!("{name}-{log}")));
                }
            }
            std::fs::remove_file(dir.join("index.duckdb")).unwrap();
        })
        .await;
    assert_eq!(f.paths().len(), 2);
    let next = f.send(vec![span(3, 1, None)]).await;
    assert!(next > newer.last_sequence, "{next:?}");
    assert_eq!((f.sums().await.traces, f.store.size().await.unwrap().spans), (3, Some(3)));
}

/// Makes writes to `path` fail as on a full disk, until the file is removed.
fn fill_disk_at(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("/dev/full", path).unwrap();
}

/// Scenario: the disk is full while files are merged, then it is not. Guarantee: upkeep says so, nothing changes meanwhile
/// and nothing unfinished is left; the merge is done afterwards, with the same rows.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn full_disk_during_a_merge_changes_nothing() {
    let f = Fixture::three_files().await;
    let (sums, paths) = (f.sums().await, f.paths());
    fill_disk_at(&archived(f.dir.path(), MERGED).with_extension("tmp"));
    f.store.upkeep(moment(10 * DAY_NANOS)).await.unwrap_err();
    let message = f.store.upkeep_report().last_error.unwrap();
    assert!(message.contains("No space left"), "{message}");
    assert_eq!((f.paths(), f.in_folder()), (paths.clone(), paths));
    assert_eq!(f.sums().await, sums);
    f.keep().await;
    assert_eq!((f.in_folder(), f.sums().await), (vec![MERGED.to_owned()], sums.clone()));
    assert_eq!(f.rebuilt().await.sums().await, sums);
}

/// Scenario: the disk is full while records are sealed, then it is not. Guarantee: the wal keeps them, nothing unfinished is
/// left; the seal is done afterwards, with the same rows.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn full_disk_during_a_seal_changes_nothing() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(1, 2, Some(1))]).await;
    let sums = f.sums().await;
    fill_disk_at(&archived(f.dir.path(), "day=1970-01-01/spans-00000000000000000001.tmp"));
    let error = f.store.seal_due(10 * DAY_NANOS).await.unwrap_err();
    assert!(crate::error::chain(&error).contains("No space left"), "{error}");
    f.store.trim();
    assert_eq!((f.in_folder(), f.wal.stats().unwrap().records), (Vec::new(), 1));
    assert!(f.seal().await.is_some());
    f.wait_for_trim().await;
    assert_eq!(f.sums().await, sums);
    assert_eq!(f.rebuilt().await.sums().await, sums);
}

/// Opens the index, and stops that as soon as something behind `done` is committed.
fn stopped_after(store: &SpanStore, done: Sequence) -> Result<(), crate::StoreError> {
    let mut committed = store.committed();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(committed.wait_for(|newest| *newest > done)).unwrap();
            store.stop_opening();
        });
        store.open_index()
    })
}

/// Scenario: a lost index is filled again from many files; the server is told to stop in the middle, as by SIGTERM, and once
/// more after the next start; then it may go on. Guarantee: each stop comes between two commits with something done, the next
/// start goes on there and sets nothing aside, and rows and counts end the same.
#[tokio::test(flavor = "multi_thread")]
async fn rebuild_that_is_stopped_goes_on_at_the_next_start() {
    const FILES: u8 = 40;
    let f = Fixture::new().await;
    for trace in 1..=FILES {
        f.seal_one(vec![span(trace, 1, None), span(trace, 1, None), span(trace.max(2) - 1, 2, Some(1))], 0)
            .await;
    }
    let (sums, counts) = (f.sums().await, f.counts());
    f.store.close();
    f.wal.close().await;
    std::fs::remove_file(f.dir.path().join("index.duckdb")).unwrap();
    let (mut dir, mut done, mut stops) = (f.dir, Sequence(0), 0);
    while stops < 2 {
        let f = Fixture::closed(dir).await;
        let outcome = stopped_after(&f.store, done);
        let reached = f.store.progress().span_cursor;
        f.store.close();
        f.wal.close().await;
        dir = f.dir;
        if outcome.is_ok() {
            // it was faster than the one who stops it: once more from the start
            std::fs::remove_file(dir.path().join("index.duckdb")).unwrap();
            (done, stops) = (Sequence(0), 0);
            continue;
        }
        assert!(matches!(outcome, Err(crate::StoreError::Interrupted)), "{outcome:?}");
        assert!(done < reached && reached < Sequence(i64::from(FILES)), "in the middle: {reached:?}");
        (done, stops) = (reached, stops + 1);
    }
    let f = Fixture::open(dir).await;
    f.index();
    assert_eq!((f.sums().await, f.counts()), (sums, counts));
    assert!(!f.dir.path().join("quarantine").try_exists().unwrap());
}
