//! One run as a view: matching, stores and everything else that its spans say, put together.

mod executions;
mod failure;
mod graph;
mod inside;
mod run;

pub use run::RunError;
