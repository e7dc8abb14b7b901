//! Queries: typed filters in, typed results out. Each runs on the index alone.

pub(crate) mod filter;
pub(crate) mod runs;
pub(crate) mod services;
pub(crate) mod trace;
pub(crate) mod traces;
pub(crate) mod workflows;
