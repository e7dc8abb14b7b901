//! Kinds of failures with what was decided about them.

use std::collections::HashMap;

use junjo_span_store::{FailureFilter, FailureState, SpanStore};
use junjo_web::clock::rfc3339_nanos;

use crate::answers::failures::{ErrorGroup, ErrorGroups};
use crate::error::TelemetryResult;

pub(crate) async fn list(
    store: &SpanStore,
    filter: FailureFilter,
    limit: usize,
) -> TelemetryResult<ErrorGroups> {
    let (from, to) = (rfc3339_nanos(filter.from_unix_nano), rfc3339_nanos(filter.to_unix_nano));
    let (groups, has_more) = store.failures(filter, limit).await?;
    let states = store.failure_states().await?;
    let states: HashMap<&str, &FailureState> =
        states.iter().map(|state| (state.fingerprint.as_str(), state)).collect();
    let shown = |group: junjo_span_store::FailureGroup| {
        let state = states.get(group.fingerprint.as_str()).copied();
        ErrorGroup::new(group, state)
    };
    Ok(ErrorGroups { items: groups.into_iter().map(shown).collect(), has_more, from, to })
}
