//! One ingestion service as both ways of reading see it: calls that carry the token, and our wal that takes what they
//! bring.

use std::time::Duration;

use junjo_wal::{AppendError, KeyRange, NewRecord, RemotePosition, Wal};
use junjo_web::SharedClock;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::{Code, Request, Status};

use super::sources::Sources;

/// Time for a connection, and for one short call.
pub(super) const CALL_TIME_MAX: Duration = Duration::from_secs(10);
/// Largest answer of an ingestion service: one batch of 64 MiB and its envelope.
pub(super) const MESSAGE_BYTES_MAX: usize = 80 << 20;
/// Pause while our own wal is full: the ingestion service keeps what we cannot take yet.
const FULL_PAUSE: Duration = Duration::from_millis(500);
/// Pages that our wal holds at least.
const PAGES_IN_LOG: u64 = 4;

/// Why a source is not being read at the moment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PullError {
    #[error("the ingestion service cannot be reached")]
    Connect(#[source] tonic::transport::Error),
    #[error("the ingestion service answered {code:?}: {message}")]
    Call { code: Code, message: String },
    #[error("the ingestion service has been silent for too long")]
    Silent,
    #[error("the ingestion service sent a damaged or unknown batch: {0}")]
    Batch(String),
    #[error("the write-ahead log cannot take more")]
    Wal(#[source] AppendError),
    #[error("the write-ahead log cannot be read")]
    Read(#[source] junjo_wal::WalError),
    #[error("a worker thread died")]
    Worker(#[source] tokio::task::JoinError),
}

impl From<Status> for PullError {
    fn from(status: Status) -> Self {
        Self::Call { code: status.code(), message: status.message().chars().take(200).collect() }
    }
}

/// Where to pull from.
#[derive(Debug, Clone)]
pub struct PullerConfig {
    /// `http://host:50052`
    pub url: String,
    /// The shared token of the internal gRPC.
    pub token: Option<String>,
    /// How this server calls itself; the remote keeps what this consumer has not confirmed.
    pub consumer_id: String,
}

/// An ingestion service, and where its telemetry goes.
pub(super) struct Remote {
    pub(super) config: PullerConfig,
    pub(super) token: Option<MetadataValue<Ascii>>,
    pub(super) wal: Wal,
    pub(super) clock: SharedClock,
    pub(super) sources: Sources,
}

impl Remote {
    pub(super) fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        request
    }

    /// `usual`, or less when our wal is small: a page larger than the wal would never fit into it.
    pub(super) fn page_bytes(&self, usual: u32) -> u32 {
        usual.min(u32::try_from(self.wal.bytes_max() / PAGES_IN_LOG).unwrap_or(u32::MAX)).max(1)
    }

    /// Makes records and position durable; waits while our wal or disk is full, because the remote still has them.
    pub(super) async fn store(&self, records: Vec<NewRecord>, to: RemotePosition) -> Result<(), PullError> {
        loop {
            let stored = self.wal.append_pulled_to(records.clone(), to.clone()).await;
            match stored {
                Ok(_) => return Ok(()),
                Err(error @ (AppendError::Full { .. } | AppendError::DiskFull { .. })) => {
                    self.sources.failed(&self.config.url, &error);
                    tokio::time::sleep(FULL_PAUSE).await;
                }
                Err(error) => return Err(PullError::Wal(error)),
            }
        }
    }

    pub(super) async fn position(&self, source: &str) -> Result<Option<Vec<u8>>, PullError> {
        let (wal, source) = (self.wal.clone(), source.to_owned());
        let read = tokio::task::spawn_blocking(move || wal.remote_position(&source)).await;
        read.map_err(PullError::Worker)?.map_err(PullError::Read)
    }
    /// Packed keys that were noted with what was taken from `source`.
    pub(super) async fn taken_keys(&self, source: &str, range: KeyRange) -> Result<Vec<Vec<u8>>, PullError> {
        let (wal, source) = (self.wal.clone(), source.to_owned());
        let read = tokio::task::spawn_blocking(move || wal.taken_keys(&source, &range)).await;
        read.map_err(PullError::Worker)?.map_err(PullError::Read)
    }
}
