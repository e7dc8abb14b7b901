//! Opening the index, and filling it from the archive where it is new or older than it was.

mod file;
mod fill;
mod job;
pub(crate) mod opener;
