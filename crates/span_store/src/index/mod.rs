//! The index: a DuckDB file of narrow rows. Rebuildable, never the truth.

pub(crate) mod append;
pub(crate) mod commit;
pub(crate) mod delete;
pub(crate) mod fault;
mod hints;
pub(crate) mod logs;
pub(crate) mod open;
pub(crate) mod schema;
