//! What `/otel` answers: store results shaped for people and scripts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use junjo_auth::{AuditEvent, AuditLog, RequestOrigin};
use junjo_ingest::Receiver;
use junjo_span_model::{
    Details, Span as OtlpSpan, SpanId, TraceId, attributes_from_json, details_with_logs, events_from_json,
    resource_from_json, scope_from_json,
};
use junjo_span_store::{
    Place, SpanRow, SpanStore, TimeRange, TraceFilter, WholeLog, WholeSpan, WorkflowFilter,
};
use junjo_wal::Wal;
use junjo_web::clock::rfc3339_nanos;
use junjo_web::{ApiError, ApiResult, Page, SharedClock};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::cursor::{decode_position, encode_position, filter_hash};
use crate::error::api_error;
use crate::log_schemas::Log;
use crate::logs::{ParsedLog, SPAN_LOGS_MAX};
use crate::puller::Sources;
use crate::schemas::{SearchPage, Service, Span, Trace, TraceDetail, TraceSpan, Workflow};

/// Largest integer that every JSON reader keeps exact.
const EXACT_INT_MAX: u64 = 1 << 53;
/// Payload in one page of a trace.
const PAGE_PAYLOAD_BYTES_MAX: usize = 16 << 20;
/// Log records that are joined to one page of a trace.
const TRACE_EVENTS_MAX: usize = 10_000;

/// Queries over the store, and the state of the way in.
#[derive(Clone)]
pub struct OtelService {
    pub(crate) store: SpanStore,
    pub(crate) wal: Wal,
    pub(crate) receiver: Receiver,
    pub(crate) sources: Sources,
    clock: SharedClock,
    audit: AuditLog,
    stop: CancellationToken,
    tails: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    views: Arc<Semaphore>,
}

/// What the service works with.
pub struct OtelParts {
    /// Where the answers come from.
    pub store: SpanStore,
    /// Looked at for the status.
    pub wal: Wal,
    /// Looked at for the status.
    pub receiver: Receiver,
    /// Looked at for the status.
    pub sources: Sources,
    /// The time.
    pub clock: SharedClock,
    /// Where deletions are written down.
    pub audit: AuditLog,
}

/// Exports at once: each keeps a thread, and the disk, busy for as long as its client reads.
const EXPORTS_MAX: usize = 2;

/// Live tails at once: each asks the index after every commit.
const TAILS_MAX: usize = 32;

/// Views of runs that are made at once: each may hold 64 MiB of payload.
const VIEWS_MAX: usize = 3;

/// Time that a view waits for its turn before the caller is told to come back.
const VIEW_WAIT_LIMIT: Duration = Duration::from_secs(5);

impl OtelService {
    /// Answers from `parts`.
    pub fn new(parts: OtelParts) -> Self {
        let OtelParts { store, wal, receiver, sources, clock, audit } = parts;
        Self {
            store,
            wal,
            receiver,
            sources,
            clock,
            audit,
            stop: CancellationToken::new(),
            tails: Arc::new(Semaphore::new(TAILS_MAX)),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            views: Arc::new(Semaphore::new(VIEWS_MAX)),
        }
    }

    /// Writes down who deleted what.
    pub(crate) async fn audit(&self, origin: &RequestOrigin, event: AuditEvent) {
        self.audit.record(origin, event).await;
    }

    /// The same, whose endless answers (the live tail, exports) end when `stop` is cancelled.
    #[must_use]
    pub fn ending_with(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    pub(crate) fn store(&self) -> &SpanStore {
        &self.store
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// The right to one export; `None` when there are too many.
    pub(crate) fn export_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.exports).try_acquire_owned().ok()
    }

