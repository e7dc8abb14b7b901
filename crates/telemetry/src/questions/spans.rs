//! Spans and log records.

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{LogFilter, SpanFilter, SpanStore};
use junjo_web::ApiError;

use super::arrived;
use crate::answers::log::{Log, LogPage};
use crate::answers::span::Span;
use crate::answers::span_item::SpanItem;
use crate::error::TelemetryResult;
use crate::page::{PageAsk, SearchPage, paged};

/// Log records that the view of one span shows and reads prompts from.
pub(crate) const SPAN_LOGS_MAX: usize = 1_000;

pub(crate) async fn list(
    store: &SpanStore,
    filter: &SpanFilter,
    page: PageAsk<'_>,
) -> TelemetryResult<SearchPage<SpanItem>> {
    let (found, next_cursor) = paged(page.cursor, filter, async |after| {
        let found = store.spans(filter, page.limit, after).await?;
        Ok(((found.items, found.incomplete), found.next))
    })
    .await?;
    let items = found.0.into_iter().map(SpanItem::from).collect();
    Ok(SearchPage { items, next_cursor, incomplete: found.1.map(Into::into) })
}

pub(crate) async fn one(store: &SpanStore, trace_id: TraceId, span_id: SpanId) -> TelemetryResult<Span> {
    let whole = arrived::found(store, || store.span(trace_id, span_id)).await?;
    let whole =
        whole.ok_or_else(|| ApiError::not_found("this span has not arrived, or its payload is gone"))?;
    let logs = store.span_logs(trace_id, span_id, SPAN_LOGS_MAX).await?;
    let mut span = Span::new(&whole, &logs);
    span.logs = Some(logs.iter().map(Log::from).collect());
    Ok(span)
}

pub(crate) async fn logs(
    store: &SpanStore,
    filter: &LogFilter,
    page: PageAsk<'_>,
) -> TelemetryResult<LogPage> {
    let (mut found, next_cursor) = paged(page.cursor, filter, async |after| {
        let mut found = store.logs(filter, page.limit, after).await?;
        let next = found.next.take();
        Ok((found, next))
    })
    .await?;
    let incomplete = found.incomplete.take().map(Into::into);
    let items = found.items.iter().map(Log::from).collect();
    Ok(LogPage { items, next_cursor, stopped_early: found.stopped_early, incomplete })
}
