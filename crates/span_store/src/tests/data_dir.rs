//! Log and store opened together in a data folder.

use super::*;
use crate::{CompactPolicy, DataDir, EngineLimits, Retention, StorageOptions, open};

fn storage_options() -> StorageOptions {
    let limits = EngineLimits { memory_bytes: 256 << 20, threads: 1 };
    StorageOptions {
        wal_bytes_max: Some(4 << 20),
        free_bytes_min: Some(0),
        seal: SealPolicy::default(),
        compact: CompactPolicy::default(),
        retention: Retention::default(),
        index: limits,
        scan: limits,
        scan_runtime: None,
        prober: Arc::new(probe_index),
        memory: junjo_memory::Memory::of_its_own(),
    }
}

/// Scenario: the wal is lost while the index has rows of records that were never sealed. Guarantee: the next record gets a
/// sequence above all of them, so no place means two spans.
#[tokio::test]
async fn open_lost_log_starts_above_the_index() {
    let f = Fixture::new().await;
    let last = f.send(vec![span(1, 1, None)]).await;
    f.store.close();
    f.wal.close().await;
    let dir = DataDir::new(f.dir.path());
    for suffix in ["", "-wal", "-shm"] {
        // SQLite leaves its second and third file only after a crash
        let _ = std::fs::remove_file(format!("{}{suffix}", dir.wal().display()));
    }
    assert!(!dir.wal().try_exists().unwrap());
    let stores = open(&dir, open_pool(f.dir.path()).await, storage_options()).await.unwrap();
    let message = request(vec![span(2, 1, None)]).encode_to_vec();
    let record =
        NewRecord::compress(Signal::Traces, Sender::in_default_project("key-1"), 1_000, 1, &message).unwrap();
    let next = stores.wal.append(record).await.unwrap();
    assert!(next > last, "{next} after {last}");
}

/// Scenario: a log that is small by setting holds a little more than a quarter of what it may, all of it new. Guarantee: that
/// is sealed at once, whatever the policy says.
#[tokio::test]
async fn open_small_log_is_sealed_in_quarters() {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::new(folder.path());
    let stores = open(&dir, open_pool(folder.path()).await, storage_options()).await.unwrap();
    stores.store.reconcile(NOW_UNIX_NANOS).await.unwrap();
    // xorshift, so that it does not compress
    let mut state = 1_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + u8::try_from(state % 90).unwrap())
    };
    for trace in 1..=9 {
        let mut large = span(trace, 1, None);
        large.attributes =
            vec![attribute("noise", Value::StringValue((0..400_000).map(|_| noise()).collect()))];
        let message = request(vec![large]).encode_to_vec();
        let record = NewRecord::compress(
            Signal::Traces,
            Sender::in_default_project("key-1"),
            NOW_UNIX_NANOS,
            1,
            &message,
        )
        .unwrap();
        stores.wal.append(record).await.unwrap();
        let sent = stores.wal.stats().unwrap().live_bytes;
        let sealed = stores.store.seal_due(NOW_UNIX_NANOS).await.unwrap();
        assert_eq!(sealed.is_empty(), sent < 1 << 20, "{sent} bytes");
        if !sealed.is_empty() {
            return;
        }
    }
    panic!("too few bytes to tell");
}
