//! Queries: typed filters in, typed results out.

pub(crate) mod changes;
pub(crate) mod conversation;
pub(crate) mod expr;
pub(crate) mod filter;
pub(crate) mod groups;
pub(crate) mod logs;
pub(crate) mod needle;
mod newest;
pub(crate) mod runs;
mod search;
pub(crate) mod services;
pub(crate) mod spans;
pub(crate) mod stats;
pub(crate) mod stats_sql;
pub(crate) mod trace;
pub(crate) mod traces;
pub(crate) mod workflows;
