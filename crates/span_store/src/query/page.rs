//! Pages of lists. Pure.

use crate::scan::incomplete::Incomplete;

/// One page of a list: rows `T` up to the position `C`.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage<T, C> {
    /// Newest first.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<C>,
    /// Set when the page ends early; the next page continues there.
    pub incomplete: Option<Incomplete>,
}

impl<T, C> ListPage<T, C> {
    /// A page that has everything.
    pub(super) fn complete(items: Vec<T>, next: Option<C>) -> Self {
        Self { items, next, incomplete: None }
    }
}
