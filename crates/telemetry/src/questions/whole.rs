//! Lists of whole spans, for features that shape each of them themselves.

use junjo_span_model::TraceId;
use junjo_span_store::{Beginning, Place, SpanRow, SpanStore, WholeSpan};
use junjo_web::ApiError;

use super::arrived;
use crate::error::{TelemetryError, TelemetryResult};

/// Most bytes of payload in one list, or half of the memory of reading where that is less.
const LIST_BYTES_MAX: usize = 64 << 20;
/// Rows of a trace that are read at a time.
const ROWS_PAGE: usize = 10_000;
/// Spans of the largest trace that is given whole.
const TRACE_SPANS_MAX: usize = 20_000;

/// The newest spans of a service that begin something, newest first, at most `limit`. The list ends early where it has as much
/// as one answer may have.
pub(crate) async fn newest(
    store: &SpanStore,
    service: String,
    beginning: Beginning,
    limit: usize,
) -> TelemetryResult<Vec<WholeSpan>> {
    arrived::whole(store)?;
    let rows = store.newest_of(service, beginning, limit).await?;
    Ok(read(store, &rows).await?.0)
}

/// All spans of a trace, newest first; none of an unknown one.
pub(crate) async fn of_trace(store: &SpanStore, trace_id: TraceId) -> TelemetryResult<Vec<WholeSpan>> {
    let mut rows: Vec<SpanRow> = Vec::new();
    let mut after = None;
    loop {
        let Some(page) = arrived::found(store, || store.trace(trace_id, ROWS_PAGE, after)).await? else {
            return Ok(Vec::new());
        };
        rows.extend(page.spans);
        after = page.next;
        if after.is_none() {
            break;
        }
        if rows.len() >= TRACE_SPANS_MAX {
            return Err(too_large(&format!("more than {TRACE_SPANS_MAX} spans")));
        }
    }
    rows.reverse();
    let (spans, is_all) = read(store, &rows).await?;
    if is_all { Ok(spans) } else { Err(too_large("more bytes than one answer may have")) }
}

fn too_large(what: &str) -> TelemetryError {
    ApiError::too_large(format!("the trace has {what}: read it in pages, with GET /otel/trace/TRACE_ID"))
        .into()
}

/// The whole spans of `rows` as far as they fit, and whether they all did. Those whose payload is damaged or gone are left out.
async fn read(store: &SpanStore, rows: &[SpanRow]) -> TelemetryResult<(Vec<WholeSpan>, bool)> {
    let bytes_max = LIST_BYTES_MAX.min(store.whole_bytes());
    let mut left = rows;
    let (mut spans, mut bytes) = (Vec::with_capacity(rows.len()), 0);
    while !left.is_empty() && bytes < bytes_max {
        let places: Vec<Place> = left.iter().map(|row| row.place).collect();
        let whole = store.whole_spans(places, store.page_bytes().min(bytes_max - bytes)).await?;
        let (read, rest) = left.split_at(whole.len());
        left = rest;
        for (row, whole) in read.iter().zip(whole) {
            let Some(whole) = whole else { continue };
            bytes += whole.text_bytes();
            spans.push(WholeSpan { row: row.clone(), ..whole });
        }
    }
    Ok((spans, left.is_empty()))
}
