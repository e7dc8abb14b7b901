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

/// Cuts rows that were read with one more than `limit` to a page; its last row when there are more.
fn cut<T>(rows: &mut Vec<T>, limit: usize) -> Option<&T> {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| has_more)
}
