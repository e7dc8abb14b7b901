//! `/otel`, one file a route; `calls` and `routed` are servers with something in them.

mod access;
mod aliases;
pub(crate) mod calls;
mod conversations;
mod deletions;
mod endpoints;
mod executables;
mod export;
mod fields;
mod large_answers;
mod logs;
mod project;
mod retention;
mod rights;
mod routed;
mod runs;
mod spans;
mod stats;
mod status;
mod tail;
mod trace;
mod traces;
