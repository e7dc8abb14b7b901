//! One export as a stream of bytes: a blocking thread reads and encodes, and a short channel passes its pieces on.

use std::io;
use std::task::{Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use junjo_auth::{ReadRights, RightsWatch};
use junjo_span_store::{Reading, SpanFilter, SpanStore, StoreError, TraceFilter, WholeSpan};
use junjo_web::logged;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;

use super::encode::Encoder;
use super::format::Format;
use super::running::Running;
use crate::streams::while_allowed;

/// Pieces on their way to the client.
const CHANNEL_PIECES: usize = 4;
/// Bytes gathered into a piece.
const PIECE_BYTES: usize = 256 << 10;
/// A client that reads nothing for this long has gone.
const STALL_LIMIT: Duration = Duration::from_mins(1);
/// Times that an export waits for memory that others hold, of two seconds each.
const MEMORY_WAITS_MAX: usize = 30;
/// Traces read at a time.
const TRACE_ROWS: usize = 2_000;

/// What an export selects.
#[derive(Debug, Clone)]
pub(super) enum Selection {
    Spans(SpanFilter),
    Traces(TraceFilter),
}

/// One export.
pub(super) struct Export {
    pub(super) selection: Selection,
    pub(super) format: Format,
    /// Of the one who asked for it.
    pub(super) rights: ReadRights,
    /// What it holds while it runs: a page.
    pub(super) reading: Reading,
    /// Breaks it off.
    pub(super) stop: CancellationToken,
}

/// What the thread passes on.
enum Piece {
    Bytes(Bytes),
    /// Everything was passed on. Without it the body is broken off.
    End,
}

/// The bytes of an export, which holds `permit` until its thread has ended.
pub(super) fn bytes(
    store: &SpanStore,
    export: Export,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    let (sender, pieces) = mpsc::channel(CHANNEL_PIECES);
    let (reads, running) = (store.clone(), Running::begun());
    let Export { selection, format, rights, reading, stop } = export;
    let sent = while_allowed(stream_of(pieces), rights.watch(), |_| Err(broken_off()));
    let watch = rights.watch();
    let export = move || {
        let (_permit, _running) = (permit, running);
        let mut outlet =
            Outlet { sender, rights: watch, stop, runtime: Handle::current(), buffer: Vec::new() };
        match write(&reads, &reading, (&selection, format), &mut outlet) {
            Ok(()) => {}
            Err(Stopped::ClientGone) => tracing::info!("export ended: the client has gone"),
            Err(Stopped::NotAllowed) => tracing::info!("export broken off: its reader may read no longer"),
            Err(Stopped::ServerStops) => tracing::info!("export broken off: the server stops"),
            Err(Stopped::Failed(error)) => tracing::error!(error = logged(&error), "export broken off"),
        }
    };
    // nobody waits for its end: the pieces end with it
    drop(store.spawn_long(export));
    sent
}

/// The bytes of the pieces: an error, which the client sees as a broken body, where they end without [`Piece::End`].
fn stream_of(mut pieces: mpsc::Receiver<Piece>) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    let mut is_over = false;
    stream::poll_fn(move |context| {
        if is_over {
            return Poll::Ready(None);
        }
        let piece = ready!(pieces.poll_recv(context));
        is_over = !matches!(piece, Some(Piece::Bytes(_)));
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => None,
            None => Some(Err(broken_off())),
        })
    })
}

fn broken_off() -> io::Error {
    io::Error::other("the export was broken off")
}

/// Why an export ended early.
#[derive(Debug)]
enum Stopped {
    /// Nobody reads any more.
    ClientGone,
    /// The reader may read no longer.
    NotAllowed,
    ServerStops,
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Where encoded bytes go.
struct Outlet {
    sender: mpsc::Sender<Piece>,
    rights: RightsWatch,
    stop: CancellationToken,
    runtime: Handle,
    buffer: Vec<u8>,
}

impl Outlet {
    /// Passes gathered bytes on once they are many. Blocks while the client is slow.
    fn pass_on(&mut self, at_least: usize) -> Result<(), Stopped> {
        if self.buffer.len() < at_least.max(1) {
            return Ok(());
        }
        let gathered = std::mem::take(&mut self.buffer);
        if gathered.len() <= PIECE_BYTES {
            return self.send(Piece::Bytes(gathered.into()));
        }
        // copies, because what is on its way is counted piece by piece
        gathered
            .chunks(PIECE_BYTES)
            .try_for_each(|piece| self.send(Piece::Bytes(Bytes::copy_from_slice(piece))))
    }

