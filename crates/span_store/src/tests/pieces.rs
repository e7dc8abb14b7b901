//! Records that are indexed in pieces, and records that end the process.

use std::cell::Cell;

use junjo_memory::{Memory, Part, Shares};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::logs::log;
use super::*;
use crate::catalog::to_delete::ToDelete;
use crate::{Indexed, Pieces, Starts, StoreError};

const ROWS_PER_PIECE: usize = 3;

impl Fixture {
    /// Indexes what is left in pieces of three rows, and stops after `pieces` of them.
    fn index_in_pieces(&self, pieces: usize) -> Result<Indexed, StoreError> {
        let left = Cell::new(pieces);
        let is_stopping = || {
            left.set(left.get() - 1);
            left.get() == 0
        };
        let memory = Memory::of_its_own();
        let mut pieces = Pieces::new(&self.store, &memory, &is_stopping).of(ROWS_PER_PIECE);
        let records = self.wal.read_after(self.store.progress().indexed_through(), u64::MAX).unwrap();
        for record in &records {
            pieces.add(record)?;
        }
        pieces.finish(records.last().map_or(Sequence(0), |last| last.sequence))
    }
}

fn ten() -> Vec<Span> {
    // the fifth arrives again as the ninth
    (1..=10).map(|id| span(1 + id % 2, if id == 9 { 5 } else { id }, None)).collect()
}

/// Small records around two large ones: spans, and log records of which two are the same line.
async fn records(f: &Fixture) {
    f.append(vec![span(7, 1, None)], 1_000).await;
    f.append(ten(), 1_000).await;
    let mut lines: Vec<LogRecord> = (1..=8).map(|number| log(number, "message")).collect();
    lines.push(log(1, "message"));
    f.append_logs_of(Sender::in_default_project("key-1"), lines).await;
    f.append(vec![span(8, 1, None), span(1, 5, None)], 1_000).await;
}

/// Scenario: records of more rows than a piece has; the process ends after any of the pieces, and another one goes on.
/// Guarantee: rows, counts and cursor are in the end what they are without pieces and without an end, also in an index that is
/// made anew from log and archive; in between a record counts as far as it is indexed, and the log keeps it.
#[tokio::test]
async fn record_is_indexed_in_pieces_across_ends() {
    let whole = Fixture::new().await;
    records(&whole).await;
    whole.index();
    let (sums, progress) = (whole.sums().await, whole.store.progress());
    for pieces in 1..=4 {
        let mut f = Fixture::new().await;
        records(&f).await;
        let mut ends = 0;
        while let Err(error) = f.index_in_pieces(pieces) {
            assert!(matches!(error, StoreError::Interrupted), "{error:?}");
            let within = f.store.progress().within;
            let indexed = u64::from(within.spans + within.logs);
            assert!(within.sequence > f.store.progress().indexed_through() && indexed > 0);
            f.store.trim();
            f = f.reopen().await;
            assert_eq!(f.store.progress().within, within, "durable");
            ends += 1;
        }
        assert!(ends >= 6 / pieces - 1, "{ends}");
        assert_eq!((f.sums().await, f.store.progress()), (sums.clone(), progress), "{pieces}");
        let f = f.rebuilt().await;
        assert_eq!(
            (f.sums().await, f.store.progress()),
            (sums.clone(), progress),
            "{pieces}, anew from the log"
        );
        while f.seal().await.is_some() {}
        let f = f.rebuilt().await;
        assert_eq!(
            (f.sums().await, f.store.progress()),
            (sums.clone(), progress),
            "{pieces}, anew from the archive"
        );
    }
}

/// Scenario: the index falls back to a moment within a record that is sealed meanwhile and gone from the log. Guarantee: filling
/// it from the archive counts every item once.
#[tokio::test]
async fn archive_goes_on_within_a_record() {
    let f = Fixture::new().await;
    records(&f).await;
    f.index_in_pieces(2).unwrap_err();
    f.store.close();
    let path = f.dir.path().join("index.duckdb");
    let older = std::fs::read(&path).unwrap();
    f.store.open_index().unwrap();
    assert!(f.store.progress().within.spans > 0);
    f.index();
    let (sums, progress) = (f.sums().await, f.store.progress());
    while f.seal().await.is_some() {}
    f.wait_for_trim().await;
    f.store.close();
    f.wal.close().await;
    std::fs::write(&path, older).unwrap();
    let f = Fixture::open(f.dir).await;
    assert_eq!((f.sums().await, f.store.progress()), (sums, progress));
}

