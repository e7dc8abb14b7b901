//! The pieces of one answer on their way: which of them the transport still holds, and since when it has taken none.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use axum::body::Bytes;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};

use super::activity::{Activity, Pieces};
use super::budget::Held;

tokio::task_local! {
    /// That of the answer which the running stream of HTTP/2 sends.
    static OF_THIS_STREAM: Arc<Transit>;
}

/// What the transport holds of one answer.
pub(super) struct Transit {
    activity: Arc<Activity>,
    state: Mutex<State>,
}

struct State {
    pieces: Pieces,
    /// Waits until all pieces are gone.
    waiting: Option<Waker>,
    /// Whether its stream is reset because nobody took anything.
    is_given_up: bool,
}

/// One piece in the hands of the transport, which drops it once it has been written.
struct Piece {
    bytes: Bytes,
    transit: Arc<Transit>,
    _held: Option<Arc<Held>>,
}

impl Transit {
    pub(super) fn new(activity: Arc<Activity>) -> Arc<Self> {
        Arc::new(Self {
            activity,
            state: Mutex::new(State { pieces: Pieces::none(), waiting: None, is_given_up: false }),
        })
    }

    /// That of the stream in which this is called, or a new one outside of HTTP/2.
    pub(super) fn of_this_answer(activity: &Arc<Activity>) -> Arc<Self> {
        OF_THIS_STREAM.try_with(Arc::clone).unwrap_or_else(|_| Self::new(Arc::clone(activity)))
    }

    /// Runs a stream of HTTP/2; false when it was given up, because nothing of its answer was taken for `progress_max`.
    pub(super) async fn carry(
        self: Arc<Self>,
        stream: impl Future<Output = ()>,
        progress_max: Duration,
    ) -> bool {
        let stream = OF_THIS_STREAM.scope(Arc::clone(&self), stream);
        tokio::select! {
            biased;
            () = stream => true,
            () = self.stuck(progress_max) => false,
        }
    }

    /// `bytes` as the transport gets them.
    pub(super) fn piece(self: &Arc<Self>, bytes: Bytes, held: Option<Arc<Held>>) -> Bytes {
        self.state.lock().pieces.add();
        self.activity.piece_added();
        Bytes::from_owner(Piece { bytes, transit: Arc::clone(self), _held: held })
    }

    /// Whether the transport has written everything; if not, `context` is woken then.
    pub(super) fn is_empty(&self, context: &Context<'_>) -> bool {
        let mut state = self.state.lock();
        let are_gone = state.pieces.are_gone();
        state.waiting = (!are_gone).then(|| context.waker().clone());
        are_gone
    }

    /// Waits until nothing was taken for `progress_max` although there was something to take.
    async fn stuck(&self, progress_max: Duration) {
        while let Some(end) = self.goes_on_until(progress_max) {
            sleep_until(end).await;
        }
    }

    /// When to look again; None when it is given up with this look.
    fn goes_on_until(&self, progress_max: Duration) -> Option<Instant> {
        let (now, mut state) = (Instant::now(), self.state.lock());
        let stuck_since = state.pieces.stuck_since();
        // what begins after this look ends no earlier than that
        let end = stuck_since.unwrap_or(now) + progress_max;
        state.is_given_up = stuck_since.is_some() && end <= now;
        (!state.is_given_up).then_some(end)
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.state.lock().is_given_up
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let (is_taken, waiting) = {
            let mut state = self.transit.state.lock();
            let is_taken = !state.is_given_up;
            state.pieces.remove(is_taken);
            (is_taken, if state.pieces.are_gone() { state.waiting.take() } else { None })
        };
        self.transit.activity.piece_removed(is_taken);
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}
