//! Conversations and users: the traces that name them, put together.

use junjo_span_store::{GroupFilter, GroupKind, SpanStore, TraceGroup};
use junjo_web::{ApiError, Page};

use super::arrived;
use super::turns::turns;
use crate::answers::conversation::{ConversationDetail, Turn};
use crate::error::TelemetryResult;
use crate::page::{PageAsk, paged};

pub(crate) async fn list(
    store: &SpanStore,
    kind: GroupKind,
    filter: &GroupFilter,
    page: PageAsk<'_>,
) -> TelemetryResult<Page<TraceGroup>> {
    let (items, next_cursor) = paged(page.cursor, &(kind, filter), async |after| {
        let found = store.trace_groups(kind, filter, page.limit, after).await?;
        Ok((found.items, found.next))
    })
    .await?;
    Ok(Page { items, next_cursor })
}

/// One conversation: a page of its traces in order, with what was said in each.
pub(crate) async fn one(
    store: &SpanStore,
    id: String,
    page: PageAsk<'_>,
) -> TelemetryResult<ConversationDetail> {
    let (found, next_cursor) = paged(page.cursor, &id, async |after| {
        let found = arrived::found(store, || store.conversation(id.clone(), page.limit, after)).await?;
        let mut found = found.ok_or_else(|| ApiError::not_found("no trace names this conversation"))?;
        let next = found.next.take();
        Ok((found, next))
    })
    .await?;
    let mut said = turns(store, &found.traces).await?;
    let traces = found.traces.into_iter().map(|row| {
        let words = said.remove(&row.trace_id).unwrap_or_default();
        Turn { trace: row.into(), first_user_text: words.user, last_answer_text: words.answer }
    });
    Ok(ConversationDetail { traces: traces.collect(), conversation: found.conversation.into(), next_cursor })
}
