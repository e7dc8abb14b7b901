//! Which page of a list.

use junjo_web::Limit;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::page::PageAsk;

/// Rows in a page: what fits a screen by default, what a script may want at most.
pub const LIST_LIMIT: Limit = Limit::new(50, 500);

/// The page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Items in a page, 1 to 500; 50 by default.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    pub cursor: Option<String>,
}

impl PageParams {
    /// The page, with its limit within bounds.
    pub fn ask(&self) -> PageAsk<'_> {
        PageAsk { limit: LIST_LIMIT.clamp(self.limit), cursor: self.cursor.as_deref() }
    }
}
