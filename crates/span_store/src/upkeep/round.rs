//! One round of upkeep: what can be done now for retention, deletions and compaction. A timer calls it.

use super::handle::UpkeepWork;
use super::state::Upkeep;
use super::trust::Moment;
use crate::error::{StoreError, chain};
use crate::index::options::IndexState;

impl UpkeepWork {
    /// Does one round; true when there may be more to do at once. One part that fails does not keep the others from
    /// being done. While the index is not in order nothing is done: a rebuild reads the files as they were.
    pub(crate) async fn round(&self, now: Moment) -> Result<bool, StoreError> {
        if self.index.state() != IndexState::Ok {
            return Ok(false);
        }
        self.check_damaged_again().await?;
        let now_unix_nano = now.unix_nano;
        let expired = self.expire_by(now).await;
        let deleted = self.advance_deletions(now_unix_nano).await;
        let compacted = self.compact_next(now_unix_nano).await;
        let swept = self.archive.sweep().await;
        let outcome = expired.and(deleted).and(swept).and(compacted);
        let mut state = self.state();
        state.shown.last_at_unix_nano = Some(now_unix_nano);
        state.shown.last_error = outcome.as_ref().err().map(|error| chain(error));
        outcome
    }

    /// Retention, by a time that may be believed.
    async fn expire_by(&self, now: Moment) -> Result<(), StoreError> {
        let believed = self.believed_time(now).await?;
        let expired = self.expire(now.unix_nano, believed).await;
        let aged = match believed {
            Some(time) => self.expire_services(time).await,
            None => Ok(()),
        };
        expired.and(aged)
    }

    /// How upkeep went.
    pub(crate) fn report(&self) -> Upkeep {
        let shown = self.state().shown.clone();
        Upkeep { pending_deletions: self.catalog().deletions().pending().len(), ..shown }
    }

    /// Archive files that can be read again may be merged again.
    async fn check_damaged_again(&self) -> Result<(), StoreError> {
        let archive = self.archive.clone();
        let check = move || Ok(archive.unreadable().check_again());
        for path in self.long_work.run(check).await? {
            self.state().damaged.remove(&path);
        }
        Ok(())
    }
}
