//! Numbers with units: `3s`, `1m30s`, `10k`, `4MiB`. Pure.

/// Units of time with their nanoseconds.
const TIMES: [(&str, f64); 9] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3_600e9),
    ("d", 86_400e9),
];

/// Units of a count or a size with their factors.
const SIZES: [(&str, f64); 12] = [
    ("k", 1e3),
    ("K", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("B", 1.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("KiB", 1_024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
];

/// Nanoseconds of `3s`, `1.5ms`, `1h30m`; `None` for anything else, also for a number without a unit.
pub(super) fn nanos_of(text: &str) -> Option<i64> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let (number, unit, behind) = split(rest)?;
        nanos += number * factor(unit, &TIMES)?;
        rest = behind;
    }
    (!text.is_empty() && text != "-").then(|| (sign * nanos).round() as i64)
}

/// The number of `10k`, `1.5M`, `4KiB`; `None` for anything else, also for a number without a unit.
pub(super) fn count_of(text: &str) -> Option<f64> {
    let (number, unit, behind) = split(text)?;
    if behind.is_empty() { Some(number * factor(unit, &SIZES)?) } else { None }
}

/// Whether it is a number of bytes, `KB` or larger.
pub(super) fn is_bytes(text: &str) -> bool {
    text.len() > 2 && text.ends_with('B') && count_of(text).is_some()
}

/// The number and the unit at the start of `text`, and what stands behind them.
fn split(text: &str) -> Option<(f64, &str, &str)> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let (number, rest) = text.split_at(text.find(|c| !is_number(c))?);
    let (unit, behind) = rest.split_at(rest.find(is_number).unwrap_or(rest.len()));
    Some((number.parse().ok()?, unit, behind))
}

fn factor(unit: &str, units: &[(&str, f64)]) -> Option<f64> {
    units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: times in each unit, several units together, and what is no time. Guarantee: exact nanoseconds or nothing.
    #[test]
    fn nanos_of_reads_units_of_time() {
        for (text, nanos) in [
            ("3s", Some(3_000_000_000)),
            ("200ms", Some(200_000_000)),
            ("1m", Some(60_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("1.5us", Some(1_500)),
            ("2µs", Some(2_000)),
            ("-1s", Some(-1_000_000_000)),
            ("99999999999d", Some(i64::MAX)),
            ("3", None),
            ("s", None),
            ("3x", None),
            ("1.2.3s", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(nanos_of(text), nanos, "{text}");
        }
    }

    /// Scenario: counts and sizes. Guarantee: decimal and binary units, and only the latter are bytes.
    #[test]
    fn count_of_reads_counts_and_sizes() {
        for (text, count, bytes) in [
            ("10k", Some(10_000.0), false),
            ("1.5M", Some(1_500_000.0), false),
            ("4KiB", Some(4_096.0), true),
            ("2MB", Some(2_000_000.0), true),
            ("10", None, false),
            ("k", None, false),
            ("1k2k", None, false),
            ("3s", None, false),
        ] {
            assert_eq!((count_of(text), is_bytes(text)), (count, bytes), "{text}");
        }
    }
}
