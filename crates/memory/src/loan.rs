//! Memory that somebody holds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use crate::error::NoMemory;
use crate::purse::{Purse, UNIT_BYTES};

/// Reserved bytes of one part; dropping it gives them back.
pub struct Loan {
    purse: Arc<Purse>,
    held: Option<OwnedSemaphorePermit>,
}

impl Loan {
    pub(crate) fn new(purse: Arc<Purse>) -> Self {
        Self { purse, held: None }
    }

    /// Bytes that are held, rounded up to KiB.
    pub fn bytes(&self) -> u64 {
        self.units() * UNIT_BYTES
    }

    /// What this loan could grow by if there were no other.
    pub fn room_bytes(&self) -> u64 {
        self.purse.bytes_max().saturating_sub(self.bytes())
    }

    /// Reserves `bytes` more, and waits as long as others hold them.
    ///
    /// # Errors
    /// [`NoMemory::Ever`] when the part never has that many.
    pub async fn grow(&mut self, bytes: u64) -> Result<(), NoMemory> {
        self.acquire(bytes, None).await
    }

    /// Reserves `bytes` more, and waits at most `wait` for others to give them back.
    ///
    /// # Errors
    /// [`NoMemory::Now`] after that, [`NoMemory::Ever`] when the part never has that many.
    pub async fn grow_within(&mut self, bytes: u64, wait: Duration) -> Result<(), NoMemory> {
        self.acquire(bytes, Some(wait)).await
    }

    /// Reserves `bytes` more if they are free.
    ///
    /// # Errors
    /// [`NoMemory`] when they are not.
    pub fn try_grow(&mut self, bytes: u64) -> Result<(), NoMemory> {
        let permit = self.purse.try_acquire(self.units(), bytes.div_ceil(UNIT_BYTES))?;
        self.put(permit);
        Ok(())
    }

    /// Gives back what is held beyond `bytes`.
    pub fn shrink_to(&mut self, bytes: u64) {
        let surplus = self.units().saturating_sub(bytes.div_ceil(UNIT_BYTES));
        if let (Some(held), Ok(surplus)) = (&mut self.held, usize::try_from(surplus)) {
            drop(held.split(surplus));
        }
    }

    /// Takes over what `other` holds, which must be of the same account and part.
    ///
    /// # Panics
    /// When it is of another one.
    pub fn merge(&mut self, mut other: Self) {
        if let Some(permit) = other.held.take() {
            self.put(permit);
        }
    }

    async fn acquire(&mut self, bytes: u64, wait: Option<Duration>) -> Result<(), NoMemory> {
        let permit = self.purse.acquire(self.units(), bytes.div_ceil(UNIT_BYTES), wait).await?;
        self.put(permit);
        Ok(())
    }

    fn put(&mut self, permit: OwnedSemaphorePermit) {
        match &mut self.held {
            Some(held) => held.merge(permit),
            held => *held = Some(permit),
        }
    }

    fn units(&self) -> u64 {
        self.held.as_ref().map_or(0, |held| held.num_permits() as u64)
    }
}

impl std::fmt::Debug for Loan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Loan")
            .field("part", &self.purse.part)
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}
