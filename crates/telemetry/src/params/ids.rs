//! Ids in paths and parameters.

use junjo_span_model::{SpanId, TraceId};
use junjo_web::{ApiError, ApiResult};

/// A trace id.
///
/// # Errors
/// 400 that says what an id looks like.
pub fn trace_id(text: &str) -> ApiResult<TraceId> {
    text.parse().map_err(|error| ApiError::invalid_input(format!("trace id: {error}")))
}

/// A span id.
///
/// # Errors
/// 400 that says what an id looks like.
pub fn span_id(text: &str) -> ApiResult<SpanId> {
    text.parse().map_err(|error| ApiError::invalid_input(format!("span id: {error}")))
}
