//! The JSON of this feature.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Longest name, in characters: one line of a menu.
pub(crate) const NAME_CHARS_MAX: usize = 60;
/// Longest name of a list.
pub(crate) const PAGE_CHARS_MAX: usize = 32;
/// Most bytes of the parameters as JSON: what browsers take as an address.
pub(crate) const SEARCH_BYTES_MAX: usize = 8 * 1024;

/// The parameters of a list: filters, order, columns and time window, as they stand in the page's address.
pub(crate) type Search = Map<String, Value>;

/// A view to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// Which list it is of, for example `traces`.
    #[schema(min_length = 1, max_length = 32, pattern = "^[a-z-]+$", example = "traces")]
    pub page: String,
    /// What to call it. One account has no two of a name for one list.
    #[schema(min_length = 1, max_length = 60, example = "Dearest today")]
    pub name: String,
    /// Whether everybody who may sign in sees it; only its owner unless said otherwise. For members and admins.
    #[serde(default)]
    pub is_shared: bool,
    /// The parameters of the list, at most 8 KiB of JSON.
    #[schema(value_type = Object, example = json!({"order": "cost", "range": "24h"}))]
    pub search: Search,
}

/// What to change about a view; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewChange {
    /// What to call it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 60, example = "Dearest today")]
    pub name: Option<String>,
    /// Whether everybody who may sign in sees it. Sharing is for members and admins.
    #[serde(default)]
    pub is_shared: Option<bool>,
    /// The parameters of the list, at most 8 KiB of JSON.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub search: Option<Search>,
}

/// A view as the caller sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct View {
    /// Its id.
    #[schema(example = "b3Xk9QpL0aZrT4vW")]
    pub id: String,
    /// Which list it is of.
    #[schema(example = "traces")]
    pub page: String,
    /// What its owner called it.
    #[schema(example = "Dearest today")]
    pub name: String,
    /// Whether everybody who may sign in sees it.
    pub is_shared: bool,
    /// The parameters of the list.
    #[schema(value_type = Object, example = json!({"order": "cost", "range": "24h"}))]
    pub search: Search,
    /// The address of its owner; null when that account is gone.
    pub owner: Option<String>,
    /// Whether the caller owns it, and may change it.
    pub is_own: bool,
    /// Whether the caller's list opens with it.
    pub is_default: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which views, and which page of the answer.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only views of this list; of all unless it is given.
    #[param(min_length = 1, max_length = 32, pattern = "^[a-z-]+$", example = "traces")]
    pub(crate) page: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}
