//! When and what to seal: the oldest unsealed records of one received day, once they are many or old enough.

use junjo_wal::{Sequence, Wal};

use crate::archive::write::SealRange;
use crate::dataset::Dataset;
use crate::day::day_of;
use crate::error::StoreError;

/// Records looked at when a range is planned.
const PLAN_RECORDS_MAX: u32 = 4096;

/// When a range of records is sealed.
#[derive(Debug, Clone, Copy)]
pub struct SealPolicy {
    /// Compressed payload that makes a file.
    pub bytes: u64,
    /// Age of the oldest unsealed record at which a smaller file is written.
    pub age_nanos: i64,
}

impl Default for SealPolicy {
    /// 64 MiB, or 60 s: small files cost the reader more than the delay costs anybody.
    fn default() -> Self {
        Self { bytes: 64 << 20, age_nanos: 60 * 1_000_000_000 }
    }
}

/// What makes a range due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) policy: SealPolicy,
    /// Items of a range, unless one record has more.
    pub(crate) items_max: u64,
    pub(crate) now_unix_nano: i64,
}

/// What a look at the wal found for one dataset.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Everything up to this record is sealed, or belongs to another dataset.
    Sealed(Sequence),
    /// There are records, but not enough and not old enough.
    Wait,
    /// This range is due.
    Seal(SealRange),
}

/// Looks for what comes after `after`. Blocking.
pub(crate) fn plan(wal: &Wal, dataset: Dataset, after: Sequence, due: Due) -> Result<Plan, StoreError> {
    let Due { policy, items_max, now_unix_nano } = due;
    // taken first: a record that is committed behind it may be missed below
    let committed = *wal.committed().borrow();
    let records = wal.sizes_of(dataset.signal(), after, PLAN_RECORDS_MAX).map_err(StoreError::Wal)?;
    let Some(oldest) = records.first().map(|record| record.received_unix_nano) else {
        return Ok(Plan::Sealed(committed.max(after)));
    };
    let day = day_of(oldest);
    let has_more = records.len() == PLAN_RECORDS_MAX as usize;
    let (mut bytes, mut items, mut last, mut complete) = (0, 0, after, has_more);
    let newest = records.last().map_or(after, |record| record.sequence);
    for record in records {
        let is_full =
            bytes >= policy.bytes || (items > 0 && items + u64::from(record.item_count) > items_max);
        if day_of(record.received_unix_nano) != day || is_full {
            complete = true;
            break;
        }
        bytes += record.payload_bytes;
        items += u64::from(record.item_count);
        last = record.sequence;
    }
    if last == newest && !has_more {
        // what follows belongs to other datasets
        last = last.max(committed);
    }
    let due = complete || bytes >= policy.bytes || now_unix_nano.saturating_sub(oldest) >= policy.age_nanos;
    Ok(if due { Plan::Seal(SealRange { dataset, after, last, received_day: day }) } else { Plan::Wait })
}
