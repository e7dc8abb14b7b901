//! Whether the wall clock may be believed. Pure. A clock that differs by more than a day from what was believed before plus the time
//! that ran since then is believed when it has run like that for an hour; so is a clock that nothing is known of.

use std::time::Duration;

use junjo_wal::Sequence;

const DAY_NANOS: i64 = 86_400_000_000_000;

/// Difference up to which a clock is believed: daylight saving and time zones set by hand are within it.
const JUMP_NANOS_MAX: i64 = DAY_NANOS;
/// How long a clock has to run after a jump. Boards without a battery get the right time within minutes of a start.
const RUN_MIN: Duration = Duration::from_hours(1);

/// A moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// What the wall clock says, unix nanoseconds.
    pub unix_nano: i64,
    /// Time since some moment of this process.
    pub monotonic: Duration,
}

impl Moment {
    /// What the wall clock would say at `later` if it had gone on evenly.
    fn expected_at(self, later: Duration) -> i64 {
        self.unix_nano.saturating_add(nanos(later.saturating_sub(self.monotonic)))
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// Where this process began, to move what it noted when its clock turns out to have been behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub(super) moment: Moment,
    /// The newest record then.
    pub(super) newest: Sequence,
}

/// What is thought of the clock.
#[derive(Debug, Default)]
pub(super) struct Trust {
    believed: Option<Believed>,
    doubt: Option<Moment>,
}

#[derive(Debug, Clone, Copy)]
enum Believed {
    /// By an earlier process; how long ago that was nobody knows.
    Earlier(i64),
    Here(Moment),
}

/// What may be done with what the clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on from what was believed.
    Believed,
    /// It had jumped, or nothing was known of it, and has run for long enough: it is believed from now on.
    Accepted {
        /// How far it was behind before; 0 where it may have been off, or is behind now.
        was_behind_nanos: i64,
    },
    /// Nothing is known yet.
    Unknown,
    /// It has jumped by this much, forward or back.
    Jumped {
        by_nanos: i64,
        /// Whether that was not said before.
        is_new: bool,
    },
}

impl Trust {
    /// With the newest time that an earlier process believed.
    pub(super) fn since(believed_unix_nano: Option<i64>) -> Self {
        Self { believed: believed_unix_nano.map(Believed::Earlier), doubt: None }
    }

    /// Looks at the clock; `now` is later than in every call before.
    pub(super) fn judge(&mut self, now: Moment) -> Verdict {
        let by_nanos =
            self.believed.map(|believed| now.unix_nano.saturating_sub(believed.expected_at(now.monotonic)));
        if by_nanos.is_some_and(is_small) {
            *self = Self { believed: Some(Believed::Here(now)), doubt: None };
            return Verdict::Believed;
        }
        let goes_on =
            |doubt: &Moment| is_small(now.unix_nano.saturating_sub(doubt.expected_at(now.monotonic)));
        let doubt = self.doubt.filter(goes_on);
        let since = *self.doubt.insert(doubt.unwrap_or(now));
        if now.monotonic.saturating_sub(since.monotonic) >= RUN_MIN {
            let ran_here = matches!(self.believed, Some(Believed::Here(_)));
            let was_behind_nanos = by_nanos.filter(|_| ran_here).unwrap_or(0).max(0);
            *self = Self { believed: Some(Believed::Here(now)), doubt: None };
            return Verdict::Accepted { was_behind_nanos };
        }
        by_nanos.map_or(Verdict::Unknown, |by_nanos| Verdict::Jumped { by_nanos, is_new: doubt.is_none() })
    }
}

impl Believed {
    fn expected_at(self, monotonic: Duration) -> i64 {
        match self {
            Self::Earlier(unix_nano) => unix_nano,
            Self::Here(moment) => moment.expected_at(monotonic),
        }
    }
}

fn is_small(difference_nanos: i64) -> bool {
    difference_nanos.unsigned_abs() <= JUMP_NANOS_MAX.unsigned_abs()
}

/// What people are told of a jump.
pub(super) fn note(by_nanos: i64) -> String {
    let days = by_nanos.unsigned_abs() / DAY_NANOS.unsigned_abs();
    let way = if by_nanos > 0 { "ahead of" } else { "behind" };
    format!(
        "the clock is {days} days {way} what was last known: nothing is dropped for its age until the clock has run like this for \
         an hour"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_767_323_045_000_000_000;

    fn at(days: i64, minutes: u64) -> Moment {
        let monotonic = Duration::from_mins(minutes);
        Moment { unix_nano: START + days * DAY_NANOS + nanos(monotonic), monotonic }
    }

    fn jumped(days: i64, is_new: bool) -> Verdict {
        Verdict::Jumped { by_nanos: days * DAY_NANOS, is_new }
    }

    /// Scenario: a clock that nothing is known of. Guarantee: it is believed after an hour, and goes on from there.
    #[test]
    fn unknown_clock_is_believed_after_an_hour() {
        let mut trust = Trust::since(None);
        assert_eq!((trust.judge(at(0, 0)), trust.judge(at(0, 59))), (Verdict::Unknown, Verdict::Unknown));
        assert_eq!(trust.judge(at(0, 60)), Verdict::Accepted { was_behind_nanos: 0 });
        assert_eq!(trust.judge(at(0, 3_000)), Verdict::Believed);
    }

    /// Scenario: 400 days ahead for some minutes, then right again; then ahead for good. Guarantee: no minute of it is believed
    /// the first time, and it is after an hour without a break the second time, with what it was behind before.
    #[test]
    fn jump_is_believed_after_an_hour_without_a_break() {
        let mut trust = Trust::since(Some(START));
        assert_eq!(trust.judge(at(0, 0)), Verdict::Believed);
        assert_eq!(trust.judge(at(400, 10)), jumped(400, true));
        assert_eq!(trust.judge(at(400, 69)), jumped(400, false));
        assert_eq!(trust.judge(at(0, 71)), Verdict::Believed);
        assert_eq!(trust.judge(at(400, 72)), jumped(400, true));
        assert_eq!(trust.judge(at(-400, 100)), jumped(-400, true));
        assert_eq!(trust.judge(at(400, 101)), jumped(400, true));
        assert_eq!(trust.judge(at(400, 160)), jumped(400, false));
        assert_eq!(trust.judge(at(400, 161)), Verdict::Accepted { was_behind_nanos: 400 * DAY_NANOS });
        assert_eq!(trust.judge(at(400, 162)), Verdict::Believed);
    }

    /// Scenario: weeks of normal running with restarts, nights off, and a machine that was off for three days. Guarantee: only
    /// the three days are doubted, for an hour.
    #[test]
    fn restarts_within_a_day_are_believed_at_once() {
        let mut known = Some(START);
        for day in 0..21 {
            let mut trust = Trust::since(known);
            for minute in [0, 300, 900] {
                assert_eq!(trust.judge(at(day, minute)), Verdict::Believed, "day {day}");
            }
            known = Some(at(day, 900).unix_nano);
        }
        let mut trust = Trust::since(known);
        assert!(matches!(trust.judge(at(24, 0)), Verdict::Jumped { by_nanos: 1.., is_new: true }));
        assert!(matches!(trust.judge(at(24, 59)), Verdict::Jumped { is_new: false, .. }));
        assert_eq!(trust.judge(at(24, 60)), Verdict::Accepted { was_behind_nanos: 0 });
    }
}
