//! Traces: lists of them, and the spans of one.

use std::collections::HashMap;

use junjo_span_model::TraceId;
use junjo_span_store::{Place, SpanRow, SpanStore, TraceFilter, WholeLog, WholeSpan};
use junjo_web::ApiError;

use super::arrived;
use crate::answers::span::Span;
use crate::answers::trace::{Trace, TraceDetail, TraceSpan};
use crate::error::TelemetryResult;
use crate::page::{PageAsk, SearchPage, paged};

/// Payload in one page of a trace.
const PAGE_PAYLOAD_BYTES_MAX: usize = 16 << 20;
/// Log records that are joined to one page of a trace.
const TRACE_EVENTS_MAX: usize = 10_000;

pub(crate) async fn list(
    store: &SpanStore,
    filter: &TraceFilter,
    page: PageAsk<'_>,
) -> TelemetryResult<SearchPage<Trace>> {
    let (found, next_cursor) = paged(page.cursor, filter, async |after| {
        let found = store.traces(filter, page.limit, after).await?;
        Ok(((found.items, found.incomplete), found.next))
    })
    .await?;
    let items = found.0.into_iter().map(Trace::from).collect();
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

/// Adds whole spans in order until the page has its share of bytes.
async fn add_payloads(
    store: &SpanStore,
    trace_id: TraceId,
    spans: &mut [TraceSpan],
    rows: &[SpanRow],
) -> TelemetryResult<()> {
    let places = rows.iter().map(|row| row.place).collect();
    let whole = store.whole_spans(places).await?;
    let mut events = store.trace_events(trace_id, TRACE_EVENTS_MAX).await?;
    let mut by_place: HashMap<Place, WholeSpan> =
        whole.into_iter().map(|span| (span.row.place, span)).collect();
    let mut bytes = 0;
    for (span, row) in spans.iter_mut().zip(rows) {
        let Some(whole) = by_place.remove(&row.place) else {
            continue;
        };
        let whole = WholeSpan { row: row.clone(), ..whole };
        let events = events.remove(&whole.row.span_id).unwrap_or_default();
        bytes += whole.text_bytes() + events.iter().map(WholeLog::text_bytes).sum::<usize>();
        if bytes > PAGE_PAYLOAD_BYTES_MAX {
            break;
        }
        span.payload = Some(Box::new(Span::new(&whole, &events)));
    }
    Ok(())
}
