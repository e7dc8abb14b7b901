//! Archive files are merged, replaced, dropped and cleaned up; what queries show stays the same, or goes as a whole.

use super::*;
use crate::archive::read::read_places;
use crate::{Retention, SpanFilter, StoreChecksums, WholeSpan};

pub(super) fn exported(store: &SpanStore) -> Vec<WholeSpan> {
    let mut all = Vec::new();
    let mut sink = |spans| {
        all.extend(spans);
        Ok(())
    };
    tokio::task::block_in_place(|| store.export_spans(&SpanFilter::default(), &mut sink)).unwrap();
    all
}

impl Fixture {
    pub(super) fn paths(&self) -> Vec<String> {
        let files = self.store.catalog().manifest().all_files();
        let mut paths: Vec<String> = files.into_iter().map(|file| file.path).collect();
        paths.sort();
        paths
    }

    /// The files of the archive folder.
    pub(super) fn in_folder(&self) -> Vec<String> {
        let mut found = Vec::new();
        for day in std::fs::read_dir(self.dir.path().join("archive")).unwrap() {
            let day = day.unwrap();
            for file in std::fs::read_dir(day.path()).unwrap() {
                let (day, file) = (day.file_name(), file.unwrap().file_name());
                found.push(format!("{}/{}", day.to_string_lossy(), file.to_string_lossy()));
            }
        }
        found.sort();
        found
    }

    /// Spans processed, and those of them that were there before.
    pub(super) fn counts(&self) -> (u64, u64) {
        let progress = self.store.progress();
        (progress.indexed_spans, progress.duplicate_spans)
    }

    pub(super) async fn sums(&self) -> StoreChecksums {
        self.store.checksums().await.unwrap()
    }

    /// The same data folder with an index that is made anew.
    pub(super) async fn rebuilt(self) -> Self {
        self.store.close();
        self.wal.close().await;
        std::fs::remove_file(self.dir.path().join("index.duckdb")).unwrap();
        let f = Self::open(self.dir).await;
        f.index();
        f
    }

    /// Appends, indexes, seals and trims one request that was received on a day after 1970-01-01.
    pub(super) async fn seal_one(&self, spans: Vec<Span>, day: i64) -> crate::ArchiveFile {
        self.append(spans, day * DAY_NANOS + 1).await;
        self.index();
        let file = self.seal().await.unwrap();
        self.wait_for_trim().await;
        file
    }

    /// Three files of one day, the last of which repeats a span of the first.
    pub(super) async fn three_files() -> Self {
        let f = Self::new().await;
        f.seal_one(vec![span(1, 1, None), span(1, 2, Some(1))], 0).await;
        f.seal_one(vec![span(2, 1, None)], 0).await;
        f.seal_one(vec![span(1, 2, Some(1)), span(1, 3, Some(1))], 0).await;
        f
    }
}

pub(super) const MERGED: &str = "day=1970-01-01/spans-00000000000000000001-00000000000000000003-g1.parquet";

/// Scenario: three files of a day that is over, with a retry across them, are merged; then the index is lost. Guarantee: one
/// file is left, without the replaced arrival; payloads, exports, rows and totals are what they were, also after the rebuild.
#[tokio::test(flavor = "multi_thread")]
async fn upkeep_merges_files_and_changes_nothing_else() {
    let f = Fixture::three_files().await;
    let (sums, counts, whole) = (f.sums().await, f.counts(), exported(&f.store));
    assert_eq!((whole.len(), f.paths().len()), (4, 3));
    f.keep().await;
    assert_eq!((f.paths(), f.in_folder()), (vec![MERGED.to_owned()], vec![MERGED.to_owned()]));
    let file = f.store.catalog().manifest().files(Dataset::Spans).remove(0);
    assert_eq!((file.row_count, file.item_count, file.deleted_count), (4, 5, 0));
    assert_eq!(exported(&f.store), whole);
    assert_eq!(f.sums().await, sums);
    assert_eq!(f.store.upkeep_report().rewritten_files, 1);
    let f = f.rebuilt().await;
    assert_eq!((f.sums().await, f.counts()), (sums, counts));
    assert_eq!(exported(&f.store), whole);
}

