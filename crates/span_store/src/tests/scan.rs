//! Scans: what happens when their time is over, and when records move from the wal to the archive meanwhile.

use std::time::Duration;

use arrow::record_batch::RecordBatch;
use duckdb::types::Value as Parameter;
use tokio::time::Instant;

use super::*;
use crate::filter::expr::Fragment;
use crate::scan::job::ScanJob;
use crate::scan::run::{Scan, Searched};
use crate::{IncompleteReason, StoreError};

fn job(time: TimeRange) -> ScanJob {
    let condition = Fragment { text: "name <> ?".into(), values: vec![Parameter::Text("span 9".into())] };
    ScanJob { time, columns: Fragment::default(), condition, reads_hints: false }
}

async fn scan(f: &Fixture, time: TimeRange) -> Scan {
    Scan::new(f.store.scans(), job(time), Instant::now()).await.unwrap()
}

/// Matches and units of the rest of a scan.
async fn finish(mut scan: Scan) -> (usize, usize) {
    let (mut matches, mut units) = (0, 0);
    loop {
        let (found, searched) = scan.next().await.unwrap();
        matches += found.iter().map(RecordBatch::num_rows).sum::<usize>();
        units += 1;
        match searched {
            Searched::From(_) => {}
            Searched::Whole => return (matches, units),
            Searched::Stopped(..) => panic!("{searched:?}"),
        }
    }
}

/// Scenario: the time of a search is over before its first unit is done, which is in the wal. Guarantee: it is an answer
/// about nothing and says so, not an error.
#[tokio::test]
async fn scan_out_of_time_in_the_tail_stops() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(1, 2, None)]).await;
    let long_ago = Instant::now().checked_sub(Duration::from_hours(1)).unwrap();
    let mut scan = Scan::new(f.store.scans(), job(TimeRange::default()), long_ago).await.unwrap();
    let (found, searched) = scan.next().await.unwrap();
    assert!(found.is_empty());
    let newest = i64::try_from(START).unwrap() + 1_000_002;
    assert_eq!(searched, Searched::Stopped(IncompleteReason::TimeLimit, newest + 1));
}

/// Scenario: records are sealed and leave the wal after a scan has made its plan, some of which it has searched, and others
/// arrive. Guarantee: it finds every span that was there at its start, once.
#[tokio::test]
async fn scan_finds_what_is_sealed_meanwhile_once() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.seal().await.unwrap();
    f.send(vec![span(2, 1, None), span(2, 9, None)]).await;
    f.send(vec![span(3, 1, None)]).await;
    let (before, mut between) = (scan(&f, TimeRange::default()).await, scan(&f, TimeRange::default()).await);
    let (found, searched) = between.next().await.unwrap();
    assert_eq!(
        (found.iter().map(RecordBatch::num_rows).sum::<usize>(), searched != Searched::Whole),
        (2, true)
    );
    f.seal().await.unwrap();
    f.wait_for_trim().await;
    f.send(vec![span(4, 1, None)]).await;
    assert_eq!(finish(before).await, (3, 2));
    assert_eq!(finish(between).await, (1, 1));
    assert_eq!(finish(scan(&f, TimeRange::default()).await).await.0, 4);
}

/// Scenario: everything in the wal is newer than the range that is asked for. Guarantee: the wal is not read.
#[tokio::test]
async fn scan_of_an_older_range_leaves_the_tail_alone() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.seal().await.unwrap();
    f.send(vec![span(5, 1, None)]).await;
    let until = TimeRange { from_unix_nano: None, to_unix_nano: i64::try_from(START + 2_000_000).ok() };
    assert_eq!(finish(scan(&f, until).await).await, (1, 1));
    assert_eq!(finish(scan(&f, TimeRange::default()).await).await, (2, 2));
}

/// Scenario: a search of an archive file needs more memory than scans may use. Guarantee: the question is refused for want of
/// memory, and the file is not called unreadable.
#[tokio::test]
async fn scan_out_of_memory_in_a_file_is_no_fault_of_the_file() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.seal().await.unwrap();
    // a list stays in memory whole
    let condition = "ordinal < (SELECT len(list(i)) FROM range(100000000) r(i))";
    let condition = Fragment { text: condition.into(), values: Vec::new() };
    let job = ScanJob { condition, ..job(TimeRange::default()) };
    let mut scan = Scan::new(f.store.scans(), job, Instant::now()).await.unwrap();
    let error = scan.next().await.unwrap_err();
    assert!(matches!(error, StoreError::OutOfMemory { .. }), "{error:?}");
    assert!(!scan.is_damaged());
    assert_eq!(f.store.size().await.unwrap().unreadable_files, 0);
}
