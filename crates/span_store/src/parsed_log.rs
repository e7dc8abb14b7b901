//! A stored log record with its JSON parsed, for the derivation that borrows from it. Pure.

use junjo_span_model::{LogRecord, attributes_from_json, value_from_json};
use serde_json::Value;

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
