//! Stored spans and log records with their JSON parsed, for derivations that borrow from them.

use junjo_span_model::{
    Details, LogRecord, Resource, Scope, Span as OtlpSpan, attributes_from_json, details_with_logs,
    events_from_json, resource_from_json, scope_from_json, value_from_json,
};
use junjo_span_store::{WholeLog, WholeSpan};
use serde_json::Value;

/// A stored span and its parsed JSON. What does not parse is null.
pub(crate) struct ParsedSpan<'s> {
    pub(crate) whole: &'s WholeSpan,
    pub(crate) resource: Value,
    pub(crate) scope: Value,
    pub(crate) attributes: Value,
    pub(crate) events: Value,
}

impl<'s> ParsedSpan<'s> {
    pub(crate) fn new(whole: &'s WholeSpan) -> Self {
        Self {
            whole,
            resource: parse_json(&whole.resource),
            scope: parse_json(&whole.scope),
            attributes: parse_json(&whole.attributes),
            events: parse_json(&whole.events),
        }
    }

    /// The span as it was sent, without its links.
    pub(crate) fn span(&self) -> OtlpSpan<'_> {
        let (whole, row) = (self.whole, &self.whole.row);
        let (start, end) = whole.sent_times();
        OtlpSpan {
            trace_id: row.trace_id,
            span_id: row.span_id,
            parent_span_id: row.parent_span_id,
            trace_state: whole.trace_state.as_str().into(),
            flags: whole.flags,
            name: row.name.as_str().into(),
            kind: i32::from(row.kind),
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            attributes: attributes_from_json(&self.attributes),
            dropped_attributes_count: whole.dropped_attributes_count,
            events: events_from_json(&self.events),
            dropped_events_count: whole.dropped_events_count,
            links: Vec::new(),
            dropped_links_count: whole.dropped_links_count,
            status_code: i32::from(row.status),
            status_message: whole.status_message.as_str().into(),
            had_invalid_utf8: false,
            raw: &[],
        }
    }

    pub(crate) fn resource(&self) -> Resource<'_> {
        resource_from_json(&self.resource)
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        scope_from_json(&self.scope)
    }

    /// What the vocabularies of clients say in the span, and in `logs` where the span is silent. The cost is the one of its
    /// row, which was fixed when the span arrived: prices may have changed since.
    pub(crate) fn details(&self, logs: &[WholeLog]) -> Details {
        let logs: Vec<ParsedLog<'_>> = logs.iter().map(ParsedLog::new).collect();
        let records: Vec<_> = logs.iter().map(ParsedLog::record).collect();
        let details = details_with_logs(&self.resource(), &self.scope(), &self.span(), &records);
        let row = &self.whole.row;
        Details { cost_usd: row.cost_usd, cost_source: row.cost_source.clone(), ..details }
    }
}

/// A stored log record with its JSON parsed.
struct ParsedLog<'l> {
    log: &'l WholeLog,
    body: Value,
    attributes: Value,
}

impl<'l> ParsedLog<'l> {
    fn new(log: &'l WholeLog) -> Self {
        Self { log, body: parse_json(&log.body), attributes: parse_json(&log.attributes) }
    }

    fn record(&self) -> LogRecord<'_> {
        let (log, row) = (self.log, &self.log.row);
        LogRecord {
            time_unix_nano: log.time_unix_nano,
            observed_time_unix_nano: log.observed_time_unix_nano,
            severity_number: log.severity_number,
            severity_text: log.severity_text.as_str().into(),
            body: value_from_json(&self.body),
            attributes: attributes_from_json(&self.attributes),
            dropped_attributes_count: log.dropped_attributes_count,
            flags: log.flags,
            trace_id: row.trace_id,
            span_id: row.span_id,
            had_odd_ids: false,
            event_name: row.event_name.as_deref().unwrap_or_default().into(),
            had_invalid_utf8: false,
            raw: &[],
        }
    }
}

/// Stored JSON text as a value; null where it does not parse.
pub(crate) fn parse_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
