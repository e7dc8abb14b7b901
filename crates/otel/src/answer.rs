//! Answers in JSON, whose memory is counted until they are sent.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use http_body::{Frame, SizeHint};
use junjo_memory::Loan;
use junjo_span_store::Reading;
use junjo_telemetry::Answered;
use junjo_web::ApiError;
use junjo_web::serve::Reserved;
use serde::Serialize;

/// Bytes of a piece of an answer: what is given back as its reader reads.
const PIECE_BYTES: usize = 256 << 10;

/// An answer as a response.
pub(crate) struct Answer<T>(pub(crate) Answered<T>);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let Answered { answer, reading } = self.0;
        let mut writer = Writer { pieces: VecDeque::new(), last: Vec::new(), bytes: 0, reading };
        if let Err(error) = serde_json::to_writer(&mut writer, &answer) {
            return ApiError::internal(error).into_response();
        }
        drop(answer);
        let mut response = Body::new(writer.finish()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.extensions_mut().insert(Reserved);
        response
    }
}

/// Takes the text of an answer in pieces: one large buffer would be copied as it grows.
struct Writer {
    pieces: VecDeque<Bytes>,
    last: Vec<u8>,
    bytes: u64,
    reading: Reading,
}

impl Writer {
    fn end_piece(&mut self) {
        let piece = std::mem::take(&mut self.last);
        self.bytes += piece.len() as u64;
        self.pieces.push_back(piece.into());
    }

    /// What is counted from here on is the text alone.
    fn finish(mut self) -> Pieces {
        if !self.last.is_empty() {
            self.end_piece();
        }
        let Self { pieces, bytes: left, reading, .. } = self;
        let held = reading.try_send(left).map_or_else(
            || {
                reading.shrink_to(left);
                Held::Read(reading.clone())
            },
            Held::Sending,
        );
        Pieces { pieces, left, held }
    }
}

impl Write for Writer {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let room = PIECE_BYTES - self.last.len();
        let taken = text.len().min(room);
        self.last.extend_from_slice(&text[..taken]);
        if self.last.len() == PIECE_BYTES {
            self.reading.hold_free(PIECE_BYTES as u64);
            self.end_piece();
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The text of an answer on its way to its reader.
struct Pieces {
    pieces: VecDeque<Bytes>,
    left: u64,
    held: Held,
}

/// Where the text is counted.
enum Held {
    /// Among the answers that wait for their reader.
    Sending(Loan),
    /// Where it was read, as long as there is no room among those.
    Read(Reading),
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let piece = self.pieces.pop_front();
        self.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        let left = self.left;
        match &mut self.held {
            Held::Sending(loan) => loan.shrink_to(left),
            Held::Read(reading) => reading.shrink_to(left),
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
