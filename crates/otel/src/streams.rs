//! Answers that take as long as their reader does: how many there may be at once, and what ends them: their own end, the end
//! of the server, and the end of their reader's rights.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use futures::{Stream, stream};
use junjo_auth::{RightsEnd, RightsWatch};
use junjo_web::{ApiError, ApiResult};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// A kind of such answers.
pub(crate) struct StreamKind {
    /// How many there may be at once.
    max: usize,
    /// What one too many is told.
    refusal: &'static str,
    /// Seconds after which one too many should ask again.
    retry_seconds: u64,
}

/// Live tails: each asks the index after every commit.
pub(crate) static TAILS: StreamKind =
    StreamKind { max: 32, refusal: "too many live tails are open", retry_seconds: 10 };
/// Exports: each keeps a thread, and the disk, busy for as long as its client reads.
pub(crate) static EXPORTS: StreamKind =
    StreamKind { max: 2, refusal: "too many exports are running", retry_seconds: 30 };

/// The open answers of one kind. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Streams {
    kind: &'static StreamKind,
    permits: Arc<Semaphore>,
    /// Ends all of them.
    pub(crate) stop: CancellationToken,
}

impl Streams {
    /// None is open; all end when `stop` is cancelled.
    pub(crate) fn new(kind: &'static StreamKind, stop: CancellationToken) -> Self {
        Self { kind, permits: Arc::new(Semaphore::new(kind.max)), stop }
    }

    /// The right to one more, until it is dropped.
    ///
    /// # Errors
    /// 503 with the time after which to ask again, when there are as many as there may be.
    pub(crate) fn permit(&self) -> ApiResult<OwnedSemaphorePermit> {
        let refused =
            |_| ApiError::unavailable(self.kind.refusal).with_retry_after_seconds(self.kind.retry_seconds);
        Arc::clone(&self.permits).try_acquire_owned().map_err(refused)
    }
}

/// `items` for as long as the rights hold; then what `last` makes of their end, and the end. Nothing is sent while it is being
/// found out whether they hold. After its end it stays at its end, because compression asks once more.
pub(crate) fn while_allowed<S: Stream>(
    items: S,
    mut rights: RightsWatch,
    last: impl Fn(RightsEnd) -> S::Item,
) -> impl Stream<Item = S::Item> {
    let mut items: Option<Pin<Box<S>>> = Some(Box::pin(items));
    stream::poll_fn(move |context| {
        let Some(running) = &mut items else { return Poll::Ready(None) };
        let next = match ready!(rights.poll_hold(context)) {
            Ok(()) => ready!(running.as_mut().poll_next(context)),
            Err(end) => {
                // what reads for it ends with it
                items = None;
                return Poll::Ready(Some(last(end)));
            }
        };
        if next.is_none() {
            items = None;
        }
        Poll::Ready(next)
    })
}
