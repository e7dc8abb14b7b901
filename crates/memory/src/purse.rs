//! The share of one part, and who has what of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::NoMemory;
use crate::part::Part;

/// One permit of a semaphore stands for this many bytes.
pub(crate) const UNIT_BYTES: u64 = 1024;

/// How a part is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// The part.
    pub part: Part,
    /// Bytes that are reserved now.
    pub used_bytes: u64,
    /// Most bytes that were reserved at once since the process started.
    pub peak_bytes: u64,
    /// Its whole share, in bytes.
    pub max_bytes: u64,
    /// How often somebody went without.
    pub refused: u64,
}

/// The share of one part.
pub(crate) struct Purse {
    pub(crate) part: Part,
    free: Arc<Semaphore>,
    units_max: u64,
    peak_units: AtomicU64,
    refused: AtomicU64,
}

impl Purse {
    pub(crate) fn new(part: Part, bytes: u64) -> Self {
        let units_max = (bytes / UNIT_BYTES).min(Semaphore::MAX_PERMITS as u64);
        Self {
            part,
            free: Arc::new(Semaphore::new(usize::try_from(units_max).unwrap_or(Semaphore::MAX_PERMITS))),
            units_max,
            peak_units: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Permits for `units` besides the `held` ones, `None` when others have them for longer than `wait`.
    pub(crate) async fn acquire(
        &self,
        held: u64,
        units: u64,
        wait: Option<Duration>,
    ) -> Result<OwnedSemaphorePermit, NoMemory> {
        let wanted = self.possible(held, units)?;
        let acquire = Arc::clone(&self.free).acquire_many_owned(wanted);
        let permit = match wait {
            None => acquire.await.ok(),
            Some(wait) => tokio::time::timeout(wait, acquire).await.ok().and_then(Result::ok),
        };
        permit.map(|permit| self.taken(permit)).ok_or_else(|| self.refuse(NoMemory::Now(self.part)))
    }

    pub(crate) fn try_acquire(&self, held: u64, units: u64) -> Result<OwnedSemaphorePermit, NoMemory> {
        let wanted = self.possible(held, units)?;
        let permit = Arc::clone(&self.free).try_acquire_many_owned(wanted).ok();
        permit.map(|permit| self.taken(permit)).ok_or_else(|| self.refuse(NoMemory::Now(self.part)))
    }

    /// The permits to ask for, if there can ever be so many.
    fn possible(&self, held: u64, units: u64) -> Result<u32, NoMemory> {
        let whole = held.saturating_add(units);
        let wanted = u32::try_from(units).ok().filter(|_| whole <= self.units_max);
        wanted.ok_or_else(|| {
            let asked = whole.saturating_mul(UNIT_BYTES);
            self.refuse(NoMemory::Ever { part: self.part, asked, bytes_max: self.units_max * UNIT_BYTES })
        })
    }

    fn taken(&self, permit: OwnedSemaphorePermit) -> OwnedSemaphorePermit {
        self.peak_units.fetch_max(self.used_units(), Ordering::Relaxed);
        permit
    }

    fn refuse(&self, reason: NoMemory) -> NoMemory {
        self.refused.fetch_add(1, Ordering::Relaxed);
        reason
    }

    fn used_units(&self) -> u64 {
        self.units_max.saturating_sub(self.free.available_permits() as u64)
    }

    /// The whole share, in bytes.
    pub(crate) fn bytes_max(&self) -> u64 {
        self.units_max * UNIT_BYTES
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            part: self.part,
            used_bytes: self.used_units() * UNIT_BYTES,
            peak_bytes: self.peak_units.load(Ordering::Relaxed) * UNIT_BYTES,
            max_bytes: self.bytes_max(),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}
