//! The words that index and scan speak: which spans, traces and runs, and the SQL that says so. It runs no query.

pub(crate) mod conditions;
pub(crate) mod expr;
pub(crate) mod needle;
pub(crate) mod runs;
pub(crate) mod spans;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod traces;
