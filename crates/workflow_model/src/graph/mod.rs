//! The graph that a workflow declares, from either version of its JSON.

mod declared;
mod error;
mod flat;
mod parse;
mod scopes;

pub use declared::{Graph, GraphEdge, GraphNode};
pub use error::GraphError;
pub use parse::parse_graph;
