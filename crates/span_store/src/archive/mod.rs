//! The archive: whole spans and log records as Parquet files, the permanent truth once the log is trimmed. It knows neither the
//! index nor a query.

pub(crate) mod ahead;
mod check;
pub(crate) mod columns;
pub(crate) mod handle;
pub(crate) mod item;
mod log_columns;
pub(crate) mod merge;
pub(crate) mod payload;
pub(crate) mod read;
pub(crate) mod reconcile;
mod repeats;
mod sweep;
mod unreadable;
pub(crate) mod write;
pub(crate) mod writer;
