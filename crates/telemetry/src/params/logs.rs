//! Filters of log records.

use junjo_span_store::LogFilter;
use junjo_web::{ApiError, ApiResult};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ids::{span_id, trace_id};
use super::text::text_param;
use super::time::TimeParams;

/// Filters of the log record list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogFilterParams {
    /// The trace that a record belongs to, 32 hexadecimal digits.
    pub trace_id: Option<String>,
    /// The span that a record belongs to, 16 hexadecimal digits.
    pub span_id: Option<String>,
    /// The service that sent it.
    pub service: Option<String>,
    /// Project of the API key that sent it.
    pub project: Option<String>,
    /// Lowest severity: `trace`, `debug`, `info`, `warn`, `error`, `fatal`, or an OTLP severity number (1 to 24).
    pub severity: Option<String>,
    /// Name of the event, exactly.
    pub event_name: Option<String>,
    /// Text in the body, the attributes, the event's name or the severity's text, in any case.
    pub q: Option<String>,
}

impl LogFilterParams {
    /// The filter.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self, time: &TimeParams) -> ApiResult<LogFilter> {
        Ok(LogFilter {
            time: time.to_filter()?,
            trace_id: self.trace_id.as_deref().map(trace_id).transpose()?,
            span_id: self.span_id.as_deref().map(span_id).transpose()?,
            service: self.service.clone(),
            project: self.project.clone(),
            severity_min: self.severity.as_deref().map(parse_severity).transpose()?,
            event_name: self.event_name.clone(),
            text: text_param(self.q.as_ref()),
        })
    }
}

/// The lowest OTLP number of a severity's range, or a number of it.
fn parse_severity(text: &str) -> ApiResult<u8> {
    let number = match text.to_ascii_lowercase().as_str() {
        "trace" => Some(1),
        "debug" => Some(5),
        "info" => Some(9),
        "warn" => Some(13),
        "error" => Some(17),
        "fatal" => Some(21),
        number => number.parse().ok().filter(|number| (1..=24).contains(number)),
    };
    number.ok_or_else(|| {
        ApiError::invalid_field(
            "severity",
            "give trace, debug, info, warn, error, fatal, or a number from 1 to 24",
        )
    })
}