    /// Passes on what is left, and that it is the last.
    fn finish(&mut self) -> Result<(), Stopped> {
        self.pass_on(1)?;
        self.send(Piece::End)
    }

    fn send(&mut self, piece: Piece) -> Result<(), Stopped> {
        let (sender, stop, rights) = (&self.sender, &self.stop, &mut self.rights);
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = stop.cancelled() => Err(Stopped::ServerStops),
                _ = rights.ended() => Err(Stopped::NotAllowed),
                sent = sender.send_timeout(piece, STALL_LIMIT) => sent.map_err(|_| Stopped::ClientGone),
            }
        })
    }
}

/// Keeps spans together that are about one piece: what is read at a time would be encoded into a large buffer.
fn few_bytes() -> impl FnMut(&WholeSpan, &WholeSpan) -> bool {
    let mut bytes = 0;
    move |before, _| {
        bytes += before.text_bytes();
        let is_small = bytes < PIECE_BYTES;
        if !is_small {
            bytes = 0;
        }
        is_small
    }
}

fn write(
    store: &SpanStore,
    reading: &Reading,
    (selection, format): (&Selection, Format),
    outlet: &mut Outlet,
) -> Result<(), Stopped> {
    match selection {
        Selection::Spans(filter) => {
            let mut encoder = Encoder::of_spans(format, &mut outlet.buffer)?;
            let mut gone = None;
            let exported = store.export_spans(filter, &mut |spans| {
                for few in spans.chunk_by(few_bytes()) {
                    encoder.spans(few, &mut outlet.buffer)?;
                    outlet.pass_on(PIECE_BYTES).map_err(|stopped| {
                        gone = Some(stopped);
                        StoreError::Interrupted
                    })?;
                }
                Ok(())
            });
            if let Some(stopped) = gone {
                return Err(stopped);
            }
            exported?;
            encoder.finish(&mut outlet.buffer)?;
        }
        Selection::Traces(filter) => {
            let mut encoder = Encoder::of_traces(format, &mut outlet.buffer)?;
            let (mut after, mut waits, held) = (None, 0, reading.bytes());
            loop {
                let page = match outlet.runtime.block_on(store.traces(filter, TRACE_ROWS, after)) {
                    // others have the memory for a moment, and the client has the half of it already
                    Err(StoreError::NoMemory(_)) if waits < MEMORY_WAITS_MAX => {
                        waits += 1;
                        continue;
                    }
                    page => page?,
                };
                encoder.traces(&page.items, &mut outlet.buffer)?;
                reading.shrink_to(held);
                outlet.pass_on(PIECE_BYTES)?;
                if page.next.is_none() {
                    break;
                }
                if page.next == after {
                    return Err(Stopped::Failed(StoreError::Interrupted));
                }
                after = page.next;
            }
            encoder.finish(&mut outlet.buffer)?;
        }
    }
    outlet.finish()
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    /// Scenario: the end of an export is asked for again, as a compressing layer does. Guarantee: it is the end again.
    #[tokio::test]
    async fn ended_stream_stays_ended() {
        let (sender, pieces) = mpsc::channel(2);
        sender.send(Piece::Bytes(Bytes::from_static(b"row"))).await.ok().unwrap();
        sender.send(Piece::End).await.ok().unwrap();
        let mut stream = std::pin::pin!(stream_of(pieces));
        assert_eq!(stream.next().await.unwrap().unwrap(), "row");
        assert!(stream.next().await.is_none());
        assert!(stream.next().await.is_none());
    }

    /// Scenario: the thread of an export ends without saying that it is through, with pieces waiting. Guarantee: the pieces
    /// are followed by an error, which breaks the body off.
    #[tokio::test]
    async fn stream_without_its_end_is_broken_off() {
        let (sender, pieces) = mpsc::channel(1);
        sender.send(Piece::Bytes(Bytes::from_static(b"row"))).await.ok().unwrap();
        drop(sender);
        let mut stream = std::pin::pin!(stream_of(pieces));
        assert_eq!(stream.next().await.unwrap().unwrap(), "row");
        assert!(stream.next().await.unwrap().is_err());
        assert!(stream.next().await.is_none());
    }
}
