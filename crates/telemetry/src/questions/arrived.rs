//! Telling "not there" from "not there yet": what was acknowledged and cannot be queried so far is no 404, and a list that an
//! unfinished index answers is not called complete.

use std::time::Duration;

use junjo_span_store::{SpanStore, StoreError};
use junjo_web::ApiError;
use junjo_web::clock::rfc3339_nanos;

use crate::error::TelemetryResult;
use crate::page::{Incomplete, IncompleteReason};

/// How long a question waits for what was acknowledged before it. Usually the index is a fraction of a second behind.
const WAIT_LIMIT: Duration = Duration::from_secs(1);
/// Seconds after which a client should ask again.
const RETRY_SECONDS: u64 = 1;

/// What `look` finds, which is looked for again when everything that was acknowledged before the question is indexed. `None` only
/// when it is; an error that asks to come back where that takes longer than [`WAIT_LIMIT`].
pub(crate) async fn found<T, F>(store: &SpanStore, look: impl Fn() -> F) -> TelemetryResult<Option<T>>
where
    F: Future<Output = Result<Option<T>, StoreError>>,
{
    let asked_at = store.acknowledged();
    let is_all_there = store.has_indexed(asked_at);
    let first = look().await?;
    if first.is_some() || is_all_there {
        return Ok(first);
    }
    if !store.queryable_within(asked_at, WAIT_LIMIT).await? {
        return Err(not_yet().into());
    }
    Ok(look().await?)
}

/// Waits until everything that was acknowledged before is indexed, or asks to come back.
pub(crate) async fn all_there(store: &SpanStore) -> TelemetryResult<()> {
    let asked_at = store.acknowledged();
    if store.has_indexed(asked_at) || store.queryable_within(asked_at, WAIT_LIMIT).await? {
        return Ok(());
    }
    Err(not_yet().into())
}

/// An error that asks to come back while the index is being filled: an answer that cannot say that it is incomplete would
/// be wrong.
pub(crate) fn whole(store: &SpanStore) -> TelemetryResult<()> {
    if store.is_whole() { Ok(()) } else { Err(rebuilding().into()) }
}

/// What a list says that was asked for at `now` while the index `was_whole` or not.
pub(crate) fn said(was_whole: bool, found: Option<Incomplete>, now_unix_nano: i64) -> Option<Incomplete> {
    if was_whole {
        return found;
    }
    let reason = IncompleteReason::IndexRebuilding;
    let (searched_from, searched_from_unix_nano) = (rfc3339_nanos(now_unix_nano), now_unix_nano.to_string());
    Some(Incomplete { reason, searched_from, searched_from_unix_nano })
}

fn not_yet() -> ApiError {
    ApiError::unavailable("not found, but not everything that was acknowledged is indexed yet: try again")
        .with_retry_after_seconds(RETRY_SECONDS)
}

fn rebuilding() -> ApiError {
    ApiError::unavailable("the index is being filled and has only a part yet: try again in a moment")
        .with_retry_after_seconds(RETRY_SECONDS)
}
