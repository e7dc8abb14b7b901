//! Who has the identity of an executable: what a link leads to that an application made before its telemetry arrived.

use junjo_span_store::{SpanFilter, SpanStore};

use super::arrived;
use crate::answers::executables::{Executables, Resolution};
use crate::answers::span_item::SpanItem;
use crate::error::TelemetryResult;

/// Owners of one identity that are listed: enough to see what they have in common.
const OWNERS_MAX: usize = 20;

/// The owners of the identity that `filter` looks for.
///
/// # Errors
/// Asks to come back while what was acknowledged cannot be queried yet: a second owner may be in it.
pub(crate) async fn resolve(store: &SpanStore, filter: &SpanFilter) -> TelemetryResult<Executables> {
    arrived::whole(store)?;
    arrived::all_there(store).await?;
    let found = store.spans(filter, OWNERS_MAX, None).await?;
    let owners: Vec<SpanItem> = found.items.into_iter().map(SpanItem::from).collect();
    let resolution = match owners.len() {
        0 => Resolution::Waiting,
        1 => Resolution::Found,
        _ => Resolution::Conflict,
    };
    // behind a search that stopped early the next page goes on, whether or not there is anything
    let has_more = found.next.is_some() && found.incomplete.is_none();
    Ok(Executables { resolution, owners, has_more, incomplete: found.incomplete.map(Into::into) })
}
