//! Log records as answers show them.

use junjo_span_store::WholeLog;
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::exact::{large_ints_as_text, parse_json};
use super::otlp_json::{SpanResource, SpanScope};
use crate::page::Incomplete;

/// One log record with everything that OTLP carried. Integers beyond ±2^53 appear as `{"int": "…"}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogRecord)]
pub struct Log {
    /// The trace that it belongs to, if it names one.
    pub(crate) trace_id: Option<String>,
    /// The span that it belongs to, if it names one.
    pub(crate) span_id: Option<String>,
    pub(crate) service: String,
    /// Project of the API key that sent it.
    pub(crate) project: String,
    /// When it happened, else when it was observed, else when it was received.
    pub(crate) time: String,
    /// When it happened, as sent; `0` when the client did not say.
    pub(crate) time_unix_nano: String,
    /// When it was observed, as sent; `0` when the client did not say.
    pub(crate) observed_time_unix_nano: String,
    /// The range of the severity number; null when the client gave none.
    pub(crate) severity: Option<LogSeverity>,
    /// OTLP severity number as sent.
    pub(crate) severity_number: i32,
    /// The source's own word for the severity.
    pub(crate) severity_text: String,
    /// Null for a plain record.
    pub(crate) event_name: Option<String>,
    /// Any JSON value.
    pub(crate) body: Value,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub(crate) attributes: Value,
    pub(crate) dropped_attributes_count: u32,
    /// OTLP log record flags.
    pub(crate) flags: u32,
    #[schema(value_type = SpanResource)]
    pub(crate) resource: Value,
    #[schema(value_type = SpanScope)]
    pub(crate) scope: Value,
    /// When the server received it.
    pub(crate) received_at: String,
}

/// Severity of a log record: OTLP's ranges of four numbers each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogSeverity {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl LogSeverity {
    /// The range of an OTLP number; 0 has none.
    fn from_number(number: u8) -> Option<Self> {
        match number {
            1..=4 => Some(Self::Trace),
            5..=8 => Some(Self::Debug),
            9..=12 => Some(Self::Info),
            13..=16 => Some(Self::Warn),
            17..=20 => Some(Self::Error),
            21..=24 => Some(Self::Fatal),
            _ => None,
        }
    }
}

/// One page of log records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogRecordPage)]
pub struct LogPage {
    /// Newest first.
    pub(crate) items: Vec<Log>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
    /// True when the page ended before it was full: its records are large, or a text search has looked at 20,000 records or
    /// 64 MiB. `next_cursor` goes on behind them.
    pub(crate) stopped_early: bool,
    /// Null when everything that was looked at could be read.
    pub(crate) incomplete: Option<Incomplete>,
}

impl From<&WholeLog> for Log {
    fn from(log: &WholeLog) -> Self {
        let parse = |text: &str| large_ints_as_text(parse_json(text));
        let row = &log.row;
        Self {
            trace_id: row.trace_id.map(|id| id.to_string()),
            span_id: row.span_id.map(|id| id.to_string()),
            service: row.service.clone(),
            project: row.project.clone(),
            time: rfc3339_nanos(row.time_unix_nano),
            time_unix_nano: log.time_unix_nano.to_string(),
            observed_time_unix_nano: log.observed_time_unix_nano.to_string(),
            severity: LogSeverity::from_number(row.severity),
            severity_number: log.severity_number,
            severity_text: log.severity_text.clone(),
            event_name: row.event_name.clone(),
            body: parse(&log.body),
            attributes: parse(&log.attributes),
            dropped_attributes_count: log.dropped_attributes_count,
            flags: log.flags,
            resource: parse(&log.resource),
            scope: parse(&log.scope),
            received_at: rfc3339_nanos(log.received_unix_nano),
        }
    }
}
