//! Frames of HTTP/2 that carry nothing (`frames.rs`), and how many of them a connection may send. It reads none.
//!
//! | what | frames | why |
//! |---|---|---|
//! | at once | [`BURST`] | more than any client needs before its first answer |
//! | a second | [`PER_SECOND`] | pings, settings, requests that are taken back; a full port of floods costs a few percent of a core |
//! | piece of an answer that was taken | [`PER_PIECE`] | a piece has at most 16 KiB, and a reader opens two windows for each frame of it |
//! | request that succeeds | [`PER_REQUEST`] | the same for its head, and a ping that measures the network |

use std::time::Duration;

use tokio::time::Instant;

const BURST: u32 = 4096;
const PER_SECOND: u32 = 256;
pub(super) const PER_PIECE: u32 = 8;
pub(super) const PER_REQUEST: u32 = 8;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Allowance {
    left: u32,
    /// Until when `PER_SECOND` is counted in.
    counted: Instant,
}

impl Allowance {
    pub(super) fn begin(now: Instant) -> Self {
        Self { left: BURST, counted: now }
    }

    /// The connection got on.
    pub(super) fn add(&mut self, frames: u32) {
        self.left = self.left.saturating_add(frames).min(BURST);
    }

    /// Takes so many frames from it; false when there are not so many.
    pub(super) fn take(&mut self, frames: u32, now: Instant) -> bool {
        self.add_time(now);
        let rest = self.left.checked_sub(frames);
        self.left = rest.unwrap_or(0);
        rest.is_some()
    }

    fn add_time(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.counted);
        let frames = passed.as_nanos() * u128::from(PER_SECOND) / 1_000_000_000;
        let frames = u32::try_from(frames).unwrap_or(u32::MAX);
        if frames >= BURST {
            self.counted = now;
        } else {
            // what is less than a frame is counted with the next look
            self.counted += Duration::from_secs(frames.into()) / PER_SECOND;
        }
        self.add(frames);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a connection that uses its allowance up, waits, and gets on. Guarantee: each gives it what is documented, never
    /// more than the burst, and looks in quick succession lose nothing.
    #[test]
    fn allowance_comes_back_with_time_and_progress() {
        let begun = Instant::now();
        let after = |millis: u64| begun + Duration::from_millis(millis);
        let mut allowance = Allowance::begin(begun);
        assert!(allowance.take(BURST, begun) && !allowance.take(1, begun));
        let taken = (1..=1000).filter(|millis| allowance.take(1, after(*millis))).count();
        assert_eq!(taken, PER_SECOND as usize);
        allowance.add(PER_PIECE);
        assert!(allowance.take(PER_PIECE, after(1000)) && !allowance.take(1, after(1000)));
        assert!(!allowance.take(BURST + 1, after(1_000_000)));
    }
}
