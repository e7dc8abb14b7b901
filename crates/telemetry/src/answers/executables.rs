//! Who has the identity of an executable, as answers show it.

use serde::Serialize;
use utoipa::ToSchema;

use super::span_item::SpanItem;
use crate::page::Incomplete;

/// What became of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Resolution {
    /// No span with it has arrived yet: ask again.
    Waiting,
    /// One span has it.
    Found,
    /// Several spans have it, so none of them is *the* one.
    Conflict,
}

/// The spans that have the identity of an executable.
#[derive(Debug, Serialize, ToSchema)]
pub struct Executables {
    pub(crate) resolution: Resolution,
    /// The spans, newest first: none, one, or several that are in conflict.
    pub(crate) owners: Vec<SpanItem>,
    /// Whether there are more than these.
    pub(crate) has_more: bool,
    /// Null when everything that is stored was looked through. Else there may be older owners than those that are listed.
    pub(crate) incomplete: Option<Incomplete>,
}
