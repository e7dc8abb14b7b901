//! Time as a parameter. [`SystemClock`] is the only place of the workspace that reads the machine's wall clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// The clock that the whole process shares.
pub type SharedClock = Arc<dyn Clock>;

/// A source of wall time and of monotonic time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Nanoseconds since 1970-01-01T00:00:00Z. May jump when the machine's clock is set.
    fn now_unix_nano(&self) -> i64;

    /// Time since some fixed moment; never goes back. For cache ages and rate limits.
    fn monotonic(&self) -> Duration;

    /// The wall time as a date.
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_nanos(self.now_unix_nano())
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// The machine's clock, its monotonic part counted from now.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }

    /// The machine's clock, ready to share.
    pub fn shared() -> SharedClock {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now_unix_nano(&self) -> i64 {
        Utc::now().timestamp_nanos_opt().expect("the machine's clock is between 1677 and 2262")
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that only moves when told to; for tests. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    unix_nanos: Arc<AtomicI64>,
    started_unix_nano: i64,
}

impl ManualClock {
    /// A clock that stands at `unix_nanos`.
    pub fn at_unix_nano(unix_nanos: i64) -> Self {
        Self { unix_nanos: Arc::new(AtomicI64::new(unix_nanos)), started_unix_nano: unix_nanos }
    }

    /// A clock that stands at `time`.
    pub fn at(time: DateTime<Utc>) -> Self {
        Self::at_unix_nano(time.timestamp_nanos_opt().expect("tests use times between 1677 and 2262"))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let nanos = i64::try_from(by.as_nanos()).expect("tests advance by less than 292 years");
        self.unix_nanos.fetch_add(nanos, Ordering::SeqCst);
    }

    /// This clock, ready to share; [`Self::advance`] on the original moves it too.
    pub fn shared(&self) -> SharedClock {
        Arc::new(self.clone())
    }
}

impl Default for ManualClock {
    /// 2026-01-02T03:04:05Z: an ordinary time that shows every field of a date.
    fn default() -> Self {
        Self::at_unix_nano(1_767_323_045_000_000_000)
    }
}

impl Clock for ManualClock {
    fn now_unix_nano(&self) -> i64 {
        self.unix_nanos.load(Ordering::SeqCst)
    }

    fn monotonic(&self) -> Duration {
        let elapsed_nanos = self.now_unix_nano().saturating_sub(self.started_unix_nano);
        Duration::from_nanos(u64::try_from(elapsed_nanos).unwrap_or(0))
    }
}

/// `unix_nanos` as RFC 3339 UTC with exactly nine fractional digits.
pub fn rfc3339_nanos(unix_nanos: i64) -> String {
    DateTime::from_timestamp_nanos(unix_nanos).to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// A new random id whose order follows `clock`.
pub fn uuid_v7(clock: &dyn Clock) -> Uuid {
    let unix_nanos = clock.now_unix_nano().max(0).unsigned_abs();
    let (seconds, nanos) = (unix_nanos / 1_000_000_000, unix_nanos % 1_000_000_000);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanos as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: advance a shared manual clock. Guarantee: every clone sees both times move by the same amount.
    #[test]
    fn manual_clock_moves_only_when_told() {
        let clock = ManualClock::default();
        let shared = clock.shared();
        assert_eq!(shared.now().to_rfc3339(), "2026-01-02T03:04:05+00:00");
        clock.advance(Duration::from_secs(5));
        assert_eq!(shared.now().to_rfc3339(), "2026-01-02T03:04:10+00:00");
        assert_eq!(shared.monotonic(), Duration::from_secs(5));
    }

    /// Scenario: times with and without a fraction, and before 1970. Guarantee: nine digits and a Z, always.
    #[test]
    fn rfc3339_nanos_keeps_every_digit() {
        assert_eq!(rfc3339_nanos(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(rfc3339_nanos(1_767_323_045_123_456_789), "2026-01-02T03:04:05.123456789Z");
        assert_eq!(rfc3339_nanos(-1), "1969-12-31T23:59:59.999999999Z");
    }

    /// Scenario: two ids a second apart. Guarantee: they sort by the clock, and differ at the same moment.
    #[test]
    fn ids_follow_the_clock() {
        let clock = ManualClock::default();
        let (first, twin) = (uuid_v7(&clock), uuid_v7(&clock));
        clock.advance(Duration::from_secs(1));
        assert_ne!(first, twin);
        assert!(uuid_v7(&clock) > first.max(twin));
    }

    /// Scenario: read the system clock twice. Guarantee: monotonic time does not go back.
    #[test]
    fn system_clock_monotonic_does_not_go_back() {
        let clock = SystemClock::new();
        let first = clock.monotonic();
        assert!(clock.monotonic() >= first);
        assert!(clock.now_unix_nano() > 0);
    }
}