/// Scenario: a reader has a file while it is merged into another. Guarantee: it reads on from the old file, which goes when
/// the reader is done; new readers get the new one.
#[tokio::test]
async fn upkeep_keeps_a_replaced_file_for_its_readers() {
    let f = Fixture::three_files().await;
    let leased = f.store.catalog().manifest().file_with(Dataset::Spans, Sequence(2)).unwrap();
    let path = f.dir.path().join("archive").join(&leased.path);
    f.keep().await;
    let place = crate::Place { sequence: Sequence(2), ordinal: 0 };
    assert_eq!(read_places::<WholeSpan>(&path, &[place]).unwrap().len(), 1);
    let newer = f.store.catalog().manifest().file_with(Dataset::Spans, Sequence(2)).unwrap();
    assert_eq!((newer.path.as_str(), f.in_folder().len()), (MERGED, 2));
    drop(leased);
    f.keep().await;
    assert_eq!(f.in_folder(), [MERGED]);
}

/// Scenario: the process ends between a merged file and the manifest, or between the manifest and the removal of what was
/// merged; and the manifest is lost while both are there. Guarantee: each time the rows are listed once, and nothing else is
/// left in the folder.
#[tokio::test]
async fn reconcile_cleans_up_after_an_interrupted_merge() {
    for moment in ["before the swap", "after the swap", "manifest lost"] {
        let f = Fixture::three_files().await;
        let sums = f.sums().await;
        let archive = f.dir.path().join("archive");
        let inputs = f.paths();
        let kept: Vec<_> = inputs.iter().map(|path| std::fs::read(archive.join(path)).unwrap()).collect();
        let app = f.dir.path().join("app.db");
        let before = std::fs::read(&app).unwrap();
        let before_wal = std::fs::read(f.dir.path().join("app.db-wal")).unwrap_or_default();
        f.keep().await;
        for (path, bytes) in inputs.iter().zip(kept) {
            std::fs::write(archive.join(path), bytes).unwrap();
        }
        let pool = f.store.catalog().pool().clone();
        match moment {
            "after the swap" => {
                for path in &inputs {
                    sqlx::query("INSERT INTO archive_removed VALUES (?1)")
                        .bind(path)
                        .execute(&pool)
                        .await
                        .unwrap();
                }
            }
            "manifest lost" => {
                sqlx::query("DELETE FROM archive_files").execute(&pool).await.unwrap();
            }
            _ => {}
        }
        pool.close().await;
        if moment == "before the swap" {
            std::fs::write(&app, before).unwrap();
            std::fs::write(f.dir.path().join("app.db-wal"), before_wal).unwrap();
        }
        let f = f.reopen().await;
        let expected = if moment == "before the swap" { inputs } else { vec![MERGED.to_owned()] };
        assert_eq!((f.paths(), f.in_folder()), (expected.clone(), expected), "{moment}");
        assert_eq!(f.sums().await, sums, "{moment}");
        assert_eq!(f.rebuilt().await.sums().await, sums, "{moment}");
    }
}

/// Scenario: a data folder put together from copies of different moments: the manifest lists what was merged, the folder has
/// what it was merged to; and the other way round. Guarantee: what is there is listed, and no row is missing.
#[tokio::test]
async fn reconcile_lists_what_an_incomplete_copy_has() {
    for is_older_manifest in [true, false] {
        let f = Fixture::three_files().await;
        let (sums, inputs) = (f.sums().await, f.paths());
        let archive = f.dir.path().join("archive");
        let kept: Vec<_> = inputs.iter().map(|path| std::fs::read(archive.join(path)).unwrap()).collect();
        let listed = f.store.catalog().manifest().files(Dataset::Spans);
        f.keep().await;
        let merged = f.store.catalog().manifest().files(Dataset::Spans).remove(0);
        if is_older_manifest {
            let pool = f.store.catalog().pool();
            sqlx::query("DELETE FROM archive_files").execute(pool).await.unwrap();
            for file in listed {
                f.store.catalog().list(file, 0, NOW_UNIX_NANOS).await.unwrap();
            }
        } else {
            std::fs::remove_file(archive.join(&merged.path)).unwrap();
            for (path, bytes) in inputs.iter().zip(kept) {
                std::fs::create_dir_all(archive.join("day=1970-01-01")).unwrap();
                std::fs::write(archive.join(path), bytes).unwrap();
            }
        }
        let f = f.reopen().await.rebuilt().await;
        let expected = if is_older_manifest { vec![MERGED.to_owned()] } else { inputs };
        assert_eq!(f.paths(), expected, "{is_older_manifest}");
        assert_eq!(f.sums().await, sums, "{is_older_manifest}");
    }
}

