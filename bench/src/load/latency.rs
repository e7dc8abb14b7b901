//! Durations of calls, all of them kept: a long run of small requests has a few million, four bytes each.

use std::time::Duration;

/// A list of durations in microseconds.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Milliseconds below which `share` (0..=1) of the calls were; 0 when there were none.
    pub(crate) fn percentile_millis(&mut self, share: f64) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        let at = ((self.0.len() as f64 * share) as usize).min(self.0.len() - 1);
        let (_, found, _) = self.0.select_nth_unstable(at);
        f64::from(*found) / 1000.0
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: 1 to 100 ms in any order. Guarantee: percentiles by rank, and 0 for an empty list.
    #[test]
    fn percentile_is_by_rank() {
        let mut latencies = Latencies::default();
        assert!(latencies.percentile_millis(0.5).abs() < f64::EPSILON);
        for millis in (1..=100).rev() {
            latencies.add(Duration::from_millis(millis));
        }
        for (share, expected) in [(0.5, 51.0), (0.99, 100.0), (1.0, 100.0)] {
            assert!((latencies.percentile_millis(share) - expected).abs() < 1e-9, "{share}");
        }
    }
}
