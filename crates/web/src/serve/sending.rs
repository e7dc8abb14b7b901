//! An answer's body on its way to the transport: in small pieces, with memory reserved for what waits, and known to be
//! stuck when its reader takes nothing.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use axum::body::{Body, Bytes};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{HeaderMap, Response, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use junjo_memory::NoMemory;

use super::activity::Activity;
use super::budget::{Budget, Held, SMALL_BYTES};
use super::transit::Transit;
use crate::error::{ApiError, BoxError, ErrorKind};

/// The transport gets no more at once: a reader who takes this much in the time for progress is slow, not stuck.
const PIECE_BYTES: usize = 16 << 10;
/// Answers that wait for memory are refused for so long.
const RETRY_SECONDS: u64 = 2;

/// An extension of a response whose body has its memory reserved already, and gives it back as it is read.
#[derive(Debug, Clone, Copy)]
pub struct Reserved;

/// A request that is worked on or being answered.
pub(super) struct Open {
    activity: Arc<Activity>,
    is_given_up: bool,
}

impl Open {
    pub(super) fn begin(activity: Arc<Activity>, is_multiplexed: bool) -> Self {
        activity.request_began(is_multiplexed);
        Self { activity, is_given_up: false }
    }

    pub(super) const fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.activity.request_ended(self.is_given_up);
    }
}

/// How the bytes of a body are paid for.
#[derive(Clone)]
enum Payment {
    /// There is nothing to pay: they are in the program, or shared.
    Nothing,
    /// All at once, before the head was sent.
    Whole(Arc<Held>),
    /// Each as it comes.
    ByPiece,
}

/// The body.
pub(super) struct Sending {
    body: Body,
    payment: Payment,
    /// What came out of `body` and has not been handed over.
    rest: Option<(Bytes, Option<Arc<Held>>)>,
    /// The same, before there is memory for it.
    unpaid: Option<(Bytes, BoxFuture<'static, Result<Held, NoMemory>>)>,
    budget: Budget,
    transit: Arc<Transit>,
    has_ended: bool,
    /// The transport must not think that it has everything until it has written it: it would keep what nobody takes, and
    /// nothing could end that.
    is_held_back: bool,
    open: Open,
}

/// `response` as it is sent, or that there is no memory to send it.
pub(super) fn send(response: Response<Body>, budget: Budget, open: Open) -> Response<Sending> {
    let transit = Transit::of_this_answer(open.activity());
    let (mut head, mut body) = response.into_parts();
    let is_reserved = head.extensions.get::<Reserved>().is_some();
    let (payment, first) = match pay_whole(&mut body, &budget, is_reserved) {
        Ok(paid) => paid,
        Err(reason) => {
            tracing::warn!(error = %reason, "an answer is too much to send at the moment");
            let refusal = match reason {
                NoMemory::Now(_) => {
                    ApiError::unavailable(reason.to_string()).with_retry_after_seconds(RETRY_SECONDS)
                }
                NoMemory::Ever { .. } => {
                    ApiError::new(ErrorKind::TooLarge, format!("{reason}, or ask for less"))
                }
            };
            let (refused, text) = axum::response::IntoResponse::into_response(refusal).into_parts();
            head.status = refused.status;
            replace_headers(&mut head.headers, refused.headers);
            body = text;
            (Payment::ByPiece, None)
        }
    };
    let sending = Sending {
        body,
        payment,
        rest: None,
        unpaid: None,
        budget,
        transit,
        has_ended: false,
        is_held_back: false,
        open,
    };
    Response::from_parts(head, sending.beginning_with(first))
}

/// Reserves memory for a body that is there as a whole, whose first part comes with it.
fn pay_whole(
    body: &mut Body,
    budget: &Budget,
    is_reserved: bool,
) -> Result<(Payment, Option<Bytes>), NoMemory> {
    let whole = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
    let Some(bytes) = whole.filter(|bytes| *bytes > SMALL_BYTES) else {
        return Ok((Payment::ByPiece, None));
    };
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(Ok(frame))) = Pin::new(body).poll_frame(&mut context) else {
        return Ok((Payment::ByPiece, None));
    };
    let Ok(first) = frame.into_data() else {
        return Ok((Payment::ByPiece, None));
    };
    // false for what is in the program and for what others hold as well
    if !first.is_unique() {
        return Ok((Payment::Nothing, Some(first)));
    }
    let held = if is_reserved { budget.try_count(bytes) } else { budget.try_hold(bytes) };
    Ok((Payment::Whole(Arc::new(held?)), Some(first)))
}

/// The headers of a refusal in place of those that describe the answer; the others stay.
fn replace_headers(headers: &mut HeaderMap, refusal: HeaderMap) {
    let described =
        [header::CONTENT_ENCODING, header::CONTENT_LENGTH, header::CONTENT_DISPOSITION, header::ETAG];
    for name in described {
        headers.remove(name);
    }
    headers.extend(refusal);
}

impl Sending {
    fn beginning_with(mut self, first: Option<Bytes>) -> Self {
        if let Some(first) = first {
            self.accept(first);
        }
        self
    }

    /// Takes what came out of the body.
    fn accept(&mut self, bytes: Bytes) {
        match &self.payment {
            Payment::Whole(held) => self.rest = Some((bytes, Some(Arc::clone(held)))),
            Payment::ByPiece if bytes.len() > SMALL_BYTES && bytes.is_unique() => {
                let holding = self.budget.clone().hold(bytes.len()).boxed();
                self.unpaid = Some((bytes, holding));
            }
            Payment::ByPiece | Payment::Nothing => self.rest = Some((bytes, None)),
        }
    }

    /// The next piece of what came out of the body.
    fn cut(&mut self) -> Option<Bytes> {
        let (bytes, held) = self.rest.as_mut()?;
        let piece = bytes.split_to(bytes.len().min(PIECE_BYTES));
        let held = held.clone();
        if bytes.is_empty() {
            self.rest = None;
        }
        self.is_held_back |= piece.len() > SMALL_BYTES;
        (!piece.is_empty()).then(|| self.transit.piece(piece, held))
    }

    /// Waits for memory for what came out of the body.
    fn poll_payment(&mut self, context: &mut Context<'_>) -> Poll<Result<(), NoMemory>> {
        if let Some((bytes, holding)) = &mut self.unpaid {
            let held = ready!(holding.poll_unpin(context))?;
            self.rest = Some((std::mem::take(bytes), Some(Arc::new(held))));
            self.unpaid = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.open.is_given_up = self.transit.is_given_up();
    }
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        loop {
            ready!(this.poll_payment(context))?;
            if let Some(piece) = this.cut() {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            if this.has_ended {
                let is_over = !this.is_held_back || this.transit.is_empty(context);
                return if is_over { Poll::Ready(None) } else { Poll::Pending };
            }
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                None => this.has_ended = true,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.accept(data),
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let is_all_out = self.rest.is_none() && self.unpaid.is_none();
        is_all_out && !self.is_held_back && (self.has_ended || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.as_ref().map_or(0, |(bytes, _)| bytes.len());
        let rest = (rest + self.unpaid.as_ref().map_or(0, |(bytes, _)| bytes.len())) as u64;
        let inner = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(rest));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}
