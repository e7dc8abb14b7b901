//! What handles ask of the writer thread. It must not know how the writer does it.

use tokio::sync::oneshot;

use crate::error::AppendError;
use crate::record::{NewRecord, Sequence, Signal};
use crate::taken::RemotePosition;

/// A page of the file (`schema.rs`), and about what SQLite keeps of it for itself.
const PAGE_BYTES: u64 = 16 << 10;
const PAGE_HEADER_BYTES: u64 = 100;
/// Pages that a commit writes beside the payloads: the last leaf and what is above it, totals, the newest sequence.
pub(crate) const COMMIT_BYTES: u64 = 5 * PAGE_BYTES;

/// What a handle asks for; the writer answers through the channel in it.
pub(crate) enum Command {
    /// Make records durable.
    Append(Work),
    /// Raise a durable total, see [`crate::Wal::raise_accepted`].
    RaiseAccepted {
        signal: Signal,
        processed: u64,
        cursor: Sequence,
        ack: oneshot::Sender<Result<(), AppendError>>,
    },
    /// Empty SQLite's own log, see [`crate::Wal::settle`].
    Settle(oneshot::Sender<Result<bool, AppendError>>),
    /// Look for something to trim, or whether the disk works again.
    Wake,
    /// Finish and close the file.
    Close(oneshot::Sender<()>),
}

/// Records that become durable together, acknowledged with the sequence of the last one.
pub(crate) struct Work {
    pub(crate) records: Vec<NewRecord>,
    /// How far the log that they were pulled from has been read with them.
    pub(crate) position: Option<RemotePosition>,
    pub(crate) ack: oneshot::Sender<Result<Sequence, AppendError>>,
}

impl Work {
    pub(crate) fn bytes(&self) -> u64 {
        self.records.iter().map(|record| record.payload.len() as u64).sum()
    }

    /// About the bytes of the pages that the payloads and keys take: small ones share a page, large ones have their own.
    pub(crate) fn page_bytes(&self) -> u64 {
        let pages = |bytes: u64| {
            if bytes + PAGE_HEADER_BYTES > PAGE_BYTES { bytes.next_multiple_of(PAGE_BYTES) } else { bytes }
        };
        let payloads: u64 = self.records.iter().map(|record| pages(record.payload.len() as u64)).sum();
        let taken = self.position.iter().flat_map(|remote| &remote.taken);
        payloads + taken.map(|taken| pages(taken.keys.len() as u64)).sum::<u64>()
    }
}
