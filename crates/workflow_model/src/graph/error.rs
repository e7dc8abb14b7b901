//! Why there is no graph.

/// Nodes in a graph with all its subflows; the same child may stand in several places and is counted in each.
pub(super) const NODES_MAX: usize = 5_000;
/// Edges likewise.
pub(super) const EDGES_MAX: usize = 20_000;

/// Why there is no graph, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The text is no graph JSON.
    #[error("the graph is no JSON of a known form")]
    Malformed,
    /// The SDK could not write it down.
    #[error("the client could not serialise its graph: {0}")]
    Client(String),
    /// Another version.
    #[error("the graph has version {0}, which is not known")]
    UnknownVersion(i64),
    /// It has no nodes.
    #[error("the graph has no nodes")]
    Empty,
    /// It is larger than can be shown.
    #[error("the graph has more than {NODES_MAX} nodes or {EDGES_MAX} edges with all its subflows")]
    TooLarge,
}
