//! Calendar days, by which the archive is partitioned. Pure.

/// The UTC day of a time, `YYYY-MM-DD`.
pub(crate) fn day_of(unix_nanos: i64) -> String {
    chrono::DateTime::from_timestamp_nanos(unix_nanos).format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: times around day, month and leap-year borders. Guarantee: the UTC calendar day.
    #[test]
    fn day_of_known_times_is_the_utc_day() {
        let second = 1_000_000_000;
        assert_eq!(day_of(0), "1970-01-01");
        assert_eq!(day_of(86_400 * second - 1), "1970-01-01");
        assert_eq!(day_of(951_782_400 * second), "2000-02-29");
        assert_eq!(day_of(1_795_219_200 * second), "2026-11-21");
        assert_eq!(day_of(-1), "1969-12-31");
        assert_eq!(day_of(i64::MAX), "2262-04-11");
    }
}
