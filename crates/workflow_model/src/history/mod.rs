//! The history of one store as one run sees it: its changes in order, what of them is missing, and the states between.

mod gaps;
mod order;
mod replay;

pub(crate) use order::History;
pub(crate) use replay::{Replayed, same_state};