/// Scenario: a record of more than one piece whose end does not decode. Guarantee: nothing of it is indexed, it is in the
/// quarantine folder and counted whole, and what follows is indexed.
#[tokio::test]
async fn record_that_breaks_late_is_left_out_whole() {
    let f = Fixture::new().await;
    f.append(vec![span(7, 1, None)], 1_000).await;
    let mut message = request(ten()).encode_to_vec();
    message.extend(request(vec![span(1, 1, None)]).encode_to_vec());
    let cut = message.len() - 3;
    let broken =
        NewRecord::compress(Signal::Traces, Sender::in_default_project("key-1"), 1_000, 11, &message[..cut]);
    f.wal.append(broken.unwrap()).await.unwrap();
    f.append(vec![span(8, 1, None)], 1_000).await;
    let indexed = f.index_in_pieces(usize::MAX).unwrap();
    assert_eq!(indexed, Indexed { spans: 13, logs: 0, quarantined: 1 });
    let progress = f.store.progress();
    assert_eq!((progress.quarantined_spans, progress.indexed_spans, progress.span_cursor.0), (11, 13, 3));
    assert_eq!(f.store.size().await.unwrap().spans, Some(2));
    assert_eq!(f.seal().await.unwrap().row_count, 2);
}

/// Scenario: a record of 20,000 spans in an account of 256 MiB, whose share holds fewer rows. Guarantee: it is indexed in pieces
/// that fit, and the account has everything back afterwards.
#[tokio::test]
async fn pieces_fit_into_the_share() {
    let f = Fixture::new().await;
    let numbered =
        |id: u32| Span { span_id: (1 << 32 | u64::from(id)).to_be_bytes().to_vec(), ..span(1, 1, None) };
    f.append((0..20_000).map(numbered).collect(), 1_000).await;
    let memory = Memory::new(&Shares::of(256 << 20));
    let commits = Cell::new(0);
    let is_stopping = || {
        commits.set(commits.get() + 1);
        false
    };
    let mut pieces = Pieces::new(&f.store, &memory, &is_stopping);
    let record = f.wal.read_one(Sequence(1)).unwrap().unwrap();
    pieces.add(&record).unwrap();
    assert!(commits.get() > 1, "{}", commits.get());
    pieces.finish(Sequence(1)).unwrap();
    let usage = memory.usage()[Part::Index as usize];
    assert_eq!((usage.used_bytes, usage.refused), (0, 0));
    assert!(usage.peak_bytes > usage.max_bytes / 4 && usage.peak_bytes <= usage.max_bytes, "{usage:?}");
    assert_eq!(f.store.progress().indexed_spans, 20_000);
    assert_eq!(f.store.trace(trace_id(1), 1, None).await.unwrap().unwrap().trace.span_count, 20_000);
}

/// One start of a process that dies while it indexes what is next.
fn die(f: &Fixture) {
    let mut starts = Starts::read(&f.store);
    starts.begin(&f.wal.read_after(f.store.progress().indexed_through(), u64::MAX).unwrap()).unwrap();
}

/// What the indexer does: batches until nothing is left.
fn live(f: &Fixture) {
    let mut starts = Starts::read(&f.store);
    let memory = Memory::of_its_own();
    loop {
        let mut records = f.wal.read_after(f.store.progress().indexed_through(), u64::MAX).unwrap();
        records.truncate(starts.begin(&records).unwrap());
        let Some(last) = records.last().map(|last| last.sequence) else { return };
        let mut pieces = Pieces::new(&f.store, &memory, &|| false).of(ROWS_PER_PIECE);
        for record in &records {
            pieces.add(record).unwrap();
        }
        pieces.finish(last).unwrap();
        starts.survived();
    }
}

