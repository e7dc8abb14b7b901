//! Opening an index that is gone, damaged, behind or held by another.

use super::*;

/// Scenario: the index is deleted, or overwritten with rubbish, after a seal. Guarantee: the server opens, keeps the
/// damaged file aside, and ends with the same rows, from archive and log together.
#[tokio::test]
async fn open_without_a_usable_index_rebuilds_the_same_rows() {
    for damage in ["delete", "overwrite"] {
        let f = Fixture::new().await;
        f.send(vec![span(1, 1, None), span(1, 2, Some(1))]).await;
        f.seal().await.unwrap();
        f.wait_for_trim().await;
        f.send(vec![span(1, 2, Some(1)), span(2, 1, None)]).await;
        let expected = f.store.traces(&TraceFilter::default(), 10, None).await.unwrap();
        let progress = f.store.progress();
        f.store.close();
        f.wal.close().await;
        let path = f.dir.path().join("index.duckdb");
        if damage == "delete" {
            std::fs::remove_file(&path).unwrap();
        } else {
            std::fs::write(&path, vec![1_u8; 50_000]).unwrap();
        }
        let f = Fixture::open(f.dir).await;
        f.index();
        assert_eq!(f.store.index_state(), IndexState::Ok);
        assert_eq!(f.store.traces(&TraceFilter::default(), 10, None).await.unwrap(), expected, "{damage}");
        assert_eq!(f.store.progress(), progress, "{damage}");
        let kept = f.dir.path().join("quarantine/index-1.duckdb");
        assert_eq!(kept.try_exists().unwrap(), damage == "overwrite");
    }
}

/// Scenario: the index ends in the middle of a sealed range that holds retries, once with the records still in the wal
/// (a crash while the sealer was ahead) and once with the wal trimmed (an index from a backup). Guarantee: every span is
/// there once, and counted as often as it was accepted, as if nothing had happened.
#[tokio::test]
async fn open_index_behind_the_archive_counts_every_span_once() {
    for is_trimmed in [false, true] {
        let f = Fixture::new().await;
        f.send(vec![span(1, 1, None), span(1, 1, None), span(1, 2, Some(1))]).await;
        let path = f.dir.path().join("index.duckdb");
        f.store.close();
        let older = std::fs::read(&path).unwrap();
        f.store.open_index().unwrap();
        f.append(vec![span(1, 2, Some(1)), span(2, 1, None)], 1_000).await;
        if is_trimmed {
            f.index();
        }
        assert_eq!(f.seal().await.unwrap().item_count, 5);
        if is_trimmed {
            f.wait_for_trim().await;
        }
        f.store.close();
        std::fs::write(&path, older).unwrap();
        let f = f.reopen().await;
        f.index();
        let progress = f.store.progress();
        assert_eq!((progress.span_cursor, progress.indexed_spans), (Sequence(2), 5), "{is_trimmed}");
        assert_eq!(progress.duplicate_spans, 2, "{is_trimmed}");
        let size = f.store.size().await.unwrap();
        assert_eq!(size.spans, Some(3), "{is_trimmed}");
    }
}

/// Scenario: another process holds the index, so that opening it fails again and again; then it lets go. Guarantee: the
/// file is not taken for damaged: it is opened with its rows, and nothing is set aside.
#[tokio::test]
async fn open_blocked_index_is_never_set_aside() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.store.close();
    let path = f.dir.path().join("index.duckdb");
    let catalog = Catalog::load(open_pool(f.dir.path()).await).await.unwrap();
    let mut blocked = options(f.dir.path());
    blocked.index.prober = Arc::new(|_| Probe::Blocked("Could not set lock on file".into()));
    let store = SpanStore::new(blocked, f.wal.clone(), catalog);
    for _ in 0..5 {
        assert!(store.open_index().is_err());
    }
    assert!(path.try_exists().unwrap());
    let f = f.reopen().await;
    assert_eq!(f.store.size().await.unwrap().spans, Some(1));
    assert!(!f.dir.path().join("quarantine/index-1.duckdb").try_exists().unwrap());
}

