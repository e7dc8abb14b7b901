//! The time that retention goes by, kept in `app.db` from process to process.

use junjo_wal::Sequence;

use super::handle::UpkeepWork;
use super::trust::{Begun, Moment, Verdict, note};
use crate::catalog::clock::Known;
use crate::error::StoreError;

const DAY_NANOS: i64 = 86_400_000_000_000;
/// Between two notes of the believed time: far less than the jump that is looked for.
const NOTE_NANOS: i64 = 600_000_000_000;

impl UpkeepWork {
    /// The time, if it may be believed; notes it from time to time.
    pub(super) async fn believed_time(&self, now: Moment) -> Result<Option<i64>, StoreError> {
        let newest = *self.wal.committed().borrow();
        let (verdict, begun) = {
            let mut state = self.state();
            let begun = *state.begun.get_or_insert(Begun { moment: now, newest });
            let verdict = state.trust.judge(now);
            state.shown.note = match verdict {
                Verdict::Jumped { by_nanos, .. } => Some(note(by_nanos)),
                _ => None,
            };
            (verdict, begun)
        };
        let known = self.catalog().clock().known();
        match verdict {
            Verdict::Unknown | Verdict::Jumped { is_new: false, .. } => Ok(None),
            Verdict::Jumped { by_nanos, .. } => {
                tracing::warn!("{}", note(by_nanos));
                Ok(None)
            }
            Verdict::Believed => {
                let is_due = |last: Option<i64>, after| {
                    last.is_none_or(|last| now.unix_nano.saturating_sub(last) >= after)
                };
                let marks = is_due(known.marked_unix_nano(), DAY_NANOS);
                if marks || is_due(known.believed_unix_nano, NOTE_NANOS) {
                    self.note_time(known, now, marks.then_some(newest)).await?;
                }
                Ok(Some(now.unix_nano))
            }
            Verdict::Accepted { was_behind_nanos } => {
                let mut known = known;
                if was_behind_nanos > 0 {
                    // what came since the start came after it, by the clock that is believed now
                    let ran = now.monotonic.saturating_sub(begun.moment.monotonic);
                    let start =
                        now.unix_nano.saturating_sub(i64::try_from(ran.as_nanos()).unwrap_or(i64::MAX));
                    known.raise_after(begun.newest, was_behind_nanos, now.unix_nano);
                    known.mark(begun.newest, start);
                }
                tracing::info!("the clock is believed");
                self.note_time(known, now, Some(newest)).await?;
                Ok(Some(now.unix_nano))
            }
        }
    }

    async fn note_time(
        &self,
        mut known: Known,
        now: Moment,
        mark: Option<Sequence>,
    ) -> Result<(), StoreError> {
        known.believed_unix_nano = Some(now.unix_nano);
        if let Some(newest) = mark {
            known.mark(newest, now.unix_nano);
        }
        self.catalog().clock().set(known).await
    }
}
