//! Scans of whole spans: the second DuckDB instance, which reads archive files and the wal's tail for conditions on
//! attributes and texts. It only ever says *which* spans match and what their attributes are; whether such a span is
//! the current one (neither replaced nor deleted), and everything else about it, the index says.
//!
//! A scan goes unit by unit, newest first: files of the archive and pieces of the wal that is not sealed, as far as the
//! time range leaves them, by the latest time they reach. After each unit it is known down to which start everything has
//! been searched, so a scan that runs out of time gives an exact answer for a shorter range.

pub(crate) mod handle;
pub(crate) mod hints;
pub(crate) mod incomplete;
mod instance;
pub(crate) mod job;
pub(crate) mod matches;
pub(crate) mod options;
mod plan;
pub(crate) mod records;
pub(crate) mod run;
pub(crate) mod unit;
