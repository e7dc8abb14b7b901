//! Sealing, and what an interrupted seal leaves.

use super::*;

/// Scenario: records are sealed and trimmed. Guarantee: payloads come from the archive exactly as they came from the
/// wal, retries inside the range are stored once, and the wal is empty.
#[tokio::test]
async fn seal_moves_payloads_from_log_to_archive_unchanged() {
    let f = Fixture::new().await;
    let odd = Span {
        attributes: vec![
            attribute("nan", Value::DoubleValue(f64::NAN)),
            attribute("big", Value::IntValue(i64::MAX)),
            attribute("text", Value::StringValue("x".repeat(100_000))),
        ],
        end_time_unix_nano: 5,
        ..span(1, 3, Some(1))
    };
    f.send(vec![span(1, 1, None), span(1, 2, Some(1)), odd]).await;
    f.send(vec![span(1, 2, Some(1)), span(2, 1, None)]).await;
    let ids = [(1, 1), (1, 2), (1, 3), (2, 1)];
    let mut before = Vec::new();
    for (trace, id) in ids {
        before.push(f.store.span(trace_id(trace), span_id(id)).await.unwrap().unwrap());
    }
    assert!(before[2].otlp.is_some(), "NaN and an end before the start need the exact message");
    assert_eq!(before[2].sent_times().1, 5);
    let file = f.seal().await.expect("old records are due");
    assert_eq!((file.row_count, file.item_count), (4, 5));
    assert_eq!((file.first_sequence, file.last_sequence), (Sequence(1), Sequence(2)));
    f.wait_for_trim().await;
    for ((trace, id), expected) in ids.into_iter().zip(before) {
        assert_eq!(f.store.span(trace_id(trace), span_id(id)).await.unwrap().unwrap(), expected);
    }
    assert_eq!(f.seal().await, None, "nothing is sealed twice");
}

/// Scenario: records of two received days wait. Guarantee: a file holds one day; ranges are disjoint and contiguous.
#[tokio::test]
async fn seal_cuts_files_at_the_received_day() {
    let f = Fixture::new().await;
    f.append(vec![span(1, 1, None)], 1_000).await;
    f.append(vec![span(2, 1, None)], DAY_NANOS).await;
    f.append(vec![span(3, 1, None)], DAY_NANOS + 1).await;
    f.index();
    let first = f.seal().await.unwrap();
    let second = f.seal().await.unwrap();
    assert_eq!((first.received_day.as_str(), second.received_day.as_str()), ("1970-01-01", "1970-01-02"));
    assert_eq!(first.last_sequence, Sequence(1));
    assert_eq!((second.first_sequence, second.last_sequence), (Sequence(2), Sequence(3)));
}

/// Scenario: a seal was interrupted before or after its rename, or the manifest lost a row. Guarantee: leftovers go,
/// and a file whose records are nowhere else is listed again.
#[tokio::test]
async fn reconcile_removes_leftovers_and_adopts_what_is_nowhere_else() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    let file = f.seal().await.unwrap();
    f.wait_for_trim().await;
    let archive = f.dir.path().join("archive");
    std::fs::write(archive.join("day=1970-01-01/spans-9.tmp"), b"half").unwrap();
    f.store.close();
    f.wal.close().await;
    let pool = open_pool(f.dir.path()).await;
    sqlx::query("DELETE FROM archive_files").execute(&pool).await.unwrap();
    pool.close().await;
    let f = Fixture::open(f.dir).await;
    assert!(!archive.join("day=1970-01-01/spans-9.tmp").try_exists().unwrap());
    assert_eq!(f.store.size().await.unwrap().archive_files, 1);
    assert!(f.store.span(trace_id(1), span_id(1)).await.unwrap().is_some());
    assert!(archive.join(file.path).try_exists().unwrap());
}
