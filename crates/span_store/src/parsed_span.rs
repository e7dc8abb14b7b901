//! A stored span with its JSON parsed: the way from what is stored back to the span that was sent, for everything that derives
//! from it. Pure.

use junjo_span_model::{
    Details, PriceTable, Resource, Scope, Span, attributes_from_json, decode_span, details_with_logs,
    events_from_json, promote, resource_from_json, scope_from_json,
};
use serde_json::Value;

use crate::parsed_log::ParsedLog;
use crate::row::{Origin, SpanRow};
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// A whole span and its parsed JSON, which what is derived borrows from.
#[derive(Debug)]
pub struct ParsedSpan<'w> {
    whole: &'w WholeSpan,
    /// As [`WholeSpan::resource`].
    pub resource_json: Value,
    /// As [`WholeSpan::scope`].
    pub scope_json: Value,
    /// As [`WholeSpan::attributes`].
    pub attributes_json: Value,
    /// As [`WholeSpan::events`].
    pub events_json: Value,
}

impl WholeSpan {
    /// The span with its JSON parsed; a text that is no JSON is read as null.
    pub fn parsed(&self) -> ParsedSpan<'_> {
        let parse = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        ParsedSpan {
            whole: self,
            resource_json: parse(&self.resource),
            scope_json: parse(&self.scope),
            attributes_json: parse(&self.attributes),
            events_json: parse(&self.events),
        }
    }

    /// The same with the promoted fields as this version and `prices` derive them from what was sent. Everything that was
    /// sent stays byte for byte.
    pub(crate) fn derived_again(self, prices: &PriceTable) -> Result<Self, serde_json::Error> {
        let row = self.row_again(prices)?;
        Ok(Self { row, ..self })
    }

    fn row_again(&self, prices: &PriceTable) -> Result<SpanRow, serde_json::Error> {
        let origin = Origin { place: self.row.place, project: &self.row.project };
        if let Some(span) = self.otlp.as_deref().and_then(|message| decode_span(message).ok().flatten()) {
            let (resource, scope) =
                (serde_json::from_str(&self.resource)?, serde_json::from_str(&self.scope)?);
            let (resource, scope) = (resource_from_json(&resource), scope_from_json(&scope));
            return Ok(SpanRow::new(origin, &span, promote(&resource, &scope, &span, prices)));
        }
        let parsed = ParsedSpan::strict(self)?;
        let (resource, scope, span) = (parsed.resource(), parsed.scope(), parsed.span());
        let again = SpanRow::new(origin, &span, promote(&resource, &scope, &span, prices));
        Ok(SpanRow { link_count: self.row.link_count, ..again })
    }
}

impl<'w> ParsedSpan<'w> {
    /// The same as [`WholeSpan::parsed`]; an error where a text is no JSON.
    fn strict(whole: &'w WholeSpan) -> Result<Self, serde_json::Error> {
        Ok(Self {
            whole,
            resource_json: serde_json::from_str(&whole.resource)?,
            scope_json: serde_json::from_str(&whole.scope)?,
            attributes_json: serde_json::from_str(&whole.attributes)?,
            events_json: serde_json::from_str(&whole.events)?,
        })
    }

    /// The span as the model has it, without its links: nothing is derived from them but their number.
    pub fn span(&self) -> Span<'_> {
        let (whole, row) = (self.whole, &self.whole.row);
        let (start_time_unix_nano, end_time_unix_nano) = whole.sent_times();
        Span {
            trace_id: row.trace_id,
            span_id: row.span_id,
            parent_span_id: row.parent_span_id,
            trace_state: whole.trace_state.as_str().into(),
            flags: whole.flags,
            name: row.name.as_str().into(),
            kind: i32::from(row.kind),
            start_time_unix_nano,
            end_time_unix_nano,
            attributes: attributes_from_json(&self.attributes_json),
            dropped_attributes_count: whole.dropped_attributes_count,
            events: events_from_json(&self.events_json),
            dropped_events_count: whole.dropped_events_count,
            links: Vec::new(),
            dropped_links_count: whole.dropped_links_count,
            status_code: i32::from(row.status.code()),
            status_message: whole.status_message.as_str().into(),
            had_invalid_utf8: false,
            raw: &[],
        }
    }

    /// The resource that sent it.
    pub fn resource(&self) -> Resource<'_> {
        resource_from_json(&self.resource_json)
    }

    /// The instrumentation scope that made it.
    pub fn scope(&self) -> Scope<'_> {
        scope_from_json(&self.scope_json)
    }

    /// What the vocabularies of clients say about the span, in its log records too. Cost and its source are those of the row:
    /// they were fixed when the span arrived, and prices may have changed since.
    pub fn details(&self, logs: &[WholeLog]) -> Details {
        let logs: Vec<ParsedLog<'_>> = logs.iter().map(WholeLog::parsed).collect();
        let records: Vec<_> = logs.iter().map(ParsedLog::record).collect();
        let details = details_with_logs(&self.resource(), &self.scope(), &self.span(), &records);
        let row = &self.whole.row;
        Details { cost_usd: row.cost_usd, cost_source: row.cost_source.clone(), ..details }
    }
}
