//! Query parameters of `/otel`, parsed into typed filters.

use chrono::DateTime;
use junjo_span_model::{Role, SpanId, TraceId};
use junjo_span_store::{
    Field, FilterError, Literal, LogFilter, Op, SpanExpr, TimeRange, TraceFilter, WorkflowFilter,
    nanos_of_millis,
};
use junjo_web::{ApiError, ApiResult, Limit};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Traces and runs in a page: what fits a screen by default, what a script may want at most.
pub(crate) const LIST_LIMIT: Limit = Limit::new(50, 500);
/// Spans of a trace in a page.
pub(crate) const SPAN_LIMIT: Limit = Limit::new(10_000, 10_000);

/// A time range.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimeParams {
    /// Earliest start, inclusive: RFC 3339, or unix nanoseconds.
    pub(crate) from: Option<String>,
    /// Latest start, exclusive: RFC 3339, or unix nanoseconds.
    pub(crate) to: Option<String>,
}

/// Filters of the trace list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceListParams {
    /// A service that took part.
    pub(crate) service: Option<String>,
    /// Earliest start, inclusive: RFC 3339, or unix nanoseconds.
    pub(crate) from: Option<String>,
    /// Latest start, exclusive: RFC 3339, or unix nanoseconds.
    pub(crate) to: Option<String>,
    /// Name of the root span, exactly.
    pub(crate) name: Option<String>,
    /// `error`: a span failed; `ok`, `unset`: the root's status in a trace without failed spans.
    #[param(value_type = Option<String>)]
    pub(crate) status: Option<StatusParam>,
    /// A span has this role, for example `llm` or `workflow`.
    pub(crate) role: Option<String>,
    /// A span used this model.
    pub(crate) model: Option<String>,
    /// A span belongs to this session.
    pub(crate) session_id: Option<String>,
    /// A span belongs to this user.
    pub(crate) user_id: Option<String>,
    /// Shortest duration in milliseconds.
    pub(crate) min_duration_ms: Option<f64>,
    /// Whether a language model was called.
    pub(crate) has_llm: Option<bool>,
    /// Whether a Junjo workflow ran.
    pub(crate) has_workflow: Option<bool>,
    /// Text in the root's name, service, session or user, or in a span's name, attributes, events or status message, in
    /// any case.
    pub(crate) q: Option<String>,
    /// Where `q` is looked for: `everything` (the default) or `names` (the trace's own, which takes no time).
    #[param(inline)]
    pub(crate) search_in: Option<SearchIn>,
    /// A condition that a span of the trace fulfils, in the filter language of `/otel/spans`.
    pub(crate) filter: Option<String>,
    /// Items in a page, 1 to 500; 50 by default.
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    pub(crate) cursor: Option<String>,
}

/// Filters of the workflow list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WorkflowListParams {
    /// The service that ran the workflow.
    pub(crate) service: Option<String>,
    /// Earliest start, inclusive: RFC 3339, or unix nanoseconds.
    pub(crate) from: Option<String>,
    /// Latest start, exclusive: RFC 3339, or unix nanoseconds.
    pub(crate) to: Option<String>,
    /// Name of the workflow, exactly.
    pub(crate) name: Option<String>,
    /// Status of the workflow's span.
    #[param(value_type = Option<String>)]
    pub(crate) status: Option<StatusParam>,
    /// Items in a page, 1 to 500; 50 by default.
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    pub(crate) cursor: Option<String>,
}

/// Filters of the log record list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogListParams {
    /// The trace that a record belongs to, 32 hexadecimal digits.
    trace_id: Option<String>,
    /// The span that a record belongs to, 16 hexadecimal digits.
    span_id: Option<String>,
    /// The service that sent it.
    service: Option<String>,
    /// Earliest time, inclusive: RFC 3339, or unix nanoseconds.
    from: Option<String>,
    /// Latest time, exclusive: RFC 3339, or unix nanoseconds.
    to: Option<String>,
    /// Lowest severity: `trace`, `debug`, `info`, `warn`, `error`, `fatal`, or an OTLP severity number (1 to 24).
    severity: Option<String>,
    /// Name of the event, exactly.
    event_name: Option<String>,
    /// Text in the body, the attributes, the event's name or the severity's text, in any case.
    q: Option<String>,
    /// Items in a page, 1 to 500; 50 by default.
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    pub(crate) cursor: Option<String>,
}

