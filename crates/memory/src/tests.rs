use super::*;

const KIB: u64 = 1024;

fn used(memory: &Memory, part: Part) -> u64 {
    memory.usage()[part as usize].used_bytes
}

/// Scenario: a loan grows, shrinks, takes another one over, and ends. Guarantee: the account follows in whole KiB, and its
/// peak stays.
#[tokio::test]
async fn loans_are_given_back() {
    let memory = Memory::of_its_own();
    let mut loan = memory.empty(Part::Read);
    loan.shrink_to(0);
    loan.grow(KIB + 1).await.unwrap();
    loan.try_grow(3 * KIB).unwrap();
    assert_eq!((loan.bytes(), used(&memory, Part::Read)), (5 * KIB, 5 * KIB));
    loan.shrink_to(2 * KIB);
    loan.shrink_to(9 * KIB);
    loan.merge(memory.reserve(Part::Read, KIB).await.unwrap());
    assert_eq!(used(&memory, Part::Read), 3 * KIB);
    assert_eq!(used(&memory, Part::Send), 0, "parts are apart");
    drop(loan);
    let usage = memory.usage()[Part::Read as usize];
    assert_eq!((usage.used_bytes, usage.peak_bytes, usage.refused), (0, 5 * KIB, 0));
}

/// Scenario: too much for now, and too much for ever. Guarantee: only the former waits and is worth a retry; both are
/// counted.
#[tokio::test(start_paused = true)]
async fn too_much_now_is_told_from_never() {
    let memory = Memory::of_its_own();
    let all = memory.bytes_max(Part::Send);
    let first = memory.reserve(Part::Send, all - KIB).await.unwrap();
    let before = tokio::time::Instant::now();
    let wait = Duration::from_secs(2);
    assert_eq!(
        memory.reserve_within(Part::Send, 2 * KIB, wait).await.unwrap_err(),
        NoMemory::Now(Part::Send)
    );
    assert_eq!(before.elapsed(), wait, "it waits before it refuses");
    assert_eq!(memory.try_reserve(Part::Send, 2 * KIB).unwrap_err(), NoMemory::Now(Part::Send));
    let ever = memory.reserve(Part::Send, all + 1).await.unwrap_err();
    assert_eq!(ever, NoMemory::Ever { part: Part::Send, asked: all + KIB, bytes_max: all });
    assert_eq!(before.elapsed(), wait, "waiting would not help");
    assert_eq!(memory.usage()[Part::Send as usize].refused, 3);
    drop(first);
    memory.reserve_within(Part::Send, all, wait).await.unwrap();
}

/// Scenario: the shares of small and large limits. Guarantee: with the two engines and what an idle server takes they are
/// within the limit, a message of 64 MiB with zstd's window fits into one key's half at the default of 1 GiB, one of 50 MiB at half of that, and a part's place in the
/// account is its number.
#[test]
fn shares_are_within_the_limit() {
    for limit in [1, 256 << 20, 512 << 20, 1 << 30, 64 << 30] {
        let shares = Shares::of(limit);
        let parts: u64 = Part::ALL.iter().map(|part| shares.bytes_of(*part)).sum();
        let whole = parts + shares.index_engine_bytes() + shares.scan_engine_bytes();
        assert!(whole + (48 << 20) <= limit.max(MEMORY_LIMIT_MIN), "{limit}");
    }
    let usual = Shares::of(1 << 30);
    assert!(usual.bytes_of(Part::Receive) / 2 >= (64 + 16 + 4) << 20);
    assert!(Shares::of(512 << 20).bytes_of(Part::Receive) / 2 >= 50 << 20);
    assert_eq!(usual.receiving(5 << 20).bytes_of(Part::Receive), 5 << 20);
    assert_eq!(usual.receiving(5 << 20).bytes_of(Part::Read), usual.bytes_of(Part::Read));
    for (place, part) in Part::ALL.into_iter().enumerate() {
        assert_eq!(part as usize, place);
    }
}
