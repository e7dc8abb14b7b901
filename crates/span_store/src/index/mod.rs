//! The index: a DuckDB file of narrow rows. Rebuildable, never the truth. It does not know what asks it.

mod append;
mod aside;
mod attempts;
pub(crate) mod batch;
mod commit;
pub(crate) mod delete;
pub(crate) mod executor;
pub(crate) mod fault;
pub(crate) mod handle;
mod hints;
mod logs;
pub(crate) mod lookup;
mod merge;
mod open;
pub(crate) mod options;
pub(crate) mod probe;
mod progress;
mod rewrite;
pub(crate) mod schema;
mod stored;
mod words;
