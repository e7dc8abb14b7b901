//! The memory budget of messages being received. A share is reserved before a message is buffered and given back
//! when its request ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;

/// One permit stands for this many bytes.
const UNIT_BYTES: usize = 1024;

#[derive(Clone)]
pub(crate) struct Admission {
    units: Arc<Semaphore>,
    wait: Duration,
}

/// A reserved share; dropping it gives the memory back.
#[derive(Default)]
pub(crate) struct Share {
    held: Option<OwnedSemaphorePermit>,
}

impl Admission {
    pub(crate) fn new(bytes_max: usize, wait: Duration) -> Self {
        Self { units: Arc::new(Semaphore::new(bytes_max / UNIT_BYTES)), wait }
    }

    /// Reserves `bytes` more for `share`, waiting a little when there is no room.
    pub(crate) async fn reserve(&self, share: &mut Share, bytes: usize) -> Result<(), Refusal> {
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        let acquire = Arc::clone(&self.units).acquire_many_owned(units);
        match tokio::time::timeout(self.wait, acquire).await {
            Ok(Ok(permit)) => {
                match &mut share.held {
                    Some(held) => held.merge(permit),
                    held => *held = Some(permit),
                }
                Ok(())
            }
            _ => Err(Refusal::Unavailable("too many bytes are being received at once: try again".to_owned())),
        }
    }
}
