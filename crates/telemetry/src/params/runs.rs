//! Filters of Junjo runs.

use junjo_span_model::SpanStatus;
use junjo_span_store::{OverlayFilter, RunFilter};
use junjo_web::{ApiError, ApiResult, Limit};
use serde::Deserialize;
use utoipa::IntoParams;

use super::time::TimeParams;

/// Runs that are laid over each other: enough for a picture by default, what a request may read at most.
const OVERLAY_LIMIT: Limit = Limit::new(100, 500);

/// Filters of the list of runs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunFilterParams {
    /// The service that ran the workflow.
    pub service: Option<String>,
    /// Name of the workflow, exactly.
    pub name: Option<String>,
    /// Status of the workflow's span.
    #[param(value_type = Option<String>)]
    pub status: Option<SpanStatus>,
}

impl RunFilterParams {
    /// The filter.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self, time: &TimeParams) -> ApiResult<RunFilter> {
        Ok(RunFilter {
            time: time.to_filter()?,
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status,
        })
    }
}

/// Which runs are laid over each other.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OverlayParams {
    /// Hash of the workflow's content, as the list of runs shows it.
    pub structural_id: String,
    /// The service that ran it.
    pub service: Option<String>,
    /// Runs that are read, newest first, 1 to 500; 100 by default.
    pub limit: Option<u32>,
}

impl OverlayParams {
    /// The filter.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self, time: &TimeParams) -> ApiResult<OverlayFilter> {
        if self.structural_id.is_empty() {
            return Err(ApiError::invalid_field("structural_id", "give the hash of a workflow's content"));
        }
        Ok(OverlayFilter {
            structural_id: self.structural_id.clone(),
            service: self.service.clone(),
            time: time.to_filter()?,
        })
    }

    /// Runs that are read, within bounds.
    pub fn runs_max(&self) -> usize {
        OVERLAY_LIMIT.clamp(self.limit)
    }
}
