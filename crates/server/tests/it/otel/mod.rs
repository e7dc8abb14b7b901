//! `/otel`, one file a route; `calls` and `routed` are servers with something in them.

mod access;
pub(crate) mod calls;
mod deletions;
mod export;
mod fields;
mod logs;
mod project;
mod retention;
mod routed;
mod sessions;
mod spans;
mod stats;
mod status;
mod tail;
mod trace;
mod traces;
mod workflow;
mod workflow_runs;