    /// The right to one live tail; `None` when there are too many.
    pub(crate) fn tail_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.tails).try_acquire_owned().ok()
    }

    /// The right to make one view of a run.
    pub(crate) async fn view_permit(&self) -> ApiResult<OwnedSemaphorePermit> {
        tokio::time::timeout(VIEW_WAIT_LIMIT, Arc::clone(&self.views).acquire_owned())
            .await
            .map_err(|_| ApiError::unavailable("too many views are being made").with_retry_after_seconds(1))?
            .map_err(ApiError::internal)
    }

    pub(crate) async fn services(&self, time: TimeRange) -> ApiResult<Vec<Service>> {
        let services = self.store.services(time).await.map_err(api_error)?;
        Ok(services.into_iter().map(Service::from).collect())
    }

    pub(crate) async fn traces(
        &self,
        filter: &TraceFilter,
        limit: usize,
        cursor: Option<&str>,
    ) -> ApiResult<SearchPage<Trace>> {
        let hash = filter_hash(filter);
        let after = cursor.map(|text| decode_position(text, hash)).transpose()?;
        let page = self.store.traces(filter, limit, after).await.map_err(api_error)?;
        let next_cursor = page.next.map(|next| encode_position(&next, hash));
        let items = page.items.into_iter().map(Trace::from).collect();
        Ok(SearchPage { items, next_cursor, incomplete: page.incomplete.map(Into::into) })
    }

    pub(crate) async fn workflows(
        &self,
        filter: &WorkflowFilter,
        limit: usize,
        cursor: Option<&str>,
    ) -> ApiResult<Page<Workflow>> {
        let hash = filter_hash(filter);
        let after = cursor.map(|text| decode_position(text, hash)).transpose()?;
        let page = self.store.workflows(filter, limit, after).await.map_err(api_error)?;
        let next_cursor = page.next.map(|next| encode_position(&next, hash));
        Ok(Page { items: page.items.into_iter().map(Workflow::from).collect(), next_cursor })
    }

    pub(crate) async fn trace(
        &self,
        trace_id: TraceId,
        limit: usize,
        after: Option<&str>,
        with_payload: bool,
    ) -> ApiResult<TraceDetail> {
        let hash = filter_hash(&trace_id);
        let after = after.map(|text| decode_position(text, hash)).transpose()?;
        let page = self.store.trace(trace_id, limit, after).await.map_err(api_error)?;
        let page = page.ok_or_else(|| ApiError::not_found("no span of this trace has arrived"))?;
        let mut spans: Vec<TraceSpan> = page.spans.iter().map(TraceSpan::from).collect();
        if with_payload {
            self.add_payloads(trace_id, &mut spans, &page.spans).await?;
        }
        let next_after = page.next.map(|next| encode_position(&next, hash));
        Ok(TraceDetail {
            trace_id: trace_id.to_string(),
            root_missing: page.trace.root_missing,
            summary: page.trace.into(),
            spans,
            next_after,
        })
    }

    /// Adds whole spans in order until the page has its share of bytes.
    async fn add_payloads(
        &self,
        trace_id: TraceId,
        spans: &mut [TraceSpan],
        rows: &[SpanRow],
    ) -> ApiResult<()> {
        let places = rows.iter().map(|row| row.place).collect();
        let whole = self.store.whole_spans(places).await.map_err(api_error)?;
        let mut events = self.store.trace_events(trace_id, TRACE_EVENTS_MAX).await.map_err(api_error)?;
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
            span.payload = Some(Box::new(span_detail(&whole, &events)));
        }
        Ok(())
    }

    pub(crate) async fn span(&self, trace_id: TraceId, span_id: SpanId) -> ApiResult<Span> {
        let whole = self.store.span(trace_id, span_id).await.map_err(api_error)?;
        let whole =
            whole.ok_or_else(|| ApiError::not_found("this span has not arrived, or its payload is gone"))?;
        let logs = self.store.span_logs(trace_id, span_id, SPAN_LOGS_MAX).await.map_err(api_error)?;
        let mut span = span_detail(&whole, &logs);
        span.logs = Some(logs.iter().map(Log::from).collect());
        Ok(span)
    }
}

