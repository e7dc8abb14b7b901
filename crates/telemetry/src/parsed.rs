//! `GET /otel/logs`, and log records as the span view joins them.

use junjo_span_model::{LogRecord, attributes_from_json, value_from_json};
use junjo_span_store::{LogFilter, WholeLog};
use junjo_web::ApiResult;
use serde_json::Value;

use crate::cursor::{decode_position, encode_position, filter_hash};
use crate::error::api_error;
use crate::log_schemas::{Log, LogPage};
use crate::service::OtelService;

/// Log records that the view of one span shows and reads prompts from.
pub(crate) const SPAN_LOGS_MAX: usize = 1_000;

impl OtelService {
    pub(crate) async fn logs(
        &self,
        filter: &LogFilter,
        limit: usize,
        cursor: Option<&str>,
    ) -> ApiResult<LogPage> {
        let hash = filter_hash(filter);
        let after = cursor.map(|text| decode_position(text, hash)).transpose()?;
        let page = self.store.logs(filter, limit, after).await.map_err(api_error)?;
        let next_cursor = page.next.map(|next| encode_position(&next, hash));
        let items = page.items.iter().map(Log::from).collect();
        let incomplete = page.incomplete.map(Into::into);
        Ok(LogPage { items, next_cursor, stopped_early: page.stopped_early, incomplete })
    }
}

/// A stored log record with its JSON parsed, for the derivation that borrows from it.
pub(crate) struct ParsedLog<'l> {
    log: &'l WholeLog,
    body: Value,
    attributes: Value,
}

impl<'l> ParsedLog<'l> {
    pub(crate) fn new(log: &'l WholeLog) -> Self {
        let parse = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        Self { log, body: parse(&log.body), attributes: parse(&log.attributes) }
    }

    pub(crate) fn record(&self) -> LogRecord<'_> {
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
