//! A stored log record with its JSON parsed, for the derivation that borrows from it. Pure.

use std::borrow::Cow;

use junjo_span_model::{
    LogRecord, Value as Sent, attributes_from_json, decode_log_record, promote_log, resource_from_json,
    value_from_json,
};
use serde_json::Value;

use crate::log_row::{Hints, LogRow};
use crate::whole_log::WholeLog;

/// A whole log record and its parsed JSON.
#[derive(Debug)]
pub struct ParsedLog<'l> {
    log: &'l WholeLog,
    body: Value,
    attributes: Value,
}

impl WholeLog {
    /// The record with its JSON parsed; a text that is no JSON is read as null.
    pub fn parsed(&self) -> ParsedLog<'_> {
        let parse = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        ParsedLog { log: self, body: parse(&self.body), attributes: parse(&self.attributes) }
    }

    /// The same with the name of the event and the hints as this version derives them from what was sent. Everything that
    /// was sent stays byte for byte.
    pub(crate) fn derived_again(self) -> Result<Self, serde_json::Error> {
        let resource: Value = serde_json::from_str(&self.resource)?;
        let promote = |record: &LogRecord<'_>| {
            let again = promote_log(&resource_from_json(&resource), record);
            (again.event_name.map(Cow::into_owned), again.hints.map(Hints::from))
        };
        let exact = self.otlp.as_deref().and_then(|message| decode_log_record(message).ok());
        let (event_name, hints) = if let Some(record) = exact {
            promote(&record)
        } else {
            let parsed = self.parsed();
            let mut record = parsed.record();
            // the columns hold one name; one that the attribute has as well was most likely not in OTLP's field
            let in_attribute = record.attributes.iter().any(|pair| {
                pair.key == "event.name" && pair.value == Sent::String(record.event_name.clone())
            });
            if in_attribute {
                record.event_name = Cow::Borrowed("");
            }
            promote(&record)
        };
        Ok(Self { row: LogRow { event_name, hints, ..self.row }, ..self })
    }
}

impl ParsedLog<'_> {
    /// The record as the model has it.
    pub fn record(&self) -> LogRecord<'_> {
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
