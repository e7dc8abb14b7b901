//! Queries: typed filters in, typed results out. They know neither the store nor who asks.

pub(crate) mod changes;
mod choice;
pub(crate) mod conversation;
pub(crate) mod groups;
pub(crate) mod handle;
mod listing;
pub(crate) mod logs;
mod newest;
pub(crate) mod newest_of;
pub(crate) mod overlay;
pub(crate) mod page;
pub(crate) mod runs;
mod search;
pub(crate) mod services;
pub(crate) mod spans;
pub(crate) mod stats;
mod stats_rows;
mod stats_scan;
pub(crate) mod stats_sql;
pub(crate) mod trace;
pub(crate) mod traces;
