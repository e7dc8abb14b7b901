//! The account of the process's memory: whatever takes memory whose size an outsider chooses reserves it here first, and
//! gives it back. It counts bytes and knows nothing of what they are used for.
//!
//! Each [`Part`] has a share of its own, so that nobody's use of one part takes from another, and nobody can wait for memory
//! while holding what somebody else waits for. Whoever reserves holds a [`Loan`]; dropping it gives the bytes back.

mod error;
mod loan;
mod part;
mod purse;
mod shares;

use std::sync::Arc;
use std::time::Duration;

pub use error::NoMemory;
pub use loan::Loan;
pub use part::Part;
use purse::Purse;
pub use purse::Usage;
pub use shares::{MEMORY_LIMIT_MIN, Shares};

/// The account; cheap to clone.
#[derive(Clone)]
pub struct Memory {
    purses: Arc<[Arc<Purse>; Part::ALL.len()]>,
}

impl Memory {
    /// An account that divides memory as `shares` say.
    pub fn new(shares: &Shares) -> Self {
        let purses = Part::ALL.map(|part| Arc::new(Purse::new(part, shares.bytes_of(part))));
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
        Loan::new(Arc::clone(self.purse(part)))
    }

    /// The whole share of a part, in bytes.
    pub fn bytes_max(&self, part: Part) -> u64 {
        self.purse(part).bytes_max()
    }

    /// How each part is used.
    pub fn usage(&self) -> [Usage; Part::ALL.len()] {
        Part::ALL.map(|part| self.purse(part).usage())
    }

    fn purse(&self, part: Part) -> &Arc<Purse> {
        &self.purses[part as usize]
    }
}

#[cfg(test)]
mod tests;