/// Scenario: the process dies three times in a row at the same record, which is indexed in part. Guarantee: the fourth puts it
/// aside, counts it and says so in the quarantine folder; nothing of it is left in the index, sealing and making the index anew
/// pass it, and everything else is there.
#[tokio::test]
async fn record_that_ends_the_process_is_put_aside() {
    let f = Fixture::new().await;
    f.append(vec![span(7, 1, None)], 1_000).await;
    f.append(ten(), 1_000).await;
    f.append(vec![span(8, 1, None)], 1_000).await;
    f.index_in_pieces(1).unwrap_err();
    assert!(f.store.progress().within.spans > 0);
    for _ in 0..3 {
        die(&f);
    }
    live(&f);
    let progress = f.store.progress();
    assert_eq!((progress.quarantined_batches, progress.span_cursor.0, progress.indexed_spans), (1, 3, 12));
    assert!(f.store.quarantine().has(Sequence(2)) && !f.store.quarantine().has(Sequence(1)));
    assert!(f.store.trace(trace_id(1), 10, None).await.unwrap().is_none());
    assert_eq!(f.store.size().await.unwrap().spans, Some(2));
    let kept = f.dir.path().join("quarantine/record-00000000000000000002.otlp.zst");
    assert!(std::fs::read_to_string(kept.with_extension("txt")).unwrap().contains("several times"));
    assert!(kept.try_exists().unwrap());
    f.store.close();
    f.wal.close().await;
    std::fs::remove_file(f.dir.path().join("index.duckdb")).unwrap();
    let f = Fixture::open(f.dir).await;
    live(&f);
    assert!(f.store.quarantine().has(Sequence(2)), "also after a restart");
    assert_eq!(f.store.progress(), progress);
    assert_eq!(f.store.size().await.unwrap().spans, Some(2));
    let file = f.seal().await.unwrap();
    assert_eq!((file.row_count, file.item_count), (2, 12));
}

/// Scenario: a record that ended the process is removed from the quarantine folder by a deletion that is about something in it, and
/// the server starts again and makes its index anew, while the log still has the record. Guarantee: it is decoded by nobody, and
/// what stays in the folder says nothing of what it held.
#[tokio::test]
async fn removed_record_stays_left_out() {
    let f = Fixture::new().await;
    f.append(vec![span(7, 1, None)], 1_000).await;
    f.append(ten(), 1_000).await;
    f.index_in_pieces(1).unwrap_err();
    for _ in 0..3 {
        die(&f);
    }
    live(&f);
    let progress = f.store.progress();
    assert_eq!((progress.quarantined_batches, progress.indexed_spans), (1, 11));
    let mut to_delete = ToDelete::default();
    to_delete.trace(trace_id(1), Sequence(2));
    f.store.quarantine().forget(&to_delete).unwrap();
    let names = std::fs::read_dir(f.dir.path().join("quarantine")).unwrap();
    let names: Vec<String> = names.map(|name| name.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["record-00000000000000000002.removed"]);
    f.store.close();
    f.wal.close().await;
    std::fs::remove_file(f.dir.path().join("index.duckdb")).unwrap();
    let f = Fixture::open(f.dir).await;
    live(&f);
    assert!(f.store.quarantine().has(Sequence(2)));
    assert_eq!(f.store.progress(), progress);
    assert!(f.store.trace(trace_id(1), 10, None).await.unwrap().is_none());
}

/// Scenario: the process dies twice at a record and indexes it then; it dies at different places; it is ended three times with
/// nothing to do. Guarantee: nothing is put aside.
#[tokio::test]
async fn record_that_comes_through_is_not_put_aside() {
    let f = Fixture::new().await;
    f.append(vec![span(1, 1, None)], 1_000).await;
    die(&f);
    die(&f);
    live(&f);
    for trace in 2..6 {
        f.append(vec![span(trace, 1, None)], 1_000).await;
        die(&f);
        live(&f);
        die(&f);
    }
    f.append(vec![span(9, 1, None)], 1_000).await;
    live(&f);
    assert_eq!((f.store.progress().quarantined_batches, f.store.progress().indexed_spans), (0, 6));
    assert!(!f.dir.path().join("index.indexing").try_exists().unwrap());
}

/// Scenario: somebody ends the process nine times while it begins with the same sound record, and then ten times with the next one.
/// Guarantee: a child process decodes the records, so that the first one is indexed; the second one is put aside, because the
/// commit may be at fault. Nothing is left of the trial.
#[tokio::test]
async fn sound_record_is_not_put_aside_for_what_somebody_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.index.prober = Arc::new(crate::probe);
    let f = Fixture::open_with(dir, options).await;
    for (deaths, quarantined) in [(9, 0), (10, 1)] {
        f.append(vec![span(deaths, 1, None)], 1_000).await;
        (0..deaths).for_each(|_| die(&f));
        live(&f);
        assert_eq!(f.store.progress().quarantined_batches, quarantined);
    }
    assert_eq!(f.store.size().await.unwrap().spans, Some(1));
    assert!(!f.dir.path().join("index.suspect").try_exists().unwrap());
}
