//! Traces: lists of them, and the spans of one.

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{Field, Order, SpanRow, SpanStore, TraceFilter, WholeLog, WholeSpan};
use junjo_web::ApiError;

use super::arrived;
use super::columns::columns as of_roots;
use crate::answers::comparisons::Comparisons;
use crate::answers::span::Span;
use crate::answers::trace::{Trace, TraceDetail, TraceSpan};
use crate::error::TelemetryResult;
use crate::page::{PageAsk, SearchPage, paged};

/// Log records that are joined to one page of a trace.
const TRACE_EVENTS_MAX: usize = 10_000;

pub(crate) async fn list(
    store: &SpanStore,
    (filter, order): (&TraceFilter, Order),
    columns: &[Field],
    page: PageAsk<'_>,
) -> TelemetryResult<SearchPage<Trace>> {
    let (found, next_cursor) = if order.is_newest_first() {
        paged(page.cursor, filter, async |after| {
            let found = store.traces(filter, page.limit, after).await?;
            Ok(((found.items, found.incomplete), found.next))
        })
        .await?
    } else {
        paged(page.cursor, &(filter, order), async |after| {
            let found = store.ordered_traces(filter, order, page.limit, after).await?;
            Ok(((found.items, found.incomplete), found.next))
        })
        .await?
    };
    let shown = if columns.is_empty() { Vec::new() } else { of_roots(store, &found.0, columns).await? };
    let mut shown = shown.into_iter();
    let items = found.0.into_iter().map(|row| Trace { columns: shown.next(), ..row.into() }).collect();
    Ok(SearchPage { items, next_cursor, incomplete: found.1.map(Into::into) })
}

/// One page of a trace's spans, with their payloads if asked for.
pub(crate) async fn one(
    store: &SpanStore,
    trace_id: TraceId,
    page: PageAsk<'_>,
    with_payload: bool,
) -> TelemetryResult<TraceDetail> {
    let (found, next_after) = paged(page.cursor, &trace_id, async |after| {
        let found = arrived::found(store, || store.trace(trace_id, page.limit, after)).await?;
        let mut found = found.ok_or_else(|| ApiError::not_found("no span of this trace has arrived"))?;
        let next = found.next.take();
        Ok((found, next))
    })
    .await?;
    let mut spans: Vec<TraceSpan> = found.spans.iter().map(TraceSpan::from).collect();
    if with_payload {
        add_payloads(store, trace_id, &mut spans, &found.spans).await?;
    }
    Ok(TraceDetail {
        trace_id: trace_id.to_string(),
        root_missing: found.trace.root_missing,
        summary: found.trace.into(),
        spans,
        next_after,
    })
}

/// Traces that ran the same as this one.
pub(crate) async fn comparisons(store: &SpanStore, trace_id: TraceId) -> TelemetryResult<Comparisons> {
    let found = arrived::found(store, || store.trace(trace_id, 1, None)).await?;
    let found = found.ok_or_else(|| ApiError::not_found("no span of this trace has arrived"))?;
    Ok(store.comparables(&found.trace).await?.into())
}

/// Adds whole spans in order until the page has its share of bytes; no more than that is read.
async fn add_payloads(
    store: &SpanStore,
    trace_id: TraceId,
    spans: &mut [TraceSpan],
    rows: &[SpanRow],
) -> TelemetryResult<()> {
    let bytes_max = store.page_bytes();
    let ids: Vec<SpanId> = rows.iter().map(|row| row.span_id).collect();
    let events = store.span_events(trace_id, &ids, TRACE_EVENTS_MAX).await?;
    let text_of = |events: &[WholeLog]| events.iter().map(WholeLog::text_bytes).sum::<usize>();
    let left = bytes_max.saturating_sub(events.iter().map(|events| text_of(events)).sum());
    let places = rows.iter().take(events.len()).map(|row| row.place).collect();
    let whole = store.whole_spans(places, left).await?;
    let mut bytes = 0;
    for ((span, row), (whole, events)) in spans.iter_mut().zip(rows).zip(whole.into_iter().zip(events)) {
        let Some(whole) = whole else { continue };
        let whole = WholeSpan { row: row.clone(), ..whole };
        bytes += whole.text_bytes() + text_of(&events);
        if bytes > bytes_max {
            break;
        }
        span.payload = Some(Box::new(Span::new(&whole, &events)));
    }
    Ok(())
}
