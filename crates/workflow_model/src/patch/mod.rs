//! Patches of states (RFC 6902): reading and applying what a client sent, within limits and without a panic.

mod budget;
mod document;
mod error;
mod operations;
mod size;

pub use budget::Budget;
pub use document::Document;
pub use error::PatchError;
pub use operations::Patch;