/// Scenario: the server is ended while the probe replays DuckDB's log, again and again; later it dies behind the probe. Guarantee:
/// deaths during the probe are not counted, deaths behind it are.
#[tokio::test]
async fn open_counts_deaths_behind_the_probe_alone() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.store.close();
    let counter = f.dir.path().join("index.opening");
    let seen = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let catalog = Catalog::load(open_pool(f.dir.path()).await).await.unwrap();
    let mut probing = options(f.dir.path());
    probing.index.prober = {
        let (seen, counter) = (seen.clone(), counter.clone());
        Arc::new(move |path| {
            seen.lock().push(std::fs::read_to_string(&counter).ok());
            crate::probe_index(path)
        })
    };
    let store = SpanStore::new(probing, f.wal.clone(), catalog);
    store.open_index().unwrap();
    store.close();
    assert_eq!(*seen.lock(), [None], "no start is counted while the probe runs");
    // what three starts leave that died behind the probe
    std::fs::write(&counter, "3").unwrap();
    store.open_index().unwrap();
    assert_eq!(seen.lock().len(), 1, "the file is set aside without another look");
    assert!(f.dir.path().join("quarantine/index-1.duckdb").try_exists().unwrap());
    assert!(!counter.try_exists().unwrap());
}

/// Scenario: a power cut brings back a log of DuckDB that a checkpoint had already removed. Guarantee: that log alone is
/// set aside; the index keeps its rows and goes on.
#[tokio::test]
async fn open_with_a_stale_log_of_duckdb_keeps_the_index() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    let log = f.dir.path().join("index.duckdb.wal");
    let stale = std::fs::read(&log).unwrap();
    let f = f.reopen().await;
    f.send(vec![span(2, 1, None)]).await;
    let progress = f.store.progress();
    f.store.close();
    std::fs::write(&log, stale).unwrap();
    let f = f.reopen().await;
    assert_eq!(f.store.progress(), progress);
    assert_eq!(f.store.size().await.unwrap().spans, Some(2));
    let kept = f.dir.path().join("quarantine");
    assert!(kept.join("index-1.duckdb.wal").try_exists().unwrap());
    assert!(!kept.join("index-1.duckdb").try_exists().unwrap());
}

/// Scenario: the index is gone and the log has everything; nobody indexes yet. Guarantee: the index is not in order and what is not
/// there is not said to be missing, until every record that the log held is there; what comes later does not change the state.
#[tokio::test]
async fn open_index_that_lacks_what_the_log_holds_is_not_in_order() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    let newest = f.send(vec![span(2, 1, None)]).await;
    f.store.close();
    std::fs::remove_file(f.dir.path().join("index.duckdb")).unwrap();
    let f = f.reopen().await;
    let reading = IndexState::ReadingLog { cursor: Sequence(0), through: newest };
    assert_eq!((f.store.index_state(), f.store.is_whole()), (reading, false));
    assert_eq!(f.store.acknowledged(), newest);
    assert!(!f.store.queryable_within(newest, Duration::ZERO).await.unwrap());
    let (waited, ()) =
        tokio::join!(f.store.queryable_within(newest, Duration::from_mins(1)), async { f.index() });
    assert!(waited.unwrap() && f.store.has_indexed(newest));
    let later = f.append(vec![span(3, 1, None)], 1_000).await;
    assert_eq!((f.store.index_state(), f.store.has_indexed(later)), (IndexState::Ok, false));
    assert!(!f.store.queryable_within(later, Duration::ZERO).await.unwrap());
}

/// Scenario: the log is lost with all it held, so that the next one begins far above what was ever received. Guarantee: nothing is
/// waited for.
#[tokio::test]
async fn open_index_waits_for_no_record_that_is_gone() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None)]).await;
    f.seal().await.unwrap();
    f.wait_for_trim().await;
    f.store.close();
    f.wal.close().await;
    std::fs::remove_file(f.dir.path().join("wal.db")).unwrap();
    let f = Fixture::open(f.dir).await;
    assert_eq!(f.store.index_state(), IndexState::Ok);
    assert!(f.store.acknowledged() > Sequence(1) && !f.store.has_indexed(f.store.acknowledged()));
    assert!(f.store.queryable_within(f.store.acknowledged(), Duration::ZERO).await.unwrap());
}
