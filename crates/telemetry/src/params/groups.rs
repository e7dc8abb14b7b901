//! Filters of conversations and users.

use junjo_span_store::GroupFilter;
use junjo_web::ApiResult;
use serde::Deserialize;
use utoipa::IntoParams;

use super::text::text_param;
use super::time::TimeParams;

/// Filters of conversations and users.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupFilterParams {
    /// A service that took part in the traces.
    pub service: Option<String>,
    /// A user of the traces.
    pub user_id: Option<String>,
    /// Text in the id, in any case.
    pub q: Option<String>,
}

impl GroupFilterParams {
    /// The filter; `time` is when the traces started.
    ///
    /// # Errors
    /// 400 about the parameter that is wrong.
    pub fn to_filter(&self, time: &TimeParams) -> ApiResult<GroupFilter> {
        Ok(GroupFilter {
            time: time.to_filter()?,
            service: self.service.clone(),
            user_id: self.user_id.clone(),
            text: text_param(self.q.as_ref()),
        })
    }
}
