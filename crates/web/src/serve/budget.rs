//! Memory for answers that wait for their reader: of the whole account, and not all of it for one connection or address.
//!
//! What a handler made is in memory as a whole, so it is reserved as a whole before its head is sent; what it streams is
//! reserved piece by piece. What lives in the program (the page's files) or is shared by all who ask costs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::select_all;
use junjo_memory::{Loan, Memory, NoMemory, Part};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// Not counted: there are at most as many of these as streams, and a bound on what is buffered of each.
pub(super) const SMALL_BYTES: usize = 4 << 10;
/// One connection holds at most this part of all that waits to be sent, or one answer.
const CONNECTION_SHARE: u64 = 4;
/// The same for one address.
const ADDRESS_SHARE: u64 = 2;
/// How long a streamed answer waits for memory to send its next piece.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Bytes of one connection or address.
#[derive(Debug, Default)]
pub(super) struct Tally {
    held: AtomicU64,
    freed: Notify,
}

impl Tally {
    /// Counts `bytes` if they fit into `max`, or if there is nothing else.
    fn add(&self, bytes: u64, max: u64) -> bool {
        let sum =
            |held: u64| (held == 0 || held.saturating_add(bytes) <= max).then(|| held.saturating_add(bytes));
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).is_ok()
    }

    fn subtract(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
        self.freed.notify_waiters();
    }
}

/// What one connection may have waiting.
#[derive(Clone)]
pub(super) struct Budget {
    memory: Memory,
    /// Of the connection, and of its address if that counts, each with what it may hold.
    tallies: Vec<(Arc<Tally>, u64)>,
}

/// Bytes that wait for their reader; dropping it gives them back.
pub(super) struct Held {
    _counted: Counted,
    /// None for what its maker has reserved.
    _loan: Option<Loan>,
}

/// Bytes in the tallies.
struct Counted {
    tallies: Vec<(Arc<Tally>, u64)>,
    bytes: u64,
}

impl Budget {
    pub(super) fn new(memory: Memory, address: Option<Arc<Tally>>) -> Self {
        let whole = memory.bytes_max(Part::Send);
        let connection = (Arc::new(Tally::default()), whole / CONNECTION_SHARE);
        let tallies = [Some(connection), address.map(|tally| (tally, whole / ADDRESS_SHARE))];
        Self { memory, tallies: tallies.into_iter().flatten().collect() }
    }

    /// Reserves `bytes` if they are free.
    pub(super) fn try_hold(&self, bytes: usize) -> Result<Held, NoMemory> {
        let counted = self.count(bytes).ok_or(NoMemory::Now(Part::Send))?;
        let loan = self.memory.try_reserve(Part::Send, counted.bytes)?;
        Ok(Held { _counted: counted, _loan: Some(loan) })
    }

    /// Counts `bytes` that their maker has reserved among those of the connection and the address.
    pub(super) fn try_count(&self, bytes: usize) -> Result<Held, NoMemory> {
        let counted = self.count(bytes).ok_or(NoMemory::Now(Part::Send))?;
        Ok(Held { _counted: counted, _loan: None })
    }

    /// Reserves `bytes`, and waits a while for others to be sent.
    pub(super) async fn hold(self, bytes: usize) -> Result<Held, NoMemory> {
        let until = Instant::now() + WAIT_MAX;
        let counted = loop {
            // before the look, so that what is freed after it is not missed
            let freed = self.tallies.iter().map(|(tally, _)| Box::pin(tally.freed.notified()));
            let freed: Vec<_> = freed.collect();
            if let Some(counted) = self.count(bytes) {
                break counted;
            }
            timeout_at(until, select_all(freed)).await.map_err(|_| NoMemory::Now(Part::Send))?;
        };
        let wait = until.saturating_duration_since(Instant::now());
        let loan = self.memory.reserve_within(Part::Send, counted.bytes, wait).await?;
        Ok(Held { _counted: counted, _loan: Some(loan) })
    }

    /// Counts `bytes` in every tally, or in none.
    fn count(&self, bytes: usize) -> Option<Counted> {
        let mut counted = Counted { tallies: Vec::new(), bytes: bytes as u64 };
        for (tally, max) in &self.tallies {
            if !tally.add(counted.bytes, *max) {
                // nobody is told: it would wake this waiter itself, and what keeps it waiting is still held
                for (tally, _) in counted.tallies.drain(..) {
                    tally.held.fetch_sub(counted.bytes, Ordering::Relaxed);
                }
                return None;
            }
            counted.tallies.push((Arc::clone(tally), *max));
        }
        Some(counted)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.tallies.iter().for_each(|(tally, _)| tally.subtract(self.bytes));
    }
}
