//! The time range of a question.

use chrono::DateTime;
use junjo_span_store::TimeRange;
use junjo_web::{ApiError, ApiResult};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// A time range.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimeParams {
    /// Earliest start (of log records: time), inclusive: RFC 3339, or unix nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Latest start (of log records: time), exclusive: RFC 3339, or unix nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl TimeParams {
    /// The range.
    ///
    /// # Errors
    /// 400 about `from` or `to` when it is no time.
    pub fn to_filter(&self) -> ApiResult<TimeRange> {
        let parse = |field: &'static str, text: Option<&String>| {
            text.map(|text| parse_time(text).ok_or_else(|| bad_time(field))).transpose()
        };
        Ok(TimeRange {
            from_unix_nano: parse("from", self.from.as_ref())?,
            to_unix_nano: parse("to", self.to.as_ref())?,
        })
    }
}

fn bad_time(field: &'static str) -> ApiError {
    ApiError::invalid_field(field, "give a time as RFC 3339 (2026-01-02T03:04:05Z) or as unix nanoseconds")
}

/// RFC 3339, or unix nanoseconds.
fn parse_time(text: &str) -> Option<i64> {
    if let Ok(nanos) = text.parse::<i64>() {
        return Some(nanos);
    }
    // a "+" of the offset that was not percent-encoded arrives as a space
    DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?.timestamp_nanos_opt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: times in every accepted form, and rubbish. Guarantee: exact nanoseconds, or nothing.
    #[test]
    fn parse_time_reads_both_forms() {
        assert_eq!(parse_time("1970-01-01T00:00:01Z"), Some(1_000_000_000));
        assert_eq!(parse_time("1970-01-01T02:00:00.000000001+02:00"), Some(1));
        assert_eq!(parse_time("1970-01-01T02:00:00 02:00"), Some(0));
        assert_eq!(parse_time("1763696531000000000"), Some(1_763_696_531_000_000_000));
        assert_eq!(parse_time("yesterday"), None);
        assert_eq!(parse_time(""), None);
    }
}
