//! Junjo runs: the declared graph, what was executed of it, and the state step by step.
//!
//! Pure functions over the spans of one trace. Whatever a client sent ends in a view with warnings, never in an error or
//! a panic; every loop is bounded by what was read and by named limits.
//!
//! | module | what is there |
//! |---|---|
//! | `span`, `store`, `trace` | the spans of a trace in one shape, whatever version wrote them |
//! | `graph`, `layout` | the declared graph, and all nodes and edges of a view |
//! | `matching`, `checks` | which span executed which node, and what does not fit |
//! | `patch`, `blame` | applying patches to a state, and who wrote what of it |
//! | `history`, `stores`, `state` | a store's changes, all stores of a run, the state around one change |
//! | `ijson` | the contract's JSON: limits, canonical text, structural ids, normal form of schemas |
//! | `proof`, `evidence` | what a span, and a run, prove, and each rule that does not hold |
//! | `detail`, `aggregate` | the view of one run, and of many |
//! | `compare` | two structural versions of one workflow beside each other |
//! | `view`, `graph_view`, `state_view`, `warning` | what views consist of, as JSON |

mod aggregate;
mod blame;
mod checks;
mod compare;
mod detail;
mod evidence;
mod graph;
mod graph_view;
mod history;
mod ijson;
mod kind;
mod layout;
mod matching;
mod patch;
mod proof;
mod span;
mod state;
mod state_view;
mod store;
mod stores;
mod trace;
mod view;
mod warning;

pub use aggregate::{Aggregate, AggregateEdge, AggregateGraph, AggregateNode};
pub use blame::{Blame, BlameLine};
pub use compare::{Change, ComparedEdge, ComparedNode, GraphComparison, compare_graphs};
pub use detail::RunError;
pub use evidence::{Evidence, EvidenceStatus, ReplayStatus};
pub use graph::{Graph, GraphEdge, GraphError, GraphNode, parse_graph};
pub use graph_view::{EdgeStatus, Execution, MatchedBy, NodeKind, WorkflowEdge, WorkflowGraph, WorkflowNode};
pub use ijson::{
    JsonFault, SchemaFault, StructuralKind, canonical_json, normalize_schema, parse_ijson, structural_id,
};
pub use kind::ExecutableKind;
pub use patch::{Budget, Document, Patch, PatchError};
pub use proof::{Finding, FindingCode, PayloadMode, SpanEvidence, WithheldPayload};
pub use span::{
    AgentOperation, AgentOutcome, Correlation, EvaluationContext, HookProblem, JunjoSpan, Vocabulary,
};
pub use state::StateError;
pub use state_view::{
    BlameItem, PatchOperation, SequenceRange, StateAt, StateEventItem, StoreItem, StoreRole,
};
pub use store::{StateEvent, StoreClaim};
pub use trace::JunjoTrace;
pub use view::{HookProblemItem, NestedRun, OperationItem, ParentRun, RunDetail, RunFailure};
pub use warning::{Warning, WarningCode};
