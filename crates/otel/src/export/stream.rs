//! One export as a stream of bytes: a blocking thread reads and encodes, and a short channel passes its pieces on.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use junjo_span_store::{SpanFilter, SpanStore, StoreError, TraceFilter};
use junjo_web::logged;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;

use super::encode::Encoder;
use super::format::Format;
use super::running::Running;

/// Pieces on their way to the client.
const CHANNEL_PIECES: usize = 4;
/// Bytes gathered into a piece.
const PIECE_BYTES: usize = 256 << 10;
/// A client that reads nothing for this long has gone.
const STALL_LIMIT: Duration = Duration::from_mins(1);
/// Traces read at a time.
const TRACE_ROWS: usize = 2_000;

/// What an export selects.
#[derive(Debug, Clone)]
pub(super) enum Selection {
    Spans(SpanFilter),
    Traces(TraceFilter),
}

type Pieces = mpsc::Receiver<io::Result<Bytes>>;

/// The bytes of an export, which holds `permit` until its thread has ended and breaks off when `stop` is cancelled.
pub(super) fn bytes(
    store: &SpanStore,
    selection: Selection,
    format: Format,
    permit: OwnedSemaphorePermit,
    stop: CancellationToken,
) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    let (sender, pieces) = mpsc::channel(CHANNEL_PIECES);
    let (reading, running) = (store.clone(), Running::begun());
    let export = move || {
        let (_permit, _running) = (permit, running);
        let mut outlet = Outlet { sender, stop, runtime: Handle::current(), buffer: Vec::new() };
        match write(&reading, &selection, format, &mut outlet) {
            Ok(()) => {}
            Err(Stopped::ClientGone) => tracing::info!("export ended: the client has gone"),
            Err(Stopped::Failed(error)) => {
                tracing::error!(error = logged(&error), "export broken off");
                outlet.break_off();
            }
        }
    };
    // nobody waits for its end: the pieces end with it
    drop(store.spawn_long(export));
    stream_of(pieces)
}

/// The pieces; after the end it stays at its end, because compression asks once more.
fn stream_of(mut pieces: Pieces) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    stream::poll_fn(move |context| pieces.poll_recv(context))
}

/// Why an export ended early.
#[derive(Debug)]
enum Stopped {
    /// Nobody reads any more, or the server stops.
    ClientGone,
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Where encoded bytes go.
struct Outlet {
    sender: mpsc::Sender<io::Result<Bytes>>,
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
        let piece = Ok(Bytes::from(std::mem::take(&mut self.buffer)));
        let sending = self.stop.run_until_cancelled(self.sender.send_timeout(piece, STALL_LIMIT));
        match self.runtime.block_on(sending) {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(Stopped::ClientGone),
        }
    }

    /// Ends the body in a way that the client sees as broken.
    fn break_off(&self) {
        let _ = self.sender.try_send(Err(io::Error::other("the export failed")));
    }
}

fn write(
    store: &SpanStore,
    selection: &Selection,
    format: Format,
    outlet: &mut Outlet,
) -> Result<(), Stopped> {
    match selection {
        Selection::Spans(filter) => {
            let mut encoder = Encoder::of_spans(format, &mut outlet.buffer)?;
            let mut gone = None;
            let exported = store.export_spans(filter, &mut |spans| {
                encoder.spans(&spans, &mut outlet.buffer)?;
                outlet.pass_on(PIECE_BYTES).map_err(|stopped| {
                    gone = Some(stopped);
                    StoreError::Interrupted
                })
            });
            if let Some(stopped) = gone {
                return Err(stopped);
            }
            exported?;
            encoder.finish(&mut outlet.buffer)?;
        }
        Selection::Traces(filter) => {
            let mut encoder = Encoder::of_traces(format, &mut outlet.buffer)?;
            let mut after = None;
            loop {
                let page = outlet.runtime.block_on(store.traces(filter, TRACE_ROWS, after))?;
                encoder.traces(&page.items, &mut outlet.buffer)?;
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
    outlet.pass_on(1)
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    /// Scenario: the end of an export is asked for again, as a compressing layer does. Guarantee: it is the end again.
    #[tokio::test]
    async fn ended_stream_stays_ended() {
        let (sender, pieces) = mpsc::channel(1);
        sender.send(Ok(Bytes::from_static(b"row"))).await.unwrap();
        drop(sender);
        let mut stream = std::pin::pin!(stream_of(pieces));
        assert_eq!(stream.next().await.unwrap().unwrap(), "row");
        assert!(stream.next().await.is_none());
        assert!(stream.next().await.is_none());
    }
}