fn parse_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// What the vocabularies of clients say about a span, in its log records too.
pub(crate) fn derived_of(whole: &WholeSpan, logs: &[WholeLog]) -> Details {
    let (resource, scope) = (parse_json(&whole.resource), parse_json(&whole.scope));
    let (attributes, events) = (parse_json(&whole.attributes), parse_json(&whole.events));
    derive(whole, [&resource, &scope, &attributes, &events], logs)
}

/// The same from JSON that is parsed already: resource, scope, attributes and events.
fn derive(
    whole: &WholeSpan,
    [resource, scope, attributes, events]: [&Value; 4],
    logs: &[WholeLog],
) -> Details {
    let row = &whole.row;
    let (start, end) = whole.sent_times();
    let otlp = OtlpSpan {
        trace_id: row.trace_id,
        span_id: row.span_id,
        parent_span_id: row.parent_span_id,
        trace_state: whole.trace_state.as_str().into(),
        flags: whole.flags,
        name: row.name.as_str().into(),
        kind: i32::from(row.kind),
        start_time_unix_nano: start,
        end_time_unix_nano: end,
        attributes: attributes_from_json(attributes),
        dropped_attributes_count: whole.dropped_attributes_count,
        events: events_from_json(events),
        dropped_events_count: whole.dropped_events_count,
        links: Vec::new(),
        dropped_links_count: whole.dropped_links_count,
        status_code: i32::from(row.status),
        status_message: whole.status_message.as_str().into(),
        had_invalid_utf8: false,
        raw: &[],
    };
    let logs: Vec<ParsedLog<'_>> = logs.iter().map(ParsedLog::new).collect();
    let records: Vec<_> = logs.iter().map(ParsedLog::record).collect();
    details_with_logs(&resource_from_json(resource), &scope_from_json(scope), &otlp, &records)
}

/// A whole span as the API shows it, with what its log records say.
pub(crate) fn span_detail(whole: &WholeSpan, logs: &[WholeLog]) -> Span {
    let (resource, scope) = (parse_json(&whole.resource), parse_json(&whole.scope));
    let (attributes, events) = (parse_json(&whole.attributes), parse_json(&whole.events));
    let links = parse_json(&whole.links);
    let row = &whole.row;
    let (start, end) = whole.sent_times();
    let derived = derive(whole, [&resource, &scope, &attributes, &events], logs);
    let mut derived = serde_json::to_value(derived).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut derived {
        // cost and its source were fixed when the span arrived; prices may have changed since
        members.insert("cost_usd".to_owned(), json!(row.cost_usd));
        members.insert("cost_source".to_owned(), json!(row.cost_source));
    }
    Span {
        trace_id: row.trace_id.to_string(),
        span_id: row.span_id.to_string(),
        parent_span_id: row.parent_span_id.map(|id| id.to_string()),
        name: row.name.clone(),
        kind: row.kind.into(),
        service: row.service.clone(),
        start_time: rfc3339_nanos(row.start_unix_nanos),
        start_time_unix_nano: start.to_string(),
        end_time_unix_nano: end.to_string(),
        duration_ns: row.duration_nanos.to_string(),
        status: row.status.into(),
        status_message: whole.status_message.clone(),
        trace_state: whole.trace_state.clone(),
        flags: whole.flags,
        attributes: large_ints_as_text(attributes),
        dropped_attributes_count: whole.dropped_attributes_count,
        events: large_ints_as_text(events),
        dropped_events_count: whole.dropped_events_count,
        links: large_ints_as_text(links),
        dropped_links_count: whole.dropped_links_count,
        resource: large_ints_as_text(resource),
        scope: large_ints_as_text(scope),
        received_at: rfc3339_nanos(whole.received_unix_nanos),
        derived: large_ints_as_text(derived),
        logs: None,
    }
}

/// Integers that a browser would round become `{"int": "…"}`.
pub(crate) fn large_ints_as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(int) if int.unsigned_abs() > EXACT_INT_MAX => json!({ "int": int.to_string() }),
            _ => Value::Number(number),
        },
        Value::Array(values) => Value::Array(values.into_iter().map(large_ints_as_text).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (key, large_ints_as_text(value))).collect())
        }
        other => other,
    }
}
