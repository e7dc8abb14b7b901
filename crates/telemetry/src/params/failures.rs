//! Which kinds of failures.

use junjo_span_store::FailureFilter;
use junjo_web::{ApiResult, Limit};
use serde::Deserialize;
use utoipa::IntoParams;

use super::text::text_param;
use super::time::TimeParams;

/// Kinds in an answer: what fits a screen by default.
const KIND_LIMIT: Limit = Limit::new(50, 200);
/// The time range without `from`.
const RANGE_NANOS: i64 = 86_400_000_000_000;

/// Which kinds of failures.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FailureParams {
    /// The service that failed.
    pub service: Option<String>,
    /// Text in the type, the message or the name of the span, in any case.
    pub q: Option<String>,
    /// Kinds in the answer, the most frequent ones, 1 to 200; 50 by default.
    pub limit: Option<u32>,
}

impl FailureParams {
    /// The filter: without `to` the range ends now, without `from` it has 24 hours.
    ///
    /// # Errors
    /// 400 about the time that is wrong.
    pub fn to_filter(&self, time: &TimeParams, now_unix_nano: i64) -> ApiResult<FailureFilter> {
        let time = time.to_filter()?;
        let to = time.to_unix_nano.unwrap_or(now_unix_nano);
        Ok(FailureFilter {
            from_unix_nano: time.from_unix_nano.unwrap_or(to.saturating_sub(RANGE_NANOS)),
            to_unix_nano: to,
            service: self.service.clone(),
            text: text_param(self.q.as_ref()),
        })
    }

    /// Kinds in the answer, within bounds.
    pub fn kinds_max(&self) -> usize {
        KIND_LIMIT.clamp(self.limit)
    }
}