/// Paging of a trace's spans.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceParams {
    /// `next_after` of the page before.
    pub(crate) after: Option<String>,
    /// Spans in a page, 1 to 10,000; 10,000 by default.
    pub(crate) limit: Option<u32>,
    /// `payload`: each span also carries everything that OTLP did, up to 16 MiB a page.
    #[param(value_type = Option<String>)]
    pub(crate) include: Option<Include>,
}

/// What a trace page may carry besides the narrow rows.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    /// Whole spans.
    Payload,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusParam {
    Unset = 0,
    Ok = 1,
    Error = 2,
}

/// Where a text is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SearchIn {
    /// In names alone.
    Names,
    /// Also in what spans carry.
    #[default]
    Everything,
}

impl StatusParam {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

impl TraceListParams {
    pub(crate) fn to_filter(&self) -> ApiResult<TraceFilter> {
        Ok(TraceFilter {
            time: time_range(self.from.as_deref(), self.to.as_deref())?,
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status.map(|status| status as u8),
            role: self.role.as_deref().map(parse_role).transpose()?,
            model: self.model.clone(),
            session_id: self.session_id.clone(),
            user_id: self.user_id.clone(),
            min_duration_nanos: self
                .min_duration_ms
                .map(|millis| parse_duration("min_duration_ms", millis))
                .transpose()?,
            has_llm: self.has_llm,
            has_workflow: self.has_workflow,
            text: text_param(self.q.as_ref()),
            text_in_payload: self.search_in.unwrap_or_default() == SearchIn::Everything,
            span: self.filter.as_deref().map(parse_filter).transpose()?.flatten(),
        })
    }
}

impl WorkflowListParams {
    pub(crate) fn filter(&self) -> ApiResult<WorkflowFilter> {
        Ok(WorkflowFilter {
            time: time_range(self.from.as_deref(), self.to.as_deref())?,
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status.map(|status| status as u8),
        })
    }
}

impl LogListParams {
    pub(crate) fn filter(&self) -> ApiResult<LogFilter> {
        Ok(LogFilter {
            time: time_range(self.from.as_deref(), self.to.as_deref())?,
            trace_id: self.trace_id.as_deref().map(trace_id).transpose()?,
            span_id: self.span_id.as_deref().map(span_id).transpose()?,
            service: self.service.clone(),
            severity_min: self.severity.as_deref().map(parse_severity).transpose()?,
            event_name: self.event_name.clone(),
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
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

pub(crate) fn time_range(from: Option<&str>, to: Option<&str>) -> ApiResult<TimeRange> {
    let parse = |field: &'static str, text: Option<&str>| {
        text.map(|text| parse_time(text).ok_or_else(|| bad_time(field))).transpose()
    };
    Ok(TimeRange { from_unix_nanos: parse("from", from)?, to_unix_nanos: parse("to", to)? })
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

/// A text to look for; blanks alone are none.
pub(crate) fn text_param(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

/// A filter in the language of `SpanExpr`; blanks alone are none.
pub(crate) fn parse_filter(text: &str) -> ApiResult<Option<SpanExpr>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let refused = |error: FilterError| ApiError::invalid_field("filter", error.to_string());
    SpanExpr::parse(text).map(Some).map_err(refused)
}

/// One condition from a parameter of the same name as the field.
pub(crate) fn condition(name: &'static str, op: Op, value: Literal) -> ApiResult<SpanExpr> {
    let field = Field::named(name).ok_or_else(|| ApiError::invalid_input(format!("unknown field {name}")))?;
    SpanExpr::compare(field, op, value).map_err(|message| ApiError::invalid_field(name, message))
}

fn parse_role(text: &str) -> ApiResult<Role> {
    text.parse().map_err(|_| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        ApiError::invalid_field("role", format!("unknown role; known are {}", known.join(", ")))
    })
}

/// The nanoseconds of a parameter that is a duration.
pub(crate) fn parse_duration(param: &'static str, millis: f64) -> ApiResult<i64> {
    if millis.is_finite() && millis >= 0.0 {
        Ok(nanos_of_millis(millis))
    } else {
        Err(ApiError::invalid_field(param, "give a number of milliseconds, 0 or more"))
    }
}

/// An id from a path; the error says what it should look like.
pub(crate) fn trace_id(text: &str) -> ApiResult<TraceId> {
    text.parse().map_err(|error| ApiError::invalid_input(format!("trace id: {error}")))
}

/// An id from a path; the error says what it should look like.
pub(crate) fn span_id(text: &str) -> ApiResult<SpanId> {
    text.parse().map_err(|error| ApiError::invalid_input(format!("span id: {error}")))
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
