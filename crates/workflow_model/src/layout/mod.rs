//! The nodes and edges of a run's graph with all its subflows, under keys that do not depend on the run.

mod declare;
mod names;
mod parts;
mod ways;

pub(crate) use declare::Undeclared;
pub(crate) use parts::{Layout, LayoutEdge, LayoutNode};
