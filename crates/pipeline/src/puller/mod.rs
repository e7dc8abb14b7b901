//! The puller: takes acknowledged export requests out of ingestion services and into our own wal (split mode).
//!
//! Records and the remote position become durable in one transaction; only then may the remote forget them. Our own
//! ingestion service is read batch by batch, Junjo's existing one span by span. Everything after our wal is the same as
//! in embedded mode.

mod batches;
mod legacy;
mod remote;
mod sources;

use std::time::Duration;

use junjo_wal::Wal;
use junjo_web::{SharedClock, logged};
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic::transport::Endpoint;

use remote::{CALL_TIME_MAX, PullError, Remote};

pub use remote::PullerConfig;
pub use sources::{SourceMode, SourceRejection, SourceState, Sources};

/// First pause after a failure; doubled up to [`BACKOFF_MAX`].
const BACKOFF_MIN: Duration = Duration::from_millis(250);
/// Longest pause: an ingestion service that comes back is read again within seconds.
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// The name under which [`Wal::remote_position`] has how far Junjo's existing ingestion service at `url` was read: a key of it, a
/// ULID of 16 bytes.
pub fn existing_service(url: &str) -> String {
    legacy::source(url.trim())
}

/// Reads one ingestion service.
pub struct Puller {
    remote: Remote,
    endpoint: Endpoint,
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
        Ok(Self { remote: Remote { config, token, wal, clock, sources }, endpoint })
    }

    /// Runs until `stop` is cancelled; reconnects for ever.
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = BACKOFF_MIN;
        while !stop.is_cancelled() {
            let began = self.remote.clock.monotonic();
            let Some(ended) = stop.run_until_cancelled(self.pull()).await else { return };
            if let Err(error) = ended {
                self.remote.sources.failed(&self.remote.config.url, &error);
                tracing::warn!(
                    source = self.remote.config.url,
                    error = logged(&error),
                    "pulling was interrupted, will be tried again"
                );
            }
            if self.remote.clock.monotonic().saturating_sub(began) > BACKOFF_MAX {
                backoff = BACKOFF_MIN;
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(backoff)).await;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }

    /// Pulls until something fails.
    async fn pull(&self) -> Result<(), PullError> {
        let channel = self.endpoint.connect().await.map_err(PullError::Connect)?;
        match batches::pull(&self.remote, channel.clone()).await {
            Err(PullError::Call { code: Code::Unimplemented, .. }) => {
                legacy::pull(&self.remote, channel).await
            }
            other => other,
        }
    }
}