/// Scenario: one of the files to merge changed on the disk. Guarantee: it is neither merged nor removed, upkeep says so once,
/// and the others are merged without it.
#[tokio::test]
async fn upkeep_leaves_a_damaged_file_alone() {
    let f = Fixture::three_files().await;
    f.seal_one(vec![span(4, 1, None)], 0).await;
    let damaged = f.dir.path().join("archive").join(&f.paths()[0]);
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&damaged, &bytes).unwrap();
    let error = f.store.upkeep(moment(10 * DAY_NANOS)).await.unwrap_err();
    assert!(matches!(error, crate::StoreError::Damaged(ref path) if *path == damaged), "{error}");
    assert!(f.store.upkeep_report().last_error.unwrap().contains("checksum"));
    f.keep().await;
    assert_eq!(f.paths().len(), 2);
    assert_eq!(std::fs::read(&damaged).unwrap(), bytes);
    assert_eq!(f.store.upkeep_report().last_error, None);
}

/// Scenario: three days, kept for one whole day after the day of receipt; a trace has spans on two of them. Guarantee: the
/// first day's files, rows and log records go, the trace is computed again from what is left, totals stay what they were, and
/// a rebuild ends the same.
#[tokio::test]
async fn upkeep_drops_days_that_are_too_old() {
    let dir = tempfile::tempdir().unwrap();
    let retention = Retention { days: Some(1), bytes: None };
    let options = StoreOptions { retention, ..options(dir.path()) };
    let f = Fixture::open_with(dir, options).await;
    f.believe(0).await;
    f.seal_one(vec![span(1, 1, None), span(2, 1, None)], 0).await;
    f.store.upkeep(moment(5)).await.unwrap();
    f.seal_one(vec![span(1, 2, Some(1))], 1).await;
    f.store.upkeep(moment(DAY_NANOS + 5)).await.unwrap();
    f.seal_one(vec![span(3, 1, None)], 2).await;
    let progress = f.store.progress();
    let now = 2 * DAY_NANOS + 5;
    while f.store.upkeep(moment(now)).await.unwrap() {}
    assert_eq!(f.in_folder().len(), 2);
    assert!(f.store.trace(trace_id(2), 10, None).await.unwrap().is_none());
    let page = f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap();
    assert_eq!((page.spans.len(), page.trace.span_count, page.trace.root_missing), (1, 1, true));
    let sums = f.sums().await;
    assert_eq!(sums.days.keys().collect::<Vec<_>>(), ["1970-01-02", "1970-01-03"]);
    let f = f.rebuilt().await;
    assert_eq!((f.sums().await, f.store.progress().indexed_spans), (sums, progress.indexed_spans));
}

/// Scenario: the archive may have no byte. Guarantee: everything goes, and a new index still counts what was processed and
/// goes on behind it.
#[tokio::test]
async fn upkeep_drops_what_is_over_the_bytes() {
    let f = Fixture::three_files().await;
    let progress = f.store.progress();
    f.store.close();
    f.wal.close().await;
    let retention = Retention { days: None, bytes: Some(0) };
    let options = StoreOptions { retention, ..options(f.dir.path()) };
    let f = Fixture::open_with(f.dir, options).await;
    while f.store.upkeep(moment(DAY_NANOS)).await.unwrap() {}
    assert_eq!((f.in_folder(), f.store.size().await.unwrap().spans), (Vec::new(), Some(0)));
    let f = f.rebuilt().await;
    assert_eq!((f.store.progress().indexed_spans, f.store.progress().span_cursor), (5, progress.span_cursor));
    f.send(vec![span(9, 1, None)]).await;
    assert_eq!((f.store.progress().indexed_spans, f.sums().await.traces), (6, 1));
}
