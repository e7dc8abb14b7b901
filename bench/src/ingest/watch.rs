//! Looks at the server's status while spans are sent, and until all of them are queryable.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::report::Sample;
use crate::subject::{Api, Status};

/// Between two looks while sending: seldom, because each is a request and a query.
const SENDING_INTERVAL: Duration = Duration::from_millis(250);
/// Between two looks while waiting for the end.
const DRAIN_INTERVAL: Duration = Duration::from_millis(20);
/// Time without progress after which a drain is given up.
const STALL_LIMIT: Duration = Duration::from_mins(1);

/// Looks now and then.
pub(crate) struct Watch<'a> {
    pub(crate) api: &'a Api,
    /// Samples say how long after this they were taken.
    pub(crate) started: Instant,
}

impl Watch<'_> {
    /// Runs `work` and looks meanwhile.
    pub(crate) async fn during<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<(T, Vec<Sample>)> {
        let samples = RefCell::default();
        let result = tokio::select! {
            result = work => result?,
            never = self.look(&samples) => match never {},
        };
        Ok((result, samples.into_inner()))
    }

    async fn look(&self, samples: &RefCell<Vec<Sample>>) -> Infallible {
        loop {
            // a server under this load may be slow to answer; the next look will do
            if let Ok(status) = self.api.status().await {
                samples.borrow_mut().push(Sample { at: self.started.elapsed(), status });
            }
            tokio::time::sleep(SENDING_INTERVAL).await;
        }
    }
}

/// Waits until `sent` acknowledged spans are queryable.
pub(crate) async fn drain(api: &Api, sent: u64) -> anyhow::Result<Status> {
    let (mut newest, mut moved) = (0, Instant::now());
    loop {
        let status = api.status().await?;
        if status.accepted_spans >= sent && status.accepted_spans == status.indexed_spans {
            return Ok(status);
        }
        if status.indexed_spans > newest {
            (newest, moved) = (status.indexed_spans, Instant::now());
        }
        if moved.elapsed() > STALL_LIMIT {
            bail!("nothing was indexed for {STALL_LIMIT:?}: {status:?}");
        }
        tokio::time::sleep(DRAIN_INTERVAL).await;
    }
}
