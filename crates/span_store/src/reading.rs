//! What one question reads, counted against the memory of reading until its answer is on its way.

use std::sync::Arc;
use std::time::Duration;

use junjo_memory::{Loan, Memory, NoMemory, Part};
use parking_lot::Mutex;

use crate::budget::Budget;
use crate::error::StoreError;

/// Most bytes in one page of an answer. With little memory it is less: see [`Reading::page_bytes`].
const PAGE_BYTES_MAX: u64 = 16 << 20;
/// Pages that the memory of reading holds at least; a page may have no more than its part.
const PAGES_MIN: u64 = 4;
/// How long a read waits for memory that others hold.
const WAIT: Duration = Duration::from_secs(2);

/// Memory that one question holds. Cheap to clone: the last clone that is dropped gives it back.
#[derive(Debug, Clone)]
pub struct Reading {
    held: Arc<Mutex<Loan>>,
    memory: Account,
}

/// The account, which has no form for logs.
#[derive(Clone)]
struct Account(Memory);

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Account")
    }
}

impl Reading {
    /// A question that holds nothing yet.
    pub(crate) fn new(memory: &Memory) -> Self {
        Self { held: Arc::new(Mutex::new(memory.empty(Part::Read))), memory: Account(memory.clone()) }
    }

    /// Bytes that are held.
    pub fn bytes(&self) -> u64 {
        self.held.lock().bytes()
    }

    /// Most bytes that one page of an answer may have: 16 MiB, or a quarter of the memory of reading.
    pub(crate) fn page_bytes(&self) -> usize {
        let bytes = PAGE_BYTES_MAX.min(self.share() / PAGES_MIN);
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// Most bytes that a question may gather over many reads: half of the memory of reading.
    pub(crate) fn whole_bytes(&self) -> usize {
        usize::try_from(self.share() / 2).unwrap_or(usize::MAX)
    }

    /// Gives back what is held beyond `bytes`.
    pub fn shrink_to(&self, bytes: u64) {
        self.held.lock().shrink_to(bytes);
    }

    /// Holds `bytes` more, as many of them as are free.
    pub fn hold_free(&self, bytes: u64) {
        let mut held = self.held.lock();
        let bytes = bytes.min(held.room_bytes());
        // the rest is held by nobody for as long as the answer is made
        let _ = held.try_grow(bytes);
    }

    /// Reserves `bytes` for an answer that waits for its reader, if they are free there. What is held here stays.
    pub fn try_send(&self, bytes: u64) -> Option<Loan> {
        self.memory.0.try_reserve(Part::Send, bytes).ok()
    }

    /// Holds what one page may have, for work that reads many one after the other.
    ///
    /// # Errors
    /// [`StoreError::NoMemory`] when others hold it for too long.
    pub async fn hold_page(&self) -> Result<(), StoreError> {
        self.hold(self.page_bytes()).await
    }

    /// Holds `bytes` more, for what is in memory already.
    ///
    /// # Errors
    /// [`StoreError::NoMemory`] when others hold them for too long, or there are never so many.
    pub(crate) async fn hold(&self, bytes: usize) -> Result<(), StoreError> {
        let loan = self.reserve(bytes as u64).await?;
        self.held.lock().merge(loan);
        Ok(())
    }

    /// Room for a read of up to `bytes`, or of what a question may still hold.
    ///
    /// # Errors
    /// [`StoreError::NoMemory`] when others hold them for too long.
    pub(crate) async fn room(&self, bytes: usize) -> Result<Room, StoreError> {
        let left = self.share().saturating_sub(self.bytes()).max(1);
        let loan = self.reserve(left.min(bytes as u64)).await?;
        Ok(Room { reading: self.clone(), loan })
    }

    /// The same for one page.
    pub(crate) async fn page(&self) -> Result<Room, StoreError> {
        self.room(self.page_bytes()).await
    }

    async fn reserve(&self, bytes: u64) -> Result<Loan, StoreError> {
        let (asked, bytes_max) = (self.bytes().saturating_add(bytes), self.share());
        if asked > bytes_max {
            return Err(NoMemory::Ever { part: Part::Read, asked, bytes_max }.into());
        }
        Ok(self.memory.0.reserve_within(Part::Read, bytes, WAIT).await?)
    }

    fn share(&self) -> u64 {
        self.memory.0.bytes_max(Part::Read)
    }
}

/// Memory for one read, taken before it begins: nobody waits for memory in the middle of a query.
pub(crate) struct Room {
    reading: Reading,
    loan: Loan,
}

impl Room {
    /// For the read.
    pub(crate) fn budget(&self) -> Budget {
        Budget::of(usize::try_from(self.loan.bytes()).unwrap_or(usize::MAX))
    }

    /// Ends the read: the question goes on holding `bytes` of it. A single row may be larger than there was room for.
    ///
    /// # Errors
    /// [`StoreError::NoMemory`] when it is, and there is none for it.
    pub(crate) async fn keep(mut self, bytes: usize) -> Result<(), StoreError> {
        self.loan.shrink_to(bytes as u64);
        let missing = (bytes as u64).saturating_sub(self.loan.bytes());
        self.reading.held.lock().merge(self.loan);
        if missing > 0 {
            self.reading.hold(usize::try_from(missing).unwrap_or(usize::MAX)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(memory: &Memory) -> u64 {
        memory.usage()[Part::Read as usize].used_bytes
    }

    /// Scenario: a question reads two pages, of which the second has a row that is larger than its room; then one that is larger
    /// than all. Guarantee: what is kept is counted until the last clone is dropped, and the row that never fits is told from
    /// one that has to wait.
    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_counted() {
        let memory = Memory::of_its_own();
        let share = memory.bytes_max(Part::Read);
        let reading = Reading::new(&memory);
        let room = reading.room(8 << 10).await.unwrap();
        assert_eq!((used(&memory), room.budget().left()), (8 << 10, 8 << 10));
        room.keep(3 << 10).await.unwrap();
        reading.room(1 << 10).await.unwrap().keep(5 << 10).await.unwrap();
        assert_eq!((used(&memory), reading.bytes()), (8 << 10, 8 << 10));
        let never = reading.hold(usize::try_from(share).unwrap()).await.unwrap_err();
        assert!(matches!(never, StoreError::NoMemory(NoMemory::Ever { .. })), "{never:?}");
        let other = Reading::new(&memory);
        let now = other.hold(usize::try_from(share).unwrap()).await.unwrap_err();
        assert!(matches!(now, StoreError::NoMemory(NoMemory::Now(Part::Read))), "{now:?}");
        drop(reading.clone());
        assert_eq!(used(&memory), 8 << 10);
        drop(reading);
        assert_eq!(used(&memory), 0);
    }
}
