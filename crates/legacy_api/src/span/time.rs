//! Times as the Go server writes them: UTC, at most six digits of a second, none that are zero at the end.

use chrono::DateTime;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Unix nanoseconds as text; what is below a microsecond is cut off.
pub(super) fn rfc3339_micros(unix_nano: u64) -> String {
    let micros = unix_nano % NANOS_PER_SECOND / 1_000;
    // no number of nanoseconds is beyond the years that a date has
    let second = DateTime::from_timestamp(unix_nano.div_euclid(NANOS_PER_SECOND).cast_signed(), 0);
    let second = second.unwrap_or_default().format("%Y-%m-%dT%H:%M:%S").to_string();
    let fraction = format!(".{micros:06}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{second}{fraction}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: whole seconds, zeros at the end, nanoseconds, and the last time of OTLP. Guarantee: the Go server's text.
    #[test]
    fn times_are_short() {
        for (unix_nano, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_225_796_331_540_000, "2026-11-21T01:49:56.33154Z"),
            (1_795_225_796_000_001_999, "2026-11-21T01:49:56.000001Z"),
            (999, "1970-01-01T00:00:00Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551Z"),
        ] {
            assert_eq!(rfc3339_micros(unix_nano), text);
        }
    }
}
