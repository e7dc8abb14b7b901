//! State blame: which change wrote each part of a state last.

mod change;
mod lines;
mod tree;

pub(crate) use change::Change;
pub use lines::BlameLine;
pub use tree::Blame;
