//! How questions are answered: each asks the store and shapes what it returns. They know no request.

pub(crate) mod arrived;
pub(crate) mod columns;
pub(crate) mod conversations;
pub(crate) mod executables;
pub(crate) mod failures;
mod load_run;
mod run_comparison;
pub(crate) mod run_evidence;
pub(crate) mod runs;
pub(crate) mod spans;
pub(crate) mod traces;
mod turns;
pub(crate) mod whole;
