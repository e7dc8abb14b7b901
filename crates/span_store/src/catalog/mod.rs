//! The catalog: which archive files count, what was counted, what must not come back. SQLite, in `app.db`; no Parquet and no
//! DuckDB.
//!
//! | table | file |
//! |---|---|
//! | `archive_files`, `archive_totals` | `manifest.rs` |
//! | `archive_removed` | `removed.rs` |
//! | `index_totals` | `totals.rs` |
//! | `deletions`, `deletion_traces` | `deletions.rs` |
//! | `service_retention` | `ages.rs` |
//! | `failure_states` | `failure_states.rs` |
//! | `clock`, `clock_marks` | `clock.rs` |

pub(crate) mod ages;
mod changes;
pub(crate) mod clock;
pub(crate) mod deletions;
pub(crate) mod failure_states;
pub(crate) mod file;
pub(crate) mod handle;
pub(crate) mod manifest;
mod removed;
pub(crate) mod to_delete;
mod totals;
