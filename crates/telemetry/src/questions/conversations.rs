//! Conversations and users: the traces that name them, put together.

use junjo_span_store::{ConversationPosition, GroupFilter, GroupKind, Order, SpanStore, TraceGroup};
use junjo_web::{ApiError, Page};

use super::arrived;
use super::turns::turns;
use crate::answers::conversation::{ConversationDetail, Turn};
use crate::error::TelemetryResult;
use crate::page::{PageAsk, paged};

pub(crate) async fn list(
    store: &SpanStore,
    kind: GroupKind,
    (filter, order): (&GroupFilter, Order),
    page: PageAsk<'_>,
) -> TelemetryResult<Page<TraceGroup>> {
    let (items, next_cursor) = paged(page.cursor, &(kind, filter, order), async |after| {
        let found = store.trace_groups(kind, filter, order, (page.limit, after)).await?;
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
    let ((found, said), next_cursor) = paged(page.cursor, &id, async |after| {
        let found = arrived::found(store, || store.conversation(id.clone(), page.limit, after)).await?;
        let mut found = found.ok_or_else(|| ApiError::not_found("no trace names this conversation"))?;
        let said = turns(store, &found.traces).await?;
        let mut next = found.next.take();
        if said.len() < found.traces.len() {
            // more text than one page may read: it ends here, and the next one goes on
            found.traces.truncate(said.len());
            next = found.traces.last().map(|last| ConversationPosition {
                start_unix_nano: last.start_unix_nano,
                trace_id: last.trace_id,
            });
        }
        Ok(((found, said), next))
    })
    .await?;
    let traces = found.traces.into_iter().zip(said).map(|(row, words)| Turn {
        trace: row.into(),
        first_user_text: words.user,
        last_answer_text: words.answer,
    });
    Ok(ConversationDetail { traces: traces.collect(), conversation: found.conversation.into(), next_cursor })
}
