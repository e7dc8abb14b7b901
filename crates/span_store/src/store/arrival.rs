//! Whether what was acknowledged can be queried yet, and waiting until it can.

use std::time::Duration;

use junjo_wal::Sequence;
use tokio::time::{Instant, timeout_at};

use super::SpanStore;
use crate::error::StoreError;
use crate::index::options::IndexState;

impl SpanStore {
    /// The newest acknowledged record.
    pub fn acknowledged(&self) -> Sequence {
        *self.wal.committed().borrow()
    }

    /// Whether the index is open and has all that it is to have of archive and log, but for what has just come.
    pub fn is_whole(&self) -> bool {
        self.index.state() == IndexState::Ok
    }

    /// Whether queries are known to see every record up to `sequence`. False also where only looking into the log can tell
    /// ([`Self::queryable_within`] does).
    pub fn has_indexed(&self, sequence: Sequence) -> bool {
        self.is_whole() && self.index.progress().indexed_through() >= sequence
    }

    /// Waits until queries see every record up to `sequence`, at most `limit`; false when they do not by then, and at once
    /// while the index is not open or is filled from the archive.
    pub async fn queryable_within(&self, sequence: Sequence, limit: Duration) -> Result<bool, StoreError> {
        let end = Instant::now() + limit;
        let mut committed = self.index.committed();
        loop {
            committed.mark_unchanged();
            let state = self.index.state();
            let reads_on = matches!(state, IndexState::Ok | IndexState::ReadingLog { .. });
            if !reads_on || self.has_all_through(sequence).await? {
                return Ok(reads_on);
            }
            if !matches!(timeout_at(end, committed.changed()).await, Ok(Ok(()))) {
                return self.has_all_through(sequence).await;
            }
        }
    }

    /// Whether an index that has what the archive has is behind no record of the log up to `sequence`. A sequence may have been
    /// passed over: a log that is made anew starts far above its predecessor.
    async fn has_all_through(&self, sequence: Sequence) -> Result<bool, StoreError> {
        let cursor = self.index.progress().indexed_through();
        if cursor >= sequence {
            return Ok(true);
        }
        let wal = self.wal.clone();
        let next = tokio::task::spawn_blocking(move || wal.sizes_after(cursor, 1));
        let next = next.await.map_err(StoreError::Worker)?.map_err(StoreError::Wal)?;
        Ok(next.first().is_none_or(|next| next.sequence > sequence))
    }
}
