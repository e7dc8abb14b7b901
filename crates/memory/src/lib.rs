//! The account of the process's memory: whatever takes memory whose size an outsider chooses reserves it here first, and
//! gives it back. It counts bytes and knows nothing of what they are used for.
//!
//! Each [`Part`] has a share of its own, so that nobody's use of one part takes from another, and nobody can wait for memory
//! while holding what somebody else waits for. Whoever reserves holds a [`Loan`]; dropping it gives the bytes back.

mod loan;
mod part;
mod shares;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use loan::Loan;
pub use part::Part;
pub use shares::{MEMORY_LIMIT_MIN, Shares};

/// One permit of a semaphore stands for this many bytes.
const UNIT_BYTES: u64 = 1024;

/// There is no memory for what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoMemory {
    /// Others hold it at the moment; worth a retry.
    #[error("the server has no memory left for {}: try again", .0.purpose())]
    Now(Part),
    /// More was asked than this part ever has.
    #[error("{} bytes are more than the server has for {} ({bytes_max}): raise JUNJO_MEMORY_LIMIT", .asked, .part.purpose())]
    Ever {
        /// The part that was asked.
        part: Part,
        /// What was asked for, in bytes.
        asked: u64,
        /// The whole share of the part, in bytes.
        bytes_max: u64,
    },
}

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

/// The account; cheap to clone.
#[derive(Clone)]
pub struct Memory {
    purses: Arc<[Purse; Part::ALL.len()]>,
}

/// The share of one part.
struct Purse {
    part: Part,
    free: Arc<Semaphore>,
    units_max: u64,
    peak_units: AtomicU64,
    refused: AtomicU64,
}

impl Memory {
    /// An account that divides memory as `shares` say.
    pub fn new(shares: &Shares) -> Self {
        let purses = Part::ALL.map(|part| Purse::new(part, shares.bytes_of(part)));
        Self { purses: Arc::new(purses) }
    }

    /// An account of its own for tools and tests: the shares of 1 GiB.
    pub fn of_its_own() -> Self {
        Self::new(&Shares::of(1 << 30))
    }

    /// Reserves `bytes`, and waits as long as others hold them.
    ///
    /// # Errors
    /// [`NoMemory::Ever`] when the part never has that many.
    pub async fn reserve(&self, part: Part, bytes: u64) -> Result<Loan, NoMemory> {
        let mut loan = self.empty(part);
        loan.grow(bytes).await?;
        Ok(loan)
    }

    /// Reserves `bytes`, and waits at most `wait` for others to give them back.
    ///
    /// # Errors
    /// [`NoMemory::Now`] after that, [`NoMemory::Ever`] when the part never has that many.
    pub async fn reserve_within(&self, part: Part, bytes: u64, wait: Duration) -> Result<Loan, NoMemory> {
        let mut loan = self.empty(part);
        loan.grow_within(bytes, wait).await?;
        Ok(loan)
    }

    /// Reserves `bytes` if they are free.
    ///
    /// # Errors
    /// [`NoMemory`] when they are not.
    pub fn try_reserve(&self, part: Part, bytes: u64) -> Result<Loan, NoMemory> {
        let mut loan = self.empty(part);
        loan.try_grow(bytes)?;
        Ok(loan)
    }

    /// A loan of nothing yet.
    pub fn empty(&self, part: Part) -> Loan {
        Loan::new(self.clone(), part)
    }

    /// The whole share of a part, in bytes.
    pub fn bytes_max(&self, part: Part) -> u64 {
        self.purse(part).units_max * UNIT_BYTES
    }

    /// How each part is used.
    pub fn usage(&self) -> [Usage; Part::ALL.len()] {
        Part::ALL.map(|part| {
            let purse = self.purse(part);
            Usage {
                part,
                used_bytes: purse.used_units() * UNIT_BYTES,
                peak_bytes: purse.peak_units.load(Ordering::Relaxed) * UNIT_BYTES,
                max_bytes: purse.units_max * UNIT_BYTES,
                refused: purse.refused.load(Ordering::Relaxed),
            }
        })
    }

    fn purse(&self, part: Part) -> &Purse {
        &self.purses[part as usize]
    }
}

impl Purse {
    fn new(part: Part, bytes: u64) -> Self {
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
    async fn acquire(
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

    fn try_acquire(&self, held: u64, units: u64) -> Result<OwnedSemaphorePermit, NoMemory> {
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
}

#[cfg(test)]
mod tests;
