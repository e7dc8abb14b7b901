//! Many runs of one workflow laid over each other.

mod sums;
mod view;

pub use sums::Aggregate;
pub use view::{AggregateEdge, AggregateGraph, AggregateNode};
