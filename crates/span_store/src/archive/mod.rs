//! The archive: whole spans and log records as Parquet files, the permanent truth once the log is trimmed.

pub(crate) mod ahead;
pub(crate) mod columns;
pub(crate) mod item;
mod log_columns;
pub(crate) mod manifest;
pub(crate) mod merge;
pub(crate) mod read;
pub(crate) mod reconcile;
pub(crate) mod replace;
pub(crate) mod totals;
pub(crate) mod unreadable;
pub(crate) mod write;
pub(crate) mod writer;
