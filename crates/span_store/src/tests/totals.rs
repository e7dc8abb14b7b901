//! All-time counts of the index: what was sent again, or could not be decoded, is gone from archive and log, and yet counted the
//! same by an index that is older than it was, or is made anew.

use super::*;
use crate::{DeletionRequest, DeletionSubject, Progress};

impl Fixture {
    /// A record that does not decode, which the indexer counts and passes.
    async fn send_rubbish(&self, items: u32) {
        let rubbish = NewRecord::compress(
            Signal::Traces,
            Sender::in_default_project("key-1"),
            1_000,
            items,
            &[0xff; 9],
        )
        .unwrap();
        let sequence = self.wal.append(rubbish).await.unwrap();
        let spans = u64::from(items);
        let batch = IndexBatch {
            span_cursor: sequence,
            log_record_cursor: sequence,
            span_count: spans,
            quarantined_batches: 1,
            quarantined_spans: spans,
            ..IndexBatch::default()
        };
        self.store.commit(&batch).unwrap();
    }

    async fn seal_all(&self) {
        while !self.store.seal_due(10 * DAY_NANOS).await.unwrap().is_empty() {}
        self.store.trim();
        self.wait_for_trim().await;
    }

    /// The same, with an index as it was when `older` was read.
    async fn with_index(self, older: &[u8]) -> Self {
        self.store.close();
        self.wal.close().await;
        std::fs::write(self.dir.path().join("index.duckdb"), older).unwrap();
        let f = Self::open(self.dir).await;
        f.index();
        f
    }
}

/// Spans once, twice in one request, again in another one, and what does not decode; log records twice.
async fn mixed(f: &Fixture) {
    f.send(vec![span(1, 1, None), span(1, 1, None)]).await;
    f.send_rubbish(3).await;
    f.send_logs_of(1).await;
    f.send_logs_of(1).await;
    f.send(vec![span(1, 1, None), span(2, 1, None)]).await;
    f.send(vec![span(2, 1, None)]).await;
}

const COUNTED: (u64, u64, u64, u64) = (3, 1, 1, 3);

fn counted(progress: Progress) -> (u64, u64, u64, u64) {
    (
        progress.duplicate_spans,
        progress.duplicate_logs,
        progress.quarantined_batches,
        progress.quarantined_spans,
    )
}

/// Scenario: the index falls back to any earlier moment of the same records, as when DuckDB's own log is damaged, with the
/// records sealed meanwhile into files that have only the last arrivals; or it is lost. Guarantee: its progress is what it was,
/// to the last count.
#[tokio::test]
async fn older_or_lost_index_counts_what_was_sent_again_as_before() {
    let f = Fixture::new().await;
    let path = f.dir.path().join("index.duckdb");
    f.send(vec![span(1, 2, None)]).await;
    let mut older = Vec::new();
    for _ in 0..2 {
        f.store.close();
        older.push(std::fs::read(&path).unwrap());
        f.store.open_index().unwrap();
        f.send(vec![span(1, 2, None)]).await;
        f.send(vec![span(1, 2, None)]).await;
    }
    mixed(&f).await;
    f.seal_all().await;
    // not sealed: the counts are known as of a record that is in the wal alone
    f.send(vec![span(1, 1, None), span(3, 1, None)]).await;
    let progress = f.store.progress();
    assert_eq!(counted(progress), (COUNTED.0 + 5, COUNTED.1, COUNTED.2, COUNTED.3));
    let mut f = f;
    for older in older {
        f = f.with_index(&older).await;
        assert_eq!(f.store.progress(), progress);
    }
    assert_eq!(f.rebuilt().await.store.progress(), progress);
}

/// Scenario: traces that were sent again are deleted, and files with such spans are dropped as by retention; then the index is
/// lost. Guarantee: all-time counts are what they were.
#[tokio::test(flavor = "multi_thread")]
async fn counts_outlive_deletion_and_retention() {
    for is_deletion in [true, false] {
        let f = Fixture::new().await;
        mixed(&f).await;
        f.seal_all().await;
        f.seal_one(vec![span(1, 1, None), span(4, 1, None)], 1).await;
        let progress = f.store.progress();
        if is_deletion {
            let ids = vec![trace_id(1), trace_id(2)];
            f.store.delete(DeletionSubject::Traces(ids), DeletionRequest::default()).await.unwrap();
            f.keep().await;
        } else {
            let files = f.store.catalog().manifest().files(Dataset::Spans);
            f.store.catalog().replace(&files[..1], None, NOW_UNIX_NANOS).await.unwrap();
        }
        let f = f.rebuilt().await;
        assert_eq!((f.store.progress(), is_deletion), (progress, is_deletion));
        assert_eq!(counted(progress).0, COUNTED.0 + 1);
    }
}

/// Scenario: the counts in `app.db` are lost with it, and the index is older than the archive. Guarantee: what the files
/// themselves tell is counted, in a file that the index stands in too.
#[tokio::test]
async fn without_known_counts_the_files_tell() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.store.close();
    let older = std::fs::read(f.dir.path().join("index.duckdb")).unwrap();
    f.store.open_index().unwrap();
    f.send(vec![span(1, 2, None)]).await;
    f.send(vec![span(1, 2, None), span(1, 1, None)]).await;
    f.seal_all().await;
    let progress = f.store.progress();
    assert_eq!(progress.duplicate_spans, 2);
    f.store.catalog().pool().close().await;
    std::fs::remove_file(f.dir.path().join("app.db")).unwrap();
    let f = f.with_index(&older).await;
    assert_eq!((f.counts(), f.store.progress().span_cursor), ((4, 2), progress.span_cursor));
    assert_eq!(f.rebuilt().await.counts(), (4, 2));
}
