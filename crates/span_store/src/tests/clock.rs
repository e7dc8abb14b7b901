//! Retention by age goes by a time that may be believed, and by nothing else.

use super::*;
use crate::{Moment, Retention, ServiceAge};

/// A day long after 1970, on which these tests begin.
const FIRST: i64 = 20_000;

/// Days and minutes after the beginning by the wall clock, and minutes since the start of the process.
fn at(days: i64, minutes: u64) -> Moment {
    let monotonic = Duration::from_mins(minutes);
    Moment { unix_nano: (FIRST + days) * DAY_NANOS + i64::try_from(monotonic.as_nanos()).unwrap(), monotonic }
}

impl Fixture {
    /// Keeps for thirty days; its clock was believed.
    async fn keeping_thirty_days() -> Self {
        let f = Self::kept_in(tempfile::tempdir().unwrap()).await;
        f.round(at(0, 0)).await;
        f.round(at(0, 60)).await;
        f
    }

    async fn kept_in(dir: tempfile::TempDir) -> Self {
        let retention = Retention { days: Some(30), bytes: None };
        let options = StoreOptions { retention, ..options(dir.path()) };
        Self::open_with(dir, options).await
    }

    /// Another process on the same folder.
    async fn restarted(self) -> Self {
        self.store.close();
        self.wal.close().await;
        Self::kept_in(self.dir).await
    }

    async fn round(&self, now: Moment) {
        while self.store.upkeep(now).await.unwrap() {}
    }

    /// Receives and seals a span on a day after the beginning, by the clock of the moment.
    async fn receive(&self, trace: u8, day: i64) {
        self.append(vec![span(trace, 1, None)], (FIRST + day) * DAY_NANOS + 1).await;
        self.index();
        while self.store.seal_due(i64::MAX).await.unwrap().is_empty() {}
        self.store.trim();
        self.wait_for_trim().await;
    }

    /// Traces that are left, and whether somebody is told that the clock is not believed.
    async fn left(&self) -> (u64, bool) {
        (self.sums().await.traces, self.store.upkeep_report().note.is_some())
    }
}

/// Scenario: the clock is 400 days ahead for minutes, before and after a restart, then right; a service has an age, too.
/// Guarantee: nothing goes, it is said why, and when the clock is right nobody is told anything any more.
#[tokio::test]
async fn clock_that_was_ahead_drops_nothing() {
    let f = Fixture::keeping_thirty_days().await;
    f.receive(1, 0).await;
    f.store.set_service_ages(&[ServiceAge { service: "checkout".into(), days: 2 }]).await.unwrap();
    f.round(at(400, 61)).await;
    f.round(at(400, 110)).await;
    assert_eq!(f.left().await, (1, true));
    assert!(f.store.upkeep_report().note.unwrap().contains("400 days ahead"));
    let f = f.restarted().await;
    f.round(at(400, 0)).await;
    f.round(at(400, 59)).await;
    assert_eq!(f.left().await, (1, true));
    f.round(at(0, 60)).await;
    assert_eq!(f.left().await, (1, false));
    assert_eq!(f.store.deletions(None, 9).await.unwrap(), []);
}

/// Scenario: spans arrive while the clock is 400 days behind, for minutes or for hours, with a restart before it is right or
/// without; in a folder whose time was known and in a new one. Guarantee: when the clock is right they are as old as they are, and
/// go thirty days later.
#[tokio::test]
async fn what_came_while_the_clock_was_behind_stays() {
    for (known, minutes, restarts) in [
        (true, 10, true),
        (true, 10, false),
        (true, 300, true),
        (true, 300, false),
        (false, 10, true),
        (false, 300, false),
    ] {
        let case = format!("known {known}, {minutes} minutes, restarts {restarts}");
        let f = if known {
            Fixture::keeping_thirty_days().await
        } else {
            Fixture::kept_in(tempfile::tempdir().unwrap()).await
        };
        let f = f.restarted().await;
        f.round(at(-400, 0)).await;
        f.receive(1, -400).await;
        f.round(at(-400, minutes)).await;
        let (f, from) = if restarts { (f.restarted().await, 0) } else { (f, minutes + 1) };
        for minute in [0, 59, 60, 120, 200] {
            f.round(at(1, from + minute)).await;
        }
        assert_eq!(f.left().await, (1, false), "{case}");
        for day in 1..=29 {
            f.round(at(1, from + day * 24 * 60)).await;
        }
        assert_eq!(f.left().await.0, 1, "{case}");
        for day in 30..34 {
            f.round(at(1, from + day * 24 * 60)).await;
        }
        assert_eq!(f.left().await.0, 0, "{case}");
    }
}

/// Scenario: weeks pass with a restart each day, and then the machine is off for three days. Guarantee: what is too old goes on the
/// day on which it is; after the three days it takes an hour, and is said meanwhile.
#[tokio::test]
async fn time_that_passes_in_order_is_believed() {
    let mut f = Fixture::keeping_thirty_days().await;
    f.receive(1, 0).await;
    f.receive(2, 2).await;
    for day in 0..=30 {
        f = f.restarted().await;
        f.round(at(day, 2)).await;
        assert_eq!(f.left().await, (2, false), "day {day}");
    }
    f = f.restarted().await;
    f.round(at(31, 2)).await;
    assert_eq!(f.left().await, (1, false));
    f = f.restarted().await;
    f.round(at(34, 2)).await;
    f.round(at(34, 61)).await;
    assert_eq!(f.left().await, (1, true));
    f.round(at(34, 62)).await;
    assert_eq!(f.left().await, (0, false));
}
