//! The Junjo spans of one trace out of the store, piece by piece: of each payload only what a view needs stays in memory.

use std::collections::{HashMap, HashSet};

use junjo_span_model::junjo::{JunjoSpan, JunjoTrace};
use junjo_span_model::{Span as OtlpSpan, SpanId, TraceId, attributes_from_json, events_from_json};
use junjo_span_store::{Place, SpanRow, SpanStore, WholeSpan};
use junjo_web::{ApiError, ApiResult};
use serde_json::Value;

use crate::error::api_error;

/// Narrow rows read at a time.
const ROWS_PAGE: usize = 10_000;
/// Spans of a trace that are looked at; the largest traces that the page shows have half as many.
const ROWS_MAX: usize = 200_000;
/// Whole spans read at a time, which bounds the payload in memory.
const SPANS_PAGE: usize = 256;

/// How much of a trace may be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadLimits {
    /// Spans that Junjo has to do with.
    pub(crate) spans_max: usize,
    /// Bytes of their payloads.
    pub(crate) bytes_max: usize,
}

/// A trace as far as it was read.
pub(crate) struct Loaded {
    pub(crate) trace: JunjoTrace,
    /// Rows of the wanted runs, for what payloads do not say.
    pub(crate) rows: HashMap<SpanId, SpanRow>,
    /// What was not read, in a sentence.
    pub(crate) left_out: Option<String>,
    /// Spans whose payload is damaged or gone.
    pub(crate) unreadable: usize,
}

/// Reads what Junjo has to do with in a trace; `None` for an unknown trace.
pub(crate) async fn load(
    store: &SpanStore,
    trace_id: TraceId,
    limits: LoadLimits,
) -> ApiResult<Option<Loaded>> {
    let Some(mut outline) = outline(store, trace_id).await? else { return Ok(None) };
    if outline.wanted.len() > limits.spans_max {
        outline.wanted.truncate(limits.spans_max);
        outline.left_out = Some(format!("only the first {} of its spans were read", limits.spans_max));
    }
    let mut spans = Vec::with_capacity(outline.wanted.len());
    let mut bytes = 0;
    for places in outline.wanted.chunks(SPANS_PAGE) {
        if bytes > limits.bytes_max {
            let text =
                format!("the trace is large: {} of {} spans were read", spans.len(), outline.wanted.len());
            outline.left_out = Some(text);
            break;
        }
        let whole = store.whole_spans(places.to_vec()).await.map_err(api_error)?;
        bytes += whole.iter().map(WholeSpan::text_bytes).sum::<usize>();
        let read = move || whole.iter().map(junjo_span).collect::<Vec<_>>();
        spans.extend(tokio::task::spawn_blocking(read).await.map_err(ApiError::internal)?);
    }
    let unreadable = if outline.left_out.is_none() { outline.wanted.len() - spans.len() } else { 0 };
    let build = move || JunjoTrace::new(spans, outline.parents);
    let trace = tokio::task::spawn_blocking(build).await.map_err(ApiError::internal)?;
    Ok(Some(Loaded { trace, rows: outline.runs, left_out: outline.left_out, unreadable }))
}

/// What the index alone tells of a trace.
#[derive(Default)]
struct Outline {
    parents: HashMap<SpanId, Option<SpanId>>,
    wanted: Vec<Place>,
    runs: HashMap<SpanId, SpanRow>,
    left_out: Option<String>,
}

async fn outline(store: &SpanStore, trace_id: TraceId) -> ApiResult<Option<Outline>> {
    let mut outline = Outline::default();
    let mut agents = HashSet::new();
    let mut after = None;
    loop {
        let page = store.trace(trace_id, ROWS_PAGE, after).await.map_err(api_error)?;
        let Some(page) = page else {
            return Ok((!outline.parents.is_empty()).then_some(outline));
        };
        for row in page.spans {
            outline.parents.insert(row.span_id, row.parent_span_id);
            if row.span_type.as_deref() == Some("agent") {
                agents.insert(row.span_id);
            }
            // operations of an agent start after it does, and evaluations are known by name alone
            let of_agent = row.parent_span_id.is_some_and(|parent| agents.contains(&parent));
            let is_evaluation = row.name.starts_with("junjo.evaluation.");
            if row.span_type.is_some() || row.state_event_count > 0 || of_agent || is_evaluation {
                outline.wanted.push(row.place);
            }
            if matches!(row.span_type.as_deref(), Some("workflow" | "subflow" | "agent")) {
                outline.runs.insert(row.span_id, row);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(Some(outline));
        }
        if outline.parents.len() >= ROWS_MAX {
            outline.left_out = Some(format!("the trace is large: only its first {ROWS_MAX} spans were read"));
            return Ok(Some(outline));
        }
    }
}

/// What a stored span says in Junjo's vocabulary.
fn junjo_span(whole: &WholeSpan) -> JunjoSpan {
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let (attributes, events) = (parse(&whole.attributes), parse(&whole.events));
    let row = &whole.row;
    let (start, end) = whole.sent_times();
    JunjoSpan::read(&OtlpSpan {
        trace_id: row.trace_id,
        span_id: row.span_id,
        parent_span_id: row.parent_span_id,
        trace_state: "".into(),
        flags: whole.flags,
        name: row.name.as_str().into(),
        kind: i32::from(row.kind),
        start_time_unix_nano: start,
        end_time_unix_nano: end,
        attributes: attributes_from_json(&attributes),
        dropped_attributes_count: whole.dropped_attributes_count,
        events: events_from_json(&events),
        dropped_events_count: whole.dropped_events_count,
        links: Vec::new(),
        dropped_links_count: whole.dropped_links_count,
        status_code: i32::from(row.status),
        status_message: whole.status_message.as_str().into(),
        had_invalid_utf8: false,
        raw: &[],
    })
}
