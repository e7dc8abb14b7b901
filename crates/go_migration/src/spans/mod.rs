//! The Go server's DuckDB file: every row of `spans`, page by page, as OTLP.
//!
//! Rows are read in the order in which the Go server inserted them (`rowid`), because it never updates or deletes any: a position is
//! the number of the next row, with the ids of the row before it as a check that the file is still the same. What the
//! server added since an import follows behind its position.

mod attributes;
mod file;
mod message;
mod page;
mod row;

pub use file::GoSpans;
pub use page::{Batch, Page, Position};

/// What the resource of an imported span says, besides the service: what this server shows of it is what the Go server
/// had kept, not what was sent.
pub const ORIGIN_ATTRIBUTE: (&str, &str) = ("junjo.import.source", "go-server");
