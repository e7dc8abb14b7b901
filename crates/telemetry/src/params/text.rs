//! Values that several groups of parameters read in the same way.

use junjo_span_store::{Field, FilterError, Literal, Op, SpanExpr, nanos_of_millis};
use junjo_web::{ApiError, ApiResult, FieldError};

/// A text to look for; blanks alone are none.
pub(super) fn text_param(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

/// A filter in the language of `SpanExpr`; blanks alone are none.
pub(super) fn parse_filter(text: &str) -> ApiResult<Option<SpanExpr>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    SpanExpr::parse(text).map(Some).map_err(refused)
}

/// Says which part of the filter is wrong.
fn refused(error: FilterError) -> ApiError {
    let message = error.to_string();
    ApiError::invalid_input(message.clone()).with_wrong(FieldError {
        offset: Some(error.position.saturating_sub(1)),
        length: Some(error.length),
        suggestion: error.suggestion,
        ..FieldError::new("filter", message)
    })
}

/// One condition from a parameter of the same name as the field.
pub(super) fn condition(name: &'static str, op: Op, value: Literal) -> ApiResult<SpanExpr> {
    let field = Field::named(name).ok_or_else(|| ApiError::invalid_input(format!("unknown field {name}")))?;
    SpanExpr::compare(field, op, value).map_err(|message| ApiError::invalid_field(name, message))
}

/// The nanoseconds of a parameter that is a duration.
pub(super) fn parse_duration(param: &'static str, millis: f64) -> ApiResult<i64> {
    if millis.is_finite() && millis >= 0.0 {
        Ok(nanos_of_millis(millis))
    } else {
        Err(ApiError::invalid_field(param, "give a number of milliseconds, 0 or more"))
    }
}
