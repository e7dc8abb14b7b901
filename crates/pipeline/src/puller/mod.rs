//! The puller: takes acknowledged export requests out of ingestion services and into our own log (split mode).
//!
//! Records and the remote position become durable in one transaction; only then may the remote forget them. Our own
//! ingestion service is read batch by batch, Junjo's existing one span by span. Everything after our log is the same as
//! in embedded mode.

mod batches;
mod legacy;
mod sources;

use std::time::Duration;

use junjo_wal::{AppendError, NewRecord, Wal};
use junjo_web::SharedClock;
use tokio_util::sync::CancellationToken;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

pub use sources::{SourceMode, SourceRejection, SourceState, Sources};

/// First pause after a failure; doubled up to [`BACKOFF_MAX`].
const BACKOFF_MIN: Duration = Duration::from_millis(250);
/// Longest pause: an ingestion service that comes back is read again within seconds.
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// Time for a connection, and for one short call.
const CALL_TIME_MAX: Duration = Duration::from_secs(10);
/// Pause while our own log is full: the remote keeps what we cannot take yet.
const FULL_PAUSE: Duration = Duration::from_millis(500);
/// Pages that our log holds at least.
const PAGES_IN_LOG: u64 = 4;
/// Largest answer of a remote: one batch of 64 MiB and its envelope.
const MESSAGE_BYTES_MAX: usize = 80 << 20;

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
    #[error("the log cannot take more")]
    Log(#[source] AppendError),
    #[error("the log cannot be read")]
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

/// Reads one ingestion service.
pub struct Puller {
    config: PullerConfig,
    endpoint: Endpoint,
    token: Option<MetadataValue<Ascii>>,
    wal: Wal,
    clock: SharedClock,
    sources: Sources,
}

/// The URL or the token of a source cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is not the URL of an ingestion service, like http://host:50052, or its token is not printable ASCII"
)]
pub struct SourceConfigError(String);

impl Puller {
    /// A puller into `wal` whose state shows up in `sources`.
    pub fn new(
        config: PullerConfig,
        wal: Wal,
        clock: SharedClock,
        sources: Sources,
    ) -> Result<Self, SourceConfigError> {
        let refused = || SourceConfigError(config.url.clone());
        let endpoint = Endpoint::from_shared(config.url.clone()).map_err(|_| refused())?;
        let endpoint = endpoint
            .connect_timeout(CALL_TIME_MAX)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_while_idle(true);
        let token = config.token.as_ref().map(|token| format!("Bearer {token}").parse()).transpose();
        let token = token.map_err(|_| refused())?;
        sources.add(&config.url);
        Ok(Self { config, endpoint, token, wal, clock, sources })
    }

    /// Runs until `stop` is cancelled; reconnects for ever.
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = BACKOFF_MIN;
        while !stop.is_cancelled() {
            let began = self.clock.monotonic();
            let Some(ended) = stop.run_until_cancelled(self.pull()).await else { return };
            if let Err(error) = ended {
                self.sources.failed(&self.config.url, &error);
                tracing::warn!(
                    source = self.config.url,
                    error = &error as &dyn std::error::Error,
                    "pulling was interrupted, will be tried again"
                );
            }
            if self.clock.monotonic().saturating_sub(began) > BACKOFF_MAX {
                backoff = BACKOFF_MIN;
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(backoff)).await;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }

    /// Pulls until something fails.
    async fn pull(&self) -> Result<(), PullError> {
        let channel = self.endpoint.connect().await.map_err(PullError::Connect)?;
        match batches::pull(self, channel.clone()).await {
            Err(PullError::Call { code: Code::Unimplemented, .. }) => legacy::pull(self, channel).await,
            other => other,
        }
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        request
    }

    /// `usual`, or less when our log is small: a page larger than the log would never fit into it.
    fn page_bytes(&self, usual: u32) -> u32 {
        usual.min(u32::try_from(self.wal.bytes_max() / PAGES_IN_LOG).unwrap_or(u32::MAX)).max(1)
    }

    /// Makes records and position durable; waits while our log or disk is full, because the remote still has them.
    async fn store(&self, records: Vec<NewRecord>, source: &str, position: Vec<u8>) -> Result<(), PullError> {
        loop {
            let stored = self.wal.append_pulled(records.clone(), source.to_owned(), position.clone()).await;
            match stored {
                Ok(_) => return Ok(()),
                Err(error @ (AppendError::Full { .. } | AppendError::DiskFull { .. })) => {
                    self.sources.failed(&self.config.url, &error);
                    tokio::time::sleep(FULL_PAUSE).await;
                }
                Err(error) => return Err(PullError::Log(error)),
            }
        }
    }

    async fn position(&self, source: &str) -> Result<Option<Vec<u8>>, PullError> {
        let (wal, source) = (self.wal.clone(), source.to_owned());
        let read = tokio::task::spawn_blocking(move || wal.remote_position(&source)).await;
        read.map_err(PullError::Worker)?.map_err(PullError::Read)
    }
}

/// A client with the limits of this module.
macro_rules! client {
    ($client:ty, $channel:expr) => {
        <$client>::new($channel).max_decoding_message_size($crate::puller::MESSAGE_BYTES_MAX)
    };
}
use client;

/// What the two ways of reading call over.
type Connection = Channel;
