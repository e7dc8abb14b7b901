//! Values that several groups of parameters read in the same way.

use junjo_span_store::{Field, FilterError, Literal, Op, SpanExpr, nanos_of_millis};
use junjo_web::{ApiError, ApiResult};

/// A text to look for; blanks alone are none.
pub(super) fn text_param(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

/// A filter in the language of `SpanExpr`; blanks alone are none.
pub(super) fn parse_filter(text: &str) -> ApiResult<Option<SpanExpr>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let refused = |error: FilterError| ApiError::invalid_field("filter", error.to_string());
    SpanExpr::parse(text).map(Some).map_err(refused)
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
