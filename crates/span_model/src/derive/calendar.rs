//! The UTC calendar, as far as prices and timestamps in attributes need it.
//!
//! Both conversions follow Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".

const SECONDS_PER_DAY: i64 = 86_400;
const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// Days from 1 March of year 0 to 1 January 1970.
const DAYS_TO_1970: i64 = 719_468;
const DAYS_PER_ERA: i64 = 146_097;

/// The UTC day, `YYYY-MM-DD`, of a moment since 1970.
pub(super) fn day_of(unix_nanos: i64) -> String {
    let days = unix_nanos.div_euclid(NANOS_PER_SECOND as i64 * SECONDS_PER_DAY) + DAYS_TO_1970;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The moment, in nanoseconds since 1970, of `2025-10-10T10:00:00.123Z` and of the same with an offset.
pub(crate) fn parse_rfc3339(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let (year, month, day) = three(date, '-')?;
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (clock, offset) = time.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let (hour, minute, second) = three(clock, ':')?;
    let sane = (1970..=2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !sane {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    let seconds = u64::try_from(seconds - offset_seconds(offset)?).ok()?;
    Some(seconds * NANOS_PER_SECOND + fraction_nanos(fraction)?)
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970
}

/// Three numbers of at most four digits.
fn three(text: &str, separator: char) -> Option<(i64, i64, i64)> {
    let mut numbers = text.split(separator).map(digits);
    let three = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(three)
}

fn digits(text: &str) -> Option<i64> {
    let sane = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if sane { text.parse().ok() } else { None }
}

/// The seconds of `Z`, `+hh:mm` or `-hh:mm`.
fn offset_seconds(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let seconds = digits(hours).filter(|hours| *hours < 24)? * 3600
        + digits(minutes).filter(|minutes| *minutes < 60)? * 60;
    Some(if offset.starts_with('-') { -seconds } else { seconds })
}

/// The nanoseconds of the digits after the point; more than nine are cut.
fn fraction_nanos(fraction: &str) -> Option<u64> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    nine.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: days around month and leap-year ends. Guarantee: the calendar is right, both ways.
    #[test]
    fn day_of_known_moments_is_right() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_795_226_294, "2026-11-21"),
            (4_107_542_399, "2100-02-28"),
        ] {
            assert_eq!(day_of(seconds * 1_000_000_000), day);
            let midnight = seconds as u64 / 86_400 * 86_400;
            assert_eq!(parse_rfc3339(&format!("{day}T00:00:00Z")), Some(midnight * NANOS_PER_SECOND));
        }
        assert_eq!(day_of(i64::MAX).len(), 10);
    }

    /// Scenario: times as clients write them, and texts that are none. Guarantee: exact, or nothing.
    #[test]
    fn parse_rfc3339_is_exact_or_none() {
        let base = 1_760_090_400 * NANOS_PER_SECOND;
        for (text, time) in [
            ("2025-10-10T10:00:00Z", Some(base)),
            ("2025-10-10 10:00:00.123Z", Some(base + 123_000_000)),
            ("2025-10-10T12:00:00.000000001+02:00", Some(base + 1)),
            ("2025-10-10T09:30:00.1234567891-00:30", Some(base + 123_456_789)),
            ("2025-10-10T10:00:00", None),
            ("2025-13-10T10:00:00Z", None),
            ("1960-01-01T00:00:00Z", None),
            ("2025-10-10T10:00:00.é+00:00", None),
            ("Z", None),
            ("T-", None),
        ] {
            assert_eq!(parse_rfc3339(text), time, "{text}");
        }
    }
}
