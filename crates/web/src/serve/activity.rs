//! What happens on one connection, and what follows from it. It closes nothing.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::allowance::{Allowance, PER_PIECE, PER_REQUEST};
use super::bounds::{Bounds, CLOSE_GRACE};

/// Pieces of answers that were handed to the transport and are not on their way yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pieces {
    count: usize,
    moved: Instant,
}

impl Pieces {
    pub(super) fn none() -> Self {
        Self { count: 0, moved: Instant::now() }
    }

    pub(super) fn add(&mut self) {
        if self.count == 0 {
            self.moved = Instant::now();
        }
        self.count += 1;
    }

    /// One is gone: taken by its reader, or given up.
    pub(super) fn remove(&mut self, is_taken: bool) {
        self.count = self.count.saturating_sub(1);
        if is_taken {
            self.moved = Instant::now();
        }
    }

    pub(super) fn are_gone(&self) -> bool {
        self.count == 0
    }

    /// Since when their reader has taken nothing.
    pub(super) fn stuck_since(&self) -> Option<Instant> {
        (self.count > 0).then_some(self.moved)
    }
}

/// What happened on a connection so far.
pub(super) struct Activity {
    began: Instant,
    state: Mutex<State>,
    /// Cancelled when its place goes to somebody else.
    pub(super) evicted: CancellationToken,
    /// Cancelled when it has sent too many frames that carry nothing.
    pub(super) flooding: CancellationToken,
}

struct State {
    /// Requests that are worked on or being answered.
    open: usize,
    /// When a request began or ended, or a piece of an answer moved.
    last: Instant,
    has_spoken: bool,
    has_succeeded: bool,
    is_multiplexed: bool,
    pieces: Pieces,
    /// Frames of HTTP/2 that carry nothing.
    empty_frames: Allowance,
    /// When it was told to end.
    closing: Option<Instant>,
}

/// What a connection deserves now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on; look again then.
    Keep(Instant),
    /// It has been silent: it may finish what crosses with that.
    Close,
    /// It ends at once.
    Drop,
}

impl Activity {
    pub(super) fn begin() -> Self {
        let began = Instant::now();
        let state = State {
            open: 0,
            last: began,
            has_spoken: false,
            has_succeeded: false,
            is_multiplexed: false,
            pieces: Pieces::none(),
            empty_frames: Allowance::begin(began),
            closing: None,
        };
        let state = Mutex::new(state);
        Self { began, state, evicted: CancellationToken::new(), flooding: CancellationToken::new() }
    }

    pub(super) fn request_began(&self, is_multiplexed: bool) {
        let mut state = self.state.lock();
        state.open += 1;
        state.last = Instant::now();
        state.has_spoken = true;
        state.is_multiplexed = is_multiplexed;
    }

    pub(super) fn request_succeeded(&self) {
        let mut state = self.state.lock();
        state.has_succeeded = true;
        state.empty_frames.add(PER_REQUEST);
    }

    /// An answer that was given up is nothing that its reader did.
    pub(super) fn request_ended(&self, is_given_up: bool) {
        let mut state = self.state.lock();
        state.open = state.open.saturating_sub(1);
        state.touch(!is_given_up);
    }

    pub(super) fn piece_added(&self) {
        self.state.lock().pieces.add();
    }

    pub(super) fn piece_removed(&self, is_taken: bool) {
        let mut state = self.state.lock();
        state.pieces.remove(is_taken);
        state.touch(is_taken);
        if is_taken {
            state.empty_frames.add(PER_PIECE);
        }
    }

    /// It sent so many frames that carry nothing; false when it may not.
    pub(super) fn take_empty_frames(&self, frames: u32) -> bool {
        let is_allowed = self.state.lock().empty_frames.take(frames, Instant::now());
        if !is_allowed {
            self.flooding.cancel();
        }
        is_allowed
    }

    /// How readily it gives its place away: the smallest goes first. None for one that works for somebody who has
    /// succeeded before.
    pub(super) fn claim(&self) -> Option<(Claim, Instant)> {
        let state = self.state.lock();
        let claim = match (state.open, state.has_succeeded) {
            (0, false) => Claim::Stranger,
            (0, true) => Claim::Idle,
            (_, false) => Claim::Unproven,
            (_, true) => return None,
        };
        Some((claim, state.last))
    }

    /// What follows from what happened.
    pub(super) fn verdict(&self, bounds: &Bounds) -> Verdict {
        let now = Instant::now();
        let mut state = self.state.lock();
        let unheard = (!state.has_spoken).then(|| self.began + bounds.first_request_max);
        let end = [unheard, state.stuck_end(bounds), state.closing_end()].into_iter().flatten().min();
        if end.is_some_and(|end| end <= now) {
            return Verdict::Drop;
        }
        let silence = state.silent_since(now).map(|since| since + bounds.silence_max);
        if silence.is_some_and(|silence| silence <= now) {
            state.closing = Some(now);
            return Verdict::Close;
        }
        // what begins after this look ends no earlier than that
        let soonest = now + bounds.progress_max.min(bounds.silence_max);
        Verdict::Keep([end, silence].into_iter().flatten().fold(soonest, Instant::min))
    }
}

impl State {
    fn touch(&mut self, is_progress: bool) {
        if is_progress {
            self.last = Instant::now();
        }
    }

    /// Until its first request a connection has its own time, and once it is told to end another.
    fn silent_since(&self, now: Instant) -> Option<Instant> {
        let counts = self.has_spoken && self.closing.is_none();
        counts.then_some(if self.open == 0 { self.last } else { now })
    }

    /// Until when something of an answer has to be taken. A single stream is reset before, so that the others of its
    /// connection go on.
    fn stuck_end(&self, bounds: &Bounds) -> Option<Instant> {
        let grace = if self.is_multiplexed { CLOSE_GRACE } else { Duration::ZERO };
        self.pieces.stuck_since().map(|since| since + bounds.progress_max + grace)
    }

    /// A request that crossed with GOAWAY is finished first.
    fn closing_end(&self) -> Option<Instant> {
        let closing = self.closing.filter(|_| self.open == 0)?;
        Some(closing.max(self.last) + CLOSE_GRACE)
    }
}

/// Who gives a place away first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Claim {
    /// Asks for nothing, and never got anything.
    Stranger,
    /// Asks for nothing at the moment.
    Idle,
    /// Asks for something, and never got anything.
    Unproven,
}
